#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/limiters/knee_fixture.h"

// What KneeLimit does when the service itself refuses.
namespace weir::limiters {
namespace {

TEST(KneeLimit, WhatTimesOutIsALatencyAndNoRefusal) {
  const Service service{10};
  KneeLimit limit = begun(service);
  for (int i = 0; i < 50; ++i) {
    Window late = service.window(6, limit.limit());
    late.answered[static_cast<size_t>(Outcome::kTimedOut)] = 20;
    EXPECT_NE(limit.update(late), Cause::kOverload);
  }
  EXPECT_EQ(limit.limit(), 20);
}

TEST(KneeLimit, WhereNothingIsServedAndSomeTimedOutItIsTooHigh) {
  KneeLimit limit = begun(Service{10});
  Window dead;
  dead.closed = dead.opened + std::chrono::seconds(1);
  dead.answered[static_cast<size_t>(Outcome::kTimedOut)] = 3;
  EXPECT_EQ(limit.update(dead), Cause::kOverload);
  EXPECT_EQ(limit.limit(), 18);
}

TEST(KneeLimit, OverloadsCutByATenth) {
  const Service service{10};
  KneeLimit limit = begun(service, 100);
  Window refused = service.window(50, 100);
  refused.answered[static_cast<size_t>(Outcome::kOverload)] = 20;
  EXPECT_EQ(limit.update(refused), Cause::kOverload);
  EXPECT_EQ(limit.limit(), 90);
}

Window refusing(const Service& service, const KneeLimit& limit) {
  Window window = service.window(limit.limit(), limit.limit());
  window.answered[static_cast<size_t>(Outcome::kOverload)] = 50;
  return window;
}

TEST(KneeLimit, TheStepThatTheServiceRefusedIsTakenBackAndTriedAgainLaterAndLater) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  limit.update(refusing(wide, limit));
  EXPECT_EQ(limit.limit(), 18);
  std::vector<int> refusals;
  for (int windows = 0; windows < 400; ++windows) {
    Window taken = wide.window(limit.limit(), limit.limit());
    taken.overloaded = false;  // so that it does not look around
    limit.update(taken);
    ASSERT_LE(limit.limit(), 24) << "no step beyond is a leap";
    if (limit.limit() < 20) continue;
    const int before = limit.limit();
    limit.update(refusing(wide, limit));
    EXPECT_LT(limit.limit(), 20) << "from " << before;
    refusals.push_back(windows);
  }
  const auto between = [&refusals](int from, int to) {
    return std::count_if(refusals.begin(), refusals.end(),
                         [&](int window) { return window >= from && window < to; });
  };
  EXPECT_GE(between(0, 20), 5);
  EXPECT_LE(between(100, 120), 4);
  EXPECT_GE(between(100, 200), 5) << "never again would be too late";
}

TEST(KneeLimit, WhatTheServiceRefusedOnceItMayTakeLater) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  limit.update(refusing(wide, limit));
  for (int i = 0; i < 30; ++i) wide.fill(limit);
  EXPECT_GT(limit.limit(), 100);
}

// As a token bucket does, it takes what is too much for a window before it refuses.
TEST(KneeLimit, WhatWasRefusedHasToProveItselfBeforeMoreIsTried) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  const auto take = [&] {
    Window taken = wide.window(limit.limit(), limit.limit());
    taken.overloaded = false;
    limit.update(taken);
  };
  take();
  const int refused = limit.limit();
  limit.update(refusing(wide, limit));
  ASSERT_LT(limit.limit(), refused);
  for (int i = 0; i < 10 && limit.limit() < refused; ++i) take();
  const int again = limit.limit();
  ASSERT_GE(again, refused);
  for (int i = 0; i < 2; ++i) {
    take();
    EXPECT_EQ(limit.limit(), again) << i;
  }
  take();
  take();
  EXPECT_GT(limit.limit(), again) << "250 were taken, so it is no longer wary";
}

TEST(KneeLimit, AServiceThatWasAwayIsNotHeldToWhatItRefused) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  const auto take = [&](int windows) {
    for (int i = 0; i < windows; ++i) {
      Window taken = wide.window(limit.limit(), limit.limit());
      taken.overloaded = false;
      limit.update(taken);
    }
  };
  limit.update(refusing(wide, limit));
  for (int i = 0; i < 200; ++i) {
    take(1);
    if (limit.limit() >= 20) limit.update(refusing(wide, limit));
  }
  for (int i = 0; i < 40; ++i) limit.update(refusing(wide, limit));
  EXPECT_EQ(limit.limit(), 1);
  take(12);
  EXPECT_GE(limit.limit(), 12);
}

