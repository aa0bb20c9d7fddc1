#include "limiters/service_cap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "tests/limiters/knee_fixture.h"

namespace weir::limiters {
namespace {

using Verdict = ServiceCap::Verdict;

struct Flight {
  int in_flight;
  double served, over_quota;
};

Window window(int limit, std::initializer_list<Flight> flights) {
  Window made;
  made.closed = made.opened + std::chrono::seconds(1);
  made.limit = limit;
  made.limited = true;
  for (const Flight& one : flights) {
    made.levels[level_of(one.in_flight)].add(Level::of(0.010, one.in_flight, one.served));
    made.over_quota[level_of(one.in_flight)] += one.over_quota;
  }
  return made;
}

// Takes 12 at once, and nobody beyond.
Window full(int limit) {
  return limit <= 12 ? window(limit, {{8, 20, 0}, {12, 80, 0}})
                     : window(limit, {{8, 20, 0}, {12, 80, 0}, {13, 0, 50}});
}

// A caller who has had his quota, whatever else is in flight.
Window spent(int limit) { return window(limit, {{std::min(8, limit), 50, 50}, {limit, 20, 20}}); }

TEST(ServiceCap, WhatIsRefusedOnlyBeyondANumberInFlightIsTriedAndBelieved) {
  ServiceCap cap;
  ASSERT_EQ(cap.note(full(20)), Verdict::kFound);
  EXPECT_EQ(cap.most(), 12);
  EXPECT_EQ(cap.from(), 20);
  EXPECT_EQ(cap.note(full(12)), Verdict::kNone);
  EXPECT_FALSE(cap.refused(full(12)));
  EXPECT_EQ(cap.note(full(13)), Verdict::kNone) << "beyond it, that is what a cap does";
  EXPECT_TRUE(cap.refused(full(13)));
}

TEST(ServiceCap, WhatIsRefusedWhateverIsInFlightIsACallersQuota) {
  ServiceCap cap;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(cap.note(spent(20)), Verdict::kNone);
    ASSERT_FALSE(cap.refused(spent(20)));
  }
}

TEST(ServiceCap, FewerThanOneInTenAreLetPass) {
  ServiceCap cap;
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(cap.note(window(20, {{12, 95, 0}, {13, 0, 5}})), Verdict::kNone);
}

TEST(ServiceCap, WhereNothingWasSeenBelowNothingIsTried) {
  ServiceCap cap;
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(cap.note(window(20, {{4, 1, 1}, {16, 10, 90}})), Verdict::kNone);
}

// Bursts of one caller, who are many in flight and refused, look like a cap until they are tried.
TEST(ServiceCap, WhatATrialDoesNotShowIsTakenBackAndTriedAgainLaterAndLater) {
  ServiceCap cap;
  std::vector<int> waits;
  for (int trial = 0; trial < 5; ++trial) {
    waits.push_back(0);
    while (cap.note(full(20)) != Verdict::kFound) ASSERT_LT(++waits.back(), 100000);
    EXPECT_EQ(cap.note(window(12, {{12, 50, 50}})), Verdict::kRefuted);
    EXPECT_EQ(cap.from(), 20);
    EXPECT_FALSE(cap.refused(full(20)));
  }
  EXPECT_EQ(waits[0], 0);
  EXPECT_GE(waits[1], 5);
  for (int trial = 2; trial < 5; ++trial) EXPECT_GE(waits[trial], 3 * waits[trial - 1]);
}

TEST(ServiceCap, ThreeWindowsInARowThatItDoesNotExplainRefuteIt) {
  ServiceCap cap;
  ASSERT_EQ(cap.note(full(20)), Verdict::kFound);
  ASSERT_EQ(cap.note(full(12)), Verdict::kNone);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(cap.note(spent(12)), Verdict::kNone);
    ASSERT_EQ(cap.note(spent(12)), Verdict::kNone);
    ASSERT_EQ(cap.note(full(12)), Verdict::kNone);
  }
  ASSERT_EQ(cap.note(spent(12)), Verdict::kNone);
  ASSERT_EQ(cap.note(spent(12)), Verdict::kNone);
  EXPECT_EQ(cap.note(spent(12)), Verdict::kRefuted);
}

TEST(ServiceCap, ALimitThatIsUsedAndNotRefusedIsWithinIt) {
  ServiceCap cap;
  ASSERT_EQ(cap.note(full(20)), Verdict::kFound);
  ASSERT_EQ(cap.note(full(12)), Verdict::kNone);
  ASSERT_EQ(cap.note(window(16, {{16, 100, 0}})), Verdict::kNone);
  EXPECT_EQ(cap.most(), 16);
}

// Takes so many at once; says of the others that they have had their quota.
Window taken(const Service& service, int limit, int places) {
  Window made = service.window(std::min(limit, places), limit);
  if (limit > places) made.over_quota[level_of(places + 1)] = 50;
  made.limited = made.overloaded = true;
  return made;
}

TEST(KneeLimit, HoldsItselfToACapThatTheServiceCallsAQuota) {
  for (const int places : {1, 2, 4, 6, 12, 48}) {
    SCOPED_TRACE(testing::Message() << places << " places");
    const Service wide{1000};
    KneeLimit limit = begun(wide, 60);
    int beyond = 0;
    for (int i = 0; i < 400; ++i) {
      limit.update(taken(wide, limit.limit(), places));
      if (i < 100) continue;
      beyond += limit.limit() > places ? 1 : 0;
      ASSERT_GE(limit.limit(), std::min(places, 4) / 2);
      ASSERT_LE(limit.limit(), std::max(places * 3 / 2, places + 1)) << i;
    }
    EXPECT_LE(beyond, 60);
  }
}

// It had found room for more since, and what is refused now is somebody's quota.
TEST(KneeLimit, ACapThatIsRefutedLateLowersNothing) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  ASSERT_EQ(limit.update(full(20)), Cause::kOverload);
  ASSERT_EQ(limit.limit(), 12);
  for (int i = 0; i < 400 && limit.limit() < 60; ++i) {
    Window taken = wide.window(limit.limit(), limit.limit());
    taken.overloaded = false;
    limit.update(taken);
  }
  ASSERT_GE(limit.limit(), 60);
  int before = 0;
  Cause last = Cause::kHeld;
  for (int i = 0; i < 10 && last != Cause::kNoGain; ++i) {
    before = limit.limit();
    last = limit.update(spent(before));
  }
  ASSERT_EQ(last, Cause::kNoGain);
  ASSERT_GT(before, 20);
  EXPECT_EQ(limit.limit(), before);
}

TEST(KneeLimit, ACallersQuotaMovesNothingForLong) {
  const Service service{10};
  KneeLimit limit = begun(service, 20);
  for (int i = 0; i < 30; ++i) service.fill(limit);
  int low = 0;
  for (int i = 0; i < 1000; ++i) {
    Window window = service.window(limit.limit(), limit.limit());
    // In bursts: all that are beyond eight.
    window.over_quota[level_of(std::max(limit.limit(), 9))] = 100;
    window.levels[level_of(4)].add(Level::of(0.010, 4, 20));
    limit.update(window);
    low += limit.limit() < 9 ? 1 : 0;
  }
  EXPECT_LE(low, 20);
}

}  // namespace
}  // namespace weir::limiters
