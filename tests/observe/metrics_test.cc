#include "proxy/observe/metrics.h"

#include <gmock/gmock.h>

#include "tests/observe/observed_house.h"

namespace weir::observe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

using MetricsTest = ObservedHouse;

TEST_F(MetricsTest, EveryCombinationOfLabelsIsThereBeforeAnythingHappens) {
  const std::string text = metrics.text();
  for (size_t i = 0; i < limiters::kCauses; ++i)
    for (const char* direction : {"up", "down"})
      EXPECT_THAT(text, HasSubstr("weir_limit_changes_total{direction=\"" + std::string(direction) +
                                  "\",cause=\"" +
                                  std::string(limiters::word_of(static_cast<limiters::Cause>(i))) +
                                  "\"} 0\n"));
  for (size_t i = 0; i < exchange::kEndings; ++i)
    for (const char* exempt : {"false", "true"})
      EXPECT_THAT(text, HasSubstr("weir_endings_total{ending=\"" +
                                  std::string(exchange::word_of(static_cast<exchange::Ending>(i))) +
                                  "\",exempt=\"" + exempt + "\"} 0\n"));
  for (const char* mode : {"enforced", "dry_run"})
    EXPECT_THAT(text, HasSubstr("reason=\"queue_full\",mode=\"" + std::string(mode) + "\"} 0\n"));
}

TEST_F(MetricsTest, ShowsWhatWasRecorded) {
  serve(3);
  shed(2);
  const std::string text = metrics.text();
  for (const char* line : {"weir_requests_total{code_class=\"2xx\",version=\"h1.1\"} 3\n",
                           "weir_requests_total{code_class=\"5xx\",version=\"h1.1\"} 2\n",
                           "weir_endings_total{ending=\"served\",exempt=\"false\"} 3\n",
                           "weir_rejected_total{reason=\"limit\",mode=\"enforced\"} 2\n",
                           "weir_concurrency_limit 20\n", "weir_concurrency_limit_min 2\n",
                           "weir_concurrency_limit_max 30\n", "weir_queue_capacity 10\n",
                           "weir_connections{side=\"client\"} 7\n", "weir_accept_paused 0\n",
                           "weir_build_info{version=\"1.2.3\",commit=\"abc\"} 1\n",
                           "weir_config_info{hash=\"f00d\",algorithm=\"gradient\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
  paused = true;
  EXPECT_THAT(metrics.text(), HasSubstr("weir_accept_paused 1\n"));
}

TEST_F(MetricsTest, WhatIsExemptIsToldFromWhatTheLimiterLetsThrough) {
  serve(3);
  shard.record({.ending = exchange::Ending::kClientLeft,
                .stage = exchange::Stage::kForwarding,
                .version = "h1.1",
                .exempt = true});
  const std::string text = metrics.text();
  for (const char* line : {"weir_endings_total{ending=\"served\",exempt=\"false\"} 3\n",
                           "weir_endings_total{ending=\"served\",exempt=\"true\"} 0\n",
                           "weir_endings_total{ending=\"client_left\",exempt=\"true\"} 1\n",
                           "weir_client_left_total{stage=\"forwarding\",exempt=\"true\"} 1\n",
                           "weir_client_left_total{stage=\"forwarding\",exempt=\"false\"} 0\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, WhoLeftIsShownByEveryStageThatARequestCanEndIn) {
  const std::string text = metrics.text();
  for (const char* stage : {"arrived", "waiting", "connecting", "forwarding", "answering"})
    EXPECT_THAT(text, HasSubstr("weir_client_left_total{stage=\"" + std::string(stage) +
                                "\",exempt=\"false\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("stage=\"ended\"")));
}

TEST_F(MetricsTest, ALoopThatDoesNotTurnSaysForHowLong) {
  turn();
  EXPECT_THAT(metrics.text(), HasSubstr("weir_loop_stuck_seconds{loop=\"0\"} 0\n"));
  pass(seconds(8));
  EXPECT_THAT(metrics.text(), HasSubstr("weir_loop_stuck_seconds{loop=\"0\"} 7\n"));
}

TEST_F(MetricsTest, APlaceThatIsOnlyHeldIsNotInFlight) {
  ASSERT_TRUE(permits.take() && permits.take() && permits.take());
  permits.note_held(2);
  EXPECT_THAT(metrics.text(), HasSubstr("weir_in_flight 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("weir_held_places 2\n"));
}

TEST_F(MetricsTest, WhoHasSteppedAsideIsShown) {
  permits.note_aside(3);
  permits.note_aside(-1);
  EXPECT_THAT(metrics.text(), HasSubstr("weir_stepped_aside 2\n"));
}

TEST_F(MetricsTest, WhoIsInsideWithoutAPlaceIsShown) {
  using exchange::Placeless;
  for (const Placeless as : {Placeless::kExempt, Placeless::kTunnel, Placeless::kEventStream,
                             Placeless::kSlowReader, Placeless::kTunnel})
    shard.placeless(as, 1);
  const std::string text = metrics.text();
  for (const char* line : {"weir_exempt_in_flight 1\n", "weir_tunnels 2\n",
                           "weir_event_streams 1\n", "weir_slow_readers 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, TheServicesOwnRefusalsAreShownAndAreServed) {
  serve(3);
  overload(2);
  shed(4);
  EXPECT_THAT(metrics.text(), HasSubstr("weir_backend_overload_answers_total 2\n"));
  EXPECT_THAT(metrics.text(),
              HasSubstr("weir_endings_total{ending=\"served\",exempt=\"false\"} 5\n"));
}

TEST_F(MetricsTest, TheQueueHasNoMoreRoomThanMayWaitNow) {
  permits.publish_queue(milliseconds(20), 3);
  EXPECT_THAT(metrics.text(), HasSubstr("weir_queue_capacity 3\n"));
}

TEST_F(MetricsTest, PrioritiesAreShownByNameWhereThereAreSeveral) {
  EXPECT_THAT(metrics.text(), Not(HasSubstr("priority")));
  sources.priorities = {"normal", "batch"};
  shard.record({.ending = exchange::Ending::kRejected,
                .rejection = limiters::Rejection::kShed,
                .status = 503,
                .priority = 1,
                .priority_name = "batch"});
  const std::string text = metrics.text();
  for (const char* line : {"weir_priority_requests_total{priority=\"normal\"} 0\n",
                           "weir_priority_requests_total{priority=\"batch\"} 1\n",
                           "weir_priority_rejected_total{priority=\"batch\"} 1\n",
                           "weir_priority_queue_length{priority=\"batch\"} 0\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(MetricsTest, BucketsAreCumulativeAndEndWithAll) {
  serve(2, milliseconds(15));
  serve(1, seconds(100));
  const std::string text = metrics.text();
  for (const char* line : {"_bucket{le=\"0.01\"} 0\n", "_bucket{le=\"0.02\"} 2\n",
                           "_bucket{le=\"60\"} 2\n", "_bucket{le=\"+Inf\"} 3\n", "_count 3\n"})
    EXPECT_THAT(text, HasSubstr("weir_request_duration_seconds" + std::string(line)));
}

TEST_F(MetricsTest, TurnsOfALoopAreAHistogramOfItsBusyTime) {
  { const loop::EventLoop::Turn turn(loop); }
  { const loop::EventLoop::Turn turn(loop); }
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("weir_loop_turn_seconds_count{loop=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("weir_loop_turn_seconds_bucket{loop=\"0\",le=\"+Inf\"} 2\n"));
}

}  // namespace
}  // namespace weir::observe