TEST(KneeLimit, ARefusalNeverRaisesIt) {
  const Service service{10};
  KneeLimit limit = begun(service, 8);
  for (int i = 0; i < 500; ++i) {
    service.fill(limit);
    if (i % 7 != 0) continue;
    const int before = limit.limit();
    limit.update(refusing(service, limit));
    ASSERT_LE(limit.limit(), before) << i;
  }
}

TEST(KneeLimit, ALookThatTheServiceRefusesEndsWhereItBegan) {
  const Service service{10};
  KneeLimit limit = begun(service, 20);
  int before = 0;
  for (int i = 0; i < 400 && !limit.probing(); ++i) {
    before = limit.limit();
    service.fill(limit);
    if (limit.probing() && limit.limit() < before) before = 0;
    for (int j = 0; j < 100 && limit.probing() && before == 0; ++j) service.fill(limit);
  }
  ASSERT_GT(limit.limit(), before);
  EXPECT_EQ(limit.update(refusing(service, limit)), Cause::kOverload);
  EXPECT_EQ(limit.limit(), before);
  EXPECT_FALSE(limit.probing());
  for (int i = 0; i < 10; ++i) {
    service.fill(limit);
    EXPECT_FALSE(limit.probing()) << "it looked again at once";
  }
}

// Whole places are compared: what a tenth less leaves of them is not what was refused.
TEST(KneeLimit, AlsoOfFewPlacesWhatWasRefusedIsTriedAgainLaterAndLater) {
  for (const int places : {1, 2, 3, 4}) {
    SCOPED_TRACE(testing::Message() << places << " places");
    const Service wide{1000};
    KneeLimit limit = begun(wide, 20);
    int refusals = 0;
    for (int i = 0; i < 400; ++i) {
      Window taken = wide.window(limit.limit(), limit.limit());
      taken.overloaded = false;
      const bool refused = limit.limit() > places;
      limit.update(refused ? refusing(wide, limit) : taken);
      if (refused && i >= 200) ++refusals;
    }
    EXPECT_LE(refusals, 20);
    EXPECT_GE(refusals, 5);
  }
}

// Five seconds of a service with room for ten times as many, of whose answers a third are refusals.
Cause refuse_a_third(KneeLimit& limit, double most_per_second, int windows = 50) {
  Cause last = Cause::kHeld;
  for (int i = 0; i < windows; ++i) {
    const double sent = std::min(most_per_second, limit.limit() * 100.0) / 10;
    Window window;
    window.closed = window.opened + std::chrono::milliseconds(100);
    window.limit = limit.limit();
    const double in_flight = std::min<double>(limit.limit(), most_per_second / 100);
    window.levels[level_of(static_cast<int>(in_flight))] =
        Level::of(0.010, in_flight, sent * 2 / 3);
    window.answered[static_cast<size_t>(Outcome::kSuccess)] = sent * 2 / 3;
    window.answered[static_cast<size_t>(Outcome::kOverload)] = sent / 3;
    window.cohort.refused = sent / 3;
    window.limited = limit.limit() * 100 < most_per_second;
    const Cause cause = limit.update(window);
    if (cause != Cause::kHeld && cause != Cause::kNotLimited) last = cause;
  }
  return last;
}

TEST(KneeLimit, WhatIsRefusedWhateverIsSentIsNoReasonToSendLess) {
  KneeLimit limit = begun(Service{200}, 20);
  refuse_a_third(limit, 1000);
  EXPECT_GE(limit.limit(), 20) << "cut to less than is asked for, and taken back";
  EXPECT_TRUE(limit.refusals_are_steady());
  EXPECT_NE(refuse_a_third(limit, 1000), Cause::kOverload) << "known by now";
}

TEST(KneeLimit, WhatIsNotAskedForIsCutUntilItShows) {
  KneeLimit limit = begun(Service{200}, 20);
  EXPECT_EQ(refuse_a_third(limit, 1000, 3), Cause::kOverload);
  EXPECT_LT(limit.limit(), 20);
}

}  // namespace
}  // namespace weir::limiters
