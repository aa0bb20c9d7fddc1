#include "proxy/observe/metrics_shard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::observe {
namespace {

using exchange::Ending;
using exchange::ExchangeFacts;
using exchange::Placeless;
using limiters::Rejection;
using std::chrono::milliseconds;

ExchangeFacts served() {
  return {.ending = Ending::kServed,
          .version = "h1.1",
          .status = 200,
          .total = milliseconds(3),
          .backend = milliseconds(2)};
}

ExchangeFacts shed() {
  return {.ending = Ending::kRejected,
          .rejection = Rejection::kQueueFull,
          .version = "h1.0",
          .status = 503,
          .retry_after_seconds = 2};
}

uint64_t endings_of(const MetricsShard::Totals& totals) {
  uint64_t sum = 0;
  for (size_t i = 0; i < exchange::kEndings; ++i) sum += totals.ended(static_cast<Ending>(i));
  return sum;
}

TEST(MetricsShardTest, AServedRequestIsCountedWithItsLatencies) {
  MetricsShard shard;
  shard.record(served());
  const auto totals = shard.read();
  EXPECT_EQ(totals.requests[2][1], 1u);
  EXPECT_EQ(totals.ended(Ending::kServed), 1u);
  EXPECT_DOUBLE_EQ(totals.request.sum, 0.003);
  EXPECT_DOUBLE_EQ(totals.backend.sum, 0.002);
  EXPECT_EQ(totals.queue_wait.count(), 0u);
  EXPECT_EQ(totals.rejected(), 0u);
}

TEST(MetricsShardTest, AShedRequestIsCountedButTeachesNoLatency) {
  MetricsShard shard;
  shard.record(shed());
  const auto totals = shard.read();
  EXPECT_EQ(totals.requests[5][0], 1u);
  EXPECT_EQ(totals.enforced[static_cast<size_t>(Rejection::kQueueFull)], 1u);
  EXPECT_EQ(totals.rejected(), 1u);
  EXPECT_EQ(totals.request.count(), 0u);
  EXPECT_DOUBLE_EQ(totals.retry_after.sum, 2);
}

TEST(MetricsShardTest, AnAnswerThatSaysTooMuchWasSentIsCountedWhenItIsTheServices) {
  MetricsShard shard({529});
  ExchangeFacts facts = served();
  for (const int status : {200, 503, 529}) {
    facts.status = status;
    shard.record(facts);
  }
  facts.ending = Ending::kClientLeft;
  shard.record(facts);
  ExchangeFacts weirs_own = shed();
  weirs_own.status = 529;
  shard.record(weirs_own);
  auto totals = shard.read();
  EXPECT_EQ(totals.overload_answers, 2u);
  totals.add(shard.read());
  EXPECT_EQ(totals.overload_answers, 4u);
}

TEST(MetricsShardTest, WhatPassesByTheLimiterIsNeitherAmongTheServicesAnswersNorItsRefusals) {
  MetricsShard shard;
  ExchangeFacts exempt = served();
  exempt.status = 503;
  exempt.exempt = true;
  shard.record(exempt);
  const auto totals = shard.read();
  EXPECT_EQ(totals.overload_answers, 0u);
  EXPECT_EQ(totals.backend.count(), 0u);
  EXPECT_EQ(totals.request.count(), 1u);
}

TEST(MetricsShardTest, EndingsOfWhatPassesByTheLimiterAreCountedApart) {
  MetricsShard shard;
  shard.record(served());
  ExchangeFacts exempt = served();
  exempt.exempt = true;
  shard.record(exempt);
  exempt.ending = Ending::kClientLeft;
  exempt.stage = exchange::Stage::kForwarding;
  shard.record(exempt);
  MetricsShard::Totals totals = shard.read();
  totals.add(shard.read());
  const auto served_place = static_cast<size_t>(Ending::kServed);
  const auto forwarding = static_cast<size_t>(exchange::Stage::kForwarding);
  EXPECT_EQ(totals.limited.endings[served_place], 2u);
  EXPECT_EQ(totals.exempt.endings[served_place], 2u);
  EXPECT_EQ(totals.ended(Ending::kServed), 4u);
  EXPECT_EQ(totals.limited.client_left[forwarding], 0u);
  EXPECT_EQ(totals.exempt.client_left[forwarding], 2u);
}

TEST(MetricsShardTest, PrioritiesAreCountedWhereThereAreSeveral) {
  MetricsShard shard;
  shard.record(served());
  ExchangeFacts batch = shed();
  batch.priority = 1;
  batch.priority_name = "batch";
  shard.record(batch);
  batch.rejection.reset();
  shard.record(batch);
  MetricsShard::Totals totals = shard.read();
  totals.add(shard.read());
  EXPECT_EQ(totals.asked[0], 0u);
  EXPECT_EQ(totals.asked[1], 4u);
  EXPECT_EQ(totals.turned_away[1], 2u);
}

TEST(MetricsShardTest, WhatDryRunWouldHaveShedIsCountedApart) {
  ExchangeFacts facts = served();
  facts.rejection = Rejection::kLimit;
  MetricsShard shard;
  shard.record(facts);
  const auto totals = shard.read();
  EXPECT_EQ(totals.dry_run[static_cast<size_t>(Rejection::kLimit)], 1u);
  EXPECT_EQ(totals.rejected(), 0u);
  EXPECT_EQ(totals.request.count(), 1u);
}

TEST(MetricsShardTest, ClientsThatLeftAreCountedByWhereTheirRequestStood) {
  MetricsShard shard;
  shard.record(
      {.ending = Ending::kClientLeft, .stage = exchange::Stage::kWaiting, .retried = true});
  const auto totals = shard.read();
  EXPECT_EQ(totals.limited.client_left[static_cast<size_t>(exchange::Stage::kWaiting)], 1u);
  EXPECT_EQ(totals.requests[0][2], 1u) << "nothing was sent, no version was read";
  EXPECT_EQ(totals.retried, 1u);
}

TEST(MetricsShardTest, ATunnelOrAStreamHasNoRequestDurationHoweverItEnds) {
  MetricsShard shard;
  for (const Ending ending : {Ending::kUpgraded, Ending::kStreamed, Ending::kClientStalled,
                              Ending::kBackendClosed, Ending::kShutdown})
    shard.record({.ending = ending,
                  .version = "h1.1",
                  .status = 200,
                  .total = std::chrono::hours(1),
                  .backend = milliseconds(2),
                  .stood = true});
  EXPECT_EQ(shard.read().request.count(), 0u);
  EXPECT_EQ(shard.read().requests[2][1], 5u);
  EXPECT_EQ(shard.read().backend.count(), 5u) << "how long its head took is known";
}

TEST(MetricsShardTest, WhoIsInsideWithoutAPlaceComesAndGoes) {
  MetricsShard shard;
  shard.placeless(Placeless::kTunnel, 1);
  shard.placeless(Placeless::kTunnel, 1);
  shard.placeless(Placeless::kTunnel, -1);
  MetricsShard::Totals totals = shard.read();
  totals.add(shard.read());
  EXPECT_EQ(totals.inside(Placeless::kTunnel), 2);
  EXPECT_EQ(totals.inside(Placeless::kExempt), 0);
}

TEST(MetricsShardTest, ShardsOfWritingThreadsSumToAllThatWasRecorded) {
  constexpr size_t kThreads = 3;
  constexpr uint64_t kEach = 5000;
  std::vector<MetricsShard> shards(kThreads);
  std::atomic<size_t> writing{kThreads};
  std::vector<std::thread> threads;
  for (auto& shard : shards)
    threads.emplace_back([&shard, &writing] {
      for (uint64_t i = 0; i < kEach; ++i) shard.record(i % 2 == 0 ? served() : shed());
      --writing;
    });
  const auto sum = [&shards] {
    MetricsShard::Totals totals;
    for (const auto& shard : shards) totals.add(shard.read());
    return totals;
  };
  uint64_t seen = 0;
  while (writing > 0) {
    const uint64_t now = endings_of(sum());
    EXPECT_GE(now, seen) << "counts only grow";
    seen = now;
    std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  const auto totals = sum();
  EXPECT_EQ(endings_of(totals), kThreads * kEach);
  EXPECT_EQ(totals.rejected(), kThreads * kEach / 2);
  EXPECT_EQ(totals.request.count(), kThreads * kEach / 2);
  EXPECT_EQ(totals.retry_after.count(), kThreads * kEach / 2);
}

}  // namespace
}  // namespace weir::observe
