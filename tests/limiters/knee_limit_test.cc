#include "limiters/knee_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/limiters/knee_fixture.h"

namespace weir::limiters {
namespace {

TEST(KneeLimit, SettlesJustAboveThePlacesOfAFullPoolFromAnyStart) {
  for (const double places : {1.0, 2.0, 4.0, 10.0, 100.0})
    for (const int initial : {1, 20, 500}) {
      SCOPED_TRACE(testing::Message() << places << " places from " << initial);
      const Service service{places};
      KneeLimit limit = begun(service, initial);
      for (int i = 0; i < 60; ++i) service.fill(limit);
      double sum = 0;
      for (int i = 0; i < 100; ++i) {
        service.fill(limit);
        sum += limit.limit();
      }
      EXPECT_GE(sum / 100, places);
      EXPECT_LE(sum / 100, std::max(places * 1.25, places + 0.7));
    }
}

TEST(KneeLimit, DoublesWhileItIsInUseAndNoQueueIsSeen) {
  const Service wide{1000};
  KneeLimit limit = begun(wide, 20);
  EXPECT_EQ(wide.fill(limit), Cause::kSlowStart);
  EXPECT_EQ(limit.limit(), 40);
  EXPECT_TRUE(limit.guessing());
}

TEST(KneeLimit, DoesNotMoveWhatIsNotInUse) {
  const Service service{10};
  KneeLimit limit = begun(service, 20);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limit.update(service.window(5, 20)), Cause::kNotLimited);
  Window nearly = service.window(19, 20);
  nearly.levels[level_of(19)] = Level::of(0.010, 19, 100);
  EXPECT_EQ(limit.update(nearly), Cause::kNotLimited);
  EXPECT_EQ(limit.limit(), 20);
}

TEST(KneeLimit, FullFromTheFirstRequestItIsFoundByTwiceAsMany) {
  LimiterParams params;
  params.initial_limit = 20;
  KneeLimit limit(params);
  const Service service{5};
  EXPECT_EQ(service.fill(limit), Cause::kSlowStart);
  EXPECT_EQ(service.fill(limit), Cause::kLatencyHigh);
  EXPECT_LT(limit.limit(), 25);
  for (int i = 0; i < 40; ++i) service.fill(limit);
  EXPECT_GE(limit.limit(), 5);
  EXPECT_LE(limit.limit(), 7);
}

// So many windows of a service that needs `times` as long and has places for as many more, as when
// a delay lies behind it; true when one of them ended with that cause.
bool says(Cause cause, Service service, double times, KneeLimit& limit) {
  service.seconds *= times;
  service.places *= times;
  bool said = false;
  for (int i = 0; i < 20; ++i) said = service.fill(limit) == cause || said;
  return said;
}

KneeLimit settled_on(const Service& service) {
  KneeLimit limit = begun(service, 20);
  for (int i = 0; i < 40; ++i) service.fill(limit);
  return limit;
}

TEST(KneeLimit, TakesACutBackWhenTheServiceIsSlowerRatherThanFull) {
  const Service service{20};
  KneeLimit limit = settled_on(service);
  const int before = limit.limit();
  EXPECT_TRUE(says(Cause::kServiceSlower, service, 1.5, limit));
  EXPECT_GE(limit.limit(), before);
  EXPECT_GT(limit.baseline(), std::chrono::milliseconds(14));
}

TEST(KneeLimit, TriesMoreWhenACutShowsThatTheServiceIsMuchSlower) {
  const Service service{20};
  KneeLimit limit = settled_on(service);
  const int before = limit.limit();
  EXPECT_TRUE(says(Cause::kTryingMore, service, 3, limit));
  EXPECT_GE(limit.limit(), before * 2);
  EXPECT_GT(limit.baseline(), std::chrono::milliseconds(25));
}

// What it took before the service became slower, in the same balance, made the limit stay for good.
TEST(KneeLimit, FindsThePlacesThatASlowerDependencyNeedsFromWhatWasSeenSinceThen) {
  for (const double places : {3.0, 6.0, 12.0, 20.0})
    for (const double times : {3.0, 4.0}) {
      SCOPED_TRACE(places * 10 + times);
      Service service{places};
      KneeLimit limit = begun(service);
      for (int i = 0; i < 100; ++i) service.fill(limit);
      // As many are done in a second as before, and each takes as many times as long.
      service = {.places = places * times, .seconds = 0.010 * times, .samples = 20};
      int windows = 0;
      while (limit.limit() < 0.9 * service.places && windows < 1000) {
        service.fill(limit);
        ++windows;
      }
      EXPECT_LT(windows, 25);
    }
}

TEST(KneeLimit, FollowsAPoolThatLosesAndRegainsPlaces) {
  Service service{20};
  KneeLimit limit = begun(service);
  for (int i = 0; i < 40; ++i) service.fill(limit);
  service.places = 5;
  for (int i = 0; i < 20; ++i) service.fill(limit);
  EXPECT_LE(limit.limit(), 7);
  EXPECT_GE(limit.limit(), 5);
  service.places = 20;
  for (int i = 0; i < 40; ++i) service.fill(limit);
  EXPECT_GE(limit.limit(), 20);
}

// Three in flight took longer than one and now do not, so there are more than two and a half.
TEST(KneeLimit, AServiceThatAnswersFasterUnderTheSameLimitIsFeltForAtOnce) {
  Service service{2.4};
  KneeLimit limit = begun(service);
  for (int i = 0; i < 60; ++i) service.fill(limit);
  while (limit.limit() != 3 || limit.probing()) service.fill(limit);
  for (int i = 0; i < 2; ++i) service.fill(limit);
  ASSERT_EQ(limit.limit(), 3);
  service.places = 40;
  int windows = 0;
  while (limit.limit() < 20 && windows < 100) {
    service.fill(limit);
    ++windows;
  }
  EXPECT_LE(windows, 12) << "its next growth was due after twenty windows";
}

TEST(KneeLimit, LooksNowAndThenWhetherMoreOrLessWouldDo) {
  const Service service{10};
  KneeLimit limit = begun(service);
  int more = 0, less = 0;
  for (int i = 0; i < 400; ++i) {
    const Cause cause = service.fill(limit);
    more += cause == Cause::kTryingMore ? 1 : 0;
    less += cause == Cause::kTryingLess ? 1 : 0;
  }
  EXPECT_GE(more, 1);
  EXPECT_GE(less, 1);
  EXPECT_LE(more + less, 12) << "a few hundredths of the time";
}

// A pool of 30 places that has fewer all at once, after so many windows of a light load; its times
// vary as exponential ones do.
struct Narrowing {
  double places = 24;
  int light = 0;
  bool overloaded = false;
  double in_use = 0.9;

