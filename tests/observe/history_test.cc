#include "proxy/observe/history.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/observe/observed_house.h"

namespace weir::observe {
namespace {

using exchange::Ending;
using std::chrono::milliseconds;
using std::chrono::seconds;

class HistoryTest : public ObservedHouse {
 protected:
  void end(Ending how) {
    exchange::ExchangeFacts facts;
    facts.ending = how;
    shard.record(facts);
  }
};

TEST_F(HistoryTest, ASecondTellsWhatCameInIt) {
  serve(100, milliseconds(10));
  serve(1, milliseconds(80));
  shed(2);
  end(Ending::kBackendRefused);
  pass(seconds(1));
  const History::Second second = history.last_second();
  EXPECT_EQ(second.served, 101);
  EXPECT_EQ(second.shed, 2);
  EXPECT_EQ(second.failed, 1);
  EXPECT_NEAR(second.p50_seconds, 0.010, 0.0007);
  EXPECT_NEAR(second.p99_seconds, 0.010, 0.0007);
  pass(seconds(1));
  EXPECT_EQ(history.last_second().served, 0);
  EXPECT_EQ(history.last_second().p50_seconds, 0);
}

TEST_F(HistoryTest, OfWhatWasServedItTellsWhatTheServiceRefused) {
  serve(5);
  overload(3);
  shed(1);
  pass(seconds(1));
  EXPECT_EQ(history.last_second().served, 8);
  EXPECT_EQ(history.last_second().overload_answers, 3);
  const auto told = nlohmann::json::parse(history.json());
  EXPECT_EQ(told["overload_answers_per_second"].back(), 3);
}

TEST_F(HistoryTest, WhatClientsDoAndATunnelOrAStreamThatClosesAreNoFailures) {
  for (const Ending ending : {Ending::kClientLeft, Ending::kClientStalled, Ending::kRequestRefused,
                              Ending::kRequestTimedOut, Ending::kMethodRefused,
                              Ending::kBodyTooLarge, Ending::kUpgraded, Ending::kStreamed})
    end(ending);
  pass(seconds(1));
  EXPECT_EQ(history.last_second().failed, 0);
}

TEST_F(HistoryTest, WhatTheServiceBreaksOffAndWhatADrainCutsHasFailed) {
  for (const Ending ending : {Ending::kResponseTimedOut, Ending::kBackendClosed, Ending::kShutdown})
    end(ending);
  pass(seconds(1));
  EXPECT_EQ(history.last_second().failed, 3);
}

TEST_F(HistoryTest, BeforeTheFirstSecondThereIsNothingToTell) {
  EXPECT_EQ(history.last_second().served, 0);
  EXPECT_EQ(history.busy_ratio(0), 0);
  EXPECT_EQ(nlohmann::json::parse(history.json())["limit"].size(), 0u);
}

TEST_F(HistoryTest, ThePeakKnowsOfABurstAtOnceAndForAMinute) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(permits.take());
  for (int i = 0; i < 5; ++i) permits.give_back();
  EXPECT_EQ(history.peak_in_flight(), 5);
  pass(seconds(60));
  EXPECT_EQ(history.peak_in_flight(), 5);
  pass(seconds(1));
  EXPECT_EQ(history.peak_in_flight(), 0);
}

TEST_F(HistoryTest, ThePeakLeavesOutPlacesThatAreOnlyHeld) {
  ASSERT_TRUE(permits.take());
  permits.note_held(1);
  pass(seconds(1));
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(permits.take());
    permits.give_back();
    pass(seconds(1));
  }
  EXPECT_EQ(history.peak_in_flight(), 1);
}

TEST_F(HistoryTest, TheNewestSecondComesLastAndShortEnoughToSendEverySecond) {
  pass(seconds(400));
  serve(3, milliseconds(7));
  pass(seconds(1));
  const std::string text = history.json();
  const auto told = nlohmann::json::parse(text);
  EXPECT_EQ(told["served_per_second"].back(), 3);
  EXPECT_EQ(told["served_per_second"].front(), 0);
  EXPECT_NEAR(told["p50_seconds"].back(), 0.007, 0.0005);
  EXPECT_LT(text.size(), 32u * 1024);
}

}  // namespace
}  // namespace weir::observe