  // Of ten samples each, until that is seen.
  int windows_until_cut() const {
    KneeLimit limit = begun(Service{30}, 40);
    while (limit.guessing()) Service{30}.fill(limit);
    const int before = limit.limit();
    for (int i = 0; i < light; ++i) {
      Window window = Service{30}.window(10, before);
      window.levels[level_of(10)].blur(1);
      limit.update(window);
    }
    int windows = 0;
    while (windows < 1000 && limit.limit() >= before) {
      Window window = Service{places}.window(before, before);
      window.levels[level_of(before)].forget_all_but(10);
      window.levels[level_of(before)].blur(1);
      window.overloaded = overloaded;
      window.in_use = in_use;
      limit.update(window);
      ++windows;
    }
    return windows;
  }
};

TEST(KneeLimit, InCalmItIsSurerBeforeItCuts) {
  const int calm = Narrowing{}.windows_until_cut();
  EXPECT_GT(calm, Narrowing{.overloaded = true}.windows_until_cut());
  EXPECT_LT(calm, 100);
}

TEST(KneeLimit, InCalmItIsTheSurerTheMoreItHasJudged) {
  const int judged = Narrowing{.light = 5000}.windows_until_cut();
  EXPECT_GT(judged, Narrowing{.light = 5}.windows_until_cut());
  EXPECT_LT(judged, 100) << "but it is never too sure";
  EXPECT_LE((Narrowing{.light = 5000, .overloaded = true}.windows_until_cut()), 3)
      << "and an overload is in a hurry";
}

TEST(KneeLimit, WhereNoPlaceIsEverFreeThereIsNoCalm) {
  const Narrowing little{.places = 26, .light = 5000};
  EXPECT_EQ(little.windows_until_cut(), 1000) << "never";
  Narrowing closed_loop = little;
  closed_loop.in_use = 1;
  EXPECT_LE(closed_loop.windows_until_cut(), 410) << "a little after four thousand samples";
}

TEST(KneeLimit, AnOverloadThatIsSoonOverIsNoTimeToLook) {
  const Service service{10};
  KneeLimit limit = begun(service);
  int looks = 0;
  for (int i = 0; i < 400; ++i) {
    Window window = service.window(limit.limit(), limit.limit());
    window.overloaded = i % 2 == 0;
    window.levels[level_of(limit.limit())].forget_all_but(50);
    const Cause cause = limit.update(window);
    looks += cause == Cause::kTryingMore || cause == Cause::kTryingLess ? 1 : 0;
  }
  EXPECT_EQ(looks, 0);
}

// 100,000 requests a second.
TEST(KneeLimit, HoweverFastTheServiceIsLooksThatFindNothingAreASecondApart) {
  const Service service{10, 0.0001};
  KneeLimit limit = begun(service, 20);
  std::vector<double> looks;
  double seconds = 0;
  for (int i = 0; i < 30000; ++i) {
    Window window = service.window(limit.limit(), limit.limit());
    window.closed = window.opened + std::chrono::milliseconds(1);
    const bool was_looking = limit.probing();
    limit.update(window);
    seconds += 0.001;
    if (limit.probing() && !was_looking) looks.push_back(seconds);
  }
  ASSERT_GE(looks.size(), 3U);
  for (size_t i = 1; i < looks.size(); ++i) EXPECT_GE(looks[i] - looks[i - 1], 1) << i;
}

TEST(KneeLimit, LooksFirstWhereLittleWasSeen) {
  for (const double seen : {10.0, 100.0}) {
    SCOPED_TRACE(testing::Message() << seen << " samples at 5 in flight");
    LimiterParams params;
    params.initial_limit = 40;
    KneeLimit limit(params);
    const Service service{20};
    Window below = service.window(5, 40);
    Level& level = below.levels[level_of(5)];
    level.forget_all_but(seen);
    limit.learn(below);
    Cause first = Cause::kHeld;
    while (first != Cause::kTryingLess && first != Cause::kTryingMore) first = service.fill(limit);
    EXPECT_EQ(first, seen < 50 ? Cause::kTryingLess : Cause::kTryingMore);
  }
}

TEST(KneeLimit, CutsThatProveRightDoNotKeepItFromLookingWhereNothingWasSeen) {
  const Service service{10};
  LimiterParams params;
  params.initial_limit = 22;
  KneeLimit limit(params);
  limit.learn(service.window(8, 22));
  int lowest = 22;
  for (int i = 0; i < 60; ++i) {
    service.fill(limit);
    lowest = std::min(lowest, limit.limit());
  }
  EXPECT_LE(lowest, 12);
}

TEST(KneeLimit, StaysWithinItsBounds) {
  const Service wide{1e6};
  KneeLimit limit = begun(wide, 20, 30);
  for (int i = 0; i < 50; ++i) wide.fill(limit);
  EXPECT_EQ(limit.limit(), 30);
}

TEST(KneeLimit, AWindowWithoutSuccessesShowsNothing) {
  KneeLimit limit = begun(Service{10});
  Window empty;
  EXPECT_EQ(limit.update(empty), Cause::kFewSamples);
  EXPECT_EQ(limit.limit(), 20);
}

TEST(KneeLimit, WhereCallersComeAgainAtOnceAndNothingIsKnownOfFewerItLooksThereOnce) {
  LimiterParams params;
  params.initial_limit = 40;
  KneeLimit limit(params);
  Window crowded = Service{10}.window(32, 40);
  crowded.in_use = 0.9;
  crowded.limited = crowded.overloaded = false;
  int looks = 0, windows = 0;
  while (looks == 0 && ++windows < 200) looks += limit.update(crowded) == Cause::kTryingLess;
  EXPECT_GE(windows, 18) << "not before many have come";
  EXPECT_LT(windows, 40);
}

}  // namespace
}  // namespace weir::limiters
