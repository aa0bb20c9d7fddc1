#include "limiters/knee_curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "limiters/random.h"

namespace weir::limiters {
namespace {

constexpr double kLikely = 2;

// What a pool of `places` shows: latency by number in flight, `each` samples of exponential times
// at every number in `in_flight`.
class Pool {
 public:
  Pool(double places, uint64_t seed) : places_(places), chance_(seed) {}
  void show(KneeCurve& curve, const std::vector<int>& in_flight, int each, double service = 0.010) {
    std::array<Level, kLevels> levels{};
    for (const int n : in_flight)
      for (int i = 0; i < each; ++i) {
        const double latency = chance_.exponential(service) * std::max(1.0, n / places_);
        levels[level_of(n)].add(Level::of(latency, n));
      }
    curve.add(levels);
  }

 private:
  const double places_;
  Random chance_;
};

std::array<Level, kLevels> exact(const std::vector<std::pair<int, double>>& latencies) {
  std::array<Level, kLevels> levels{};
  for (const auto& [in_flight, latency] : latencies)
    levels[level_of(in_flight)].add(Level::of(latency, in_flight, 50));
  return levels;
}

TEST(KneeCurve, OfNothingKnowsNothing) { EXPECT_EQ(KneeCurve().knee(kLikely).baseline, 0); }

TEST(KneeCurve, FindsWhereAPoolIsFull) {
  KneeCurve curve;
  curve.add(exact({{1, 0.010}, {4, 0.010}, {10, 0.010}, {20, 0.020}, {40, 0.040}}));
  const Knee knee = curve.knee(kLikely);
  EXPECT_NEAR(knee.at, 10, 0.5);
  EXPECT_NEAR(knee.baseline, 0.010, 0.0003);
  EXPECT_GT(knee.lowest, 8);
  EXPECT_LT(knee.highest, 12.5);
}

TEST(KneeCurve, WithoutABendHasNoKnee) {
  KneeCurve curve;
  curve.add(exact({{1, 0.010}, {4, 0.010}, {30, 0.010}}));
  EXPECT_TRUE(std::isinf(curve.knee(kLikely).at));
  EXPECT_TRUE(std::isinf(curve.knee(kLikely).highest));
}

// What a single place of 2 ms shows behind a wait of 20 ms that needs none, by mean value analysis
// of a closed network (Reiser and Lavenberg 1980).
double behind_a_wait(int in_flight) {
  constexpr double kService = 0.002;
  constexpr double kWait = 0.020;
  double at_place = 0;
  double queue = 0;
  for (int n = 1; n <= in_flight; ++n) {
    at_place = kService * (1 + queue);
    queue = n * at_place / (kWait + at_place);
  }
  return kWait + at_place;
}

std::array<Level, kLevels> exact_behind_a_wait(const std::vector<int>& in_flight) {
  std::vector<std::pair<int, double>> latencies;
  for (const int n : in_flight) latencies.emplace_back(n, behind_a_wait(n));
  return exact(latencies);
}

TEST(KneeCurve, ASmoothBendIsWhereNearlyTheMostIsDone) {
  KneeCurve curve;
  curve.add(exact_behind_a_wait({2, 6, 12, 16, 24}));
  const Knee knee = curve.knee(kLikely);
  const auto per_second = [](double in_flight) {
    return in_flight / behind_a_wait(static_cast<int>(std::lround(in_flight)));
  };
  EXPECT_NEAR(knee.baseline, 0.022, 0.001);
  EXPECT_GT(per_second(knee.at), 0.92 / 0.002);
  EXPECT_LT(knee.at, 18);
  EXPECT_GT(knee.lowest, 13) << "eleven could fill the place, if they never met";
  EXPECT_LT(knee.highest, 18);
}

TEST(KneeCurve, ASmoothBendThatMayBeNoneHasNoHighest) {
  KneeCurve curve;
  curve.add(exact({{8, 0.0100}, {12, 0.0101}, {16, 0.0103}, {24, 0.0107}}));
  EXPECT_TRUE(std::isinf(curve.knee(8).highest));
}

TEST(KneeCurve, ASmoothBendIsNotBelievedWhereTimesVaryMuch) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    KneeCurve curve;
    Pool(10, seed).show(curve, {4, 8, 12, 16, 24}, 200);
    EXPECT_LT(curve.knee(kLikely).at, 13) << "seed " << seed;
  }
}

TEST(KneeCurve, SeenAtOneLevelOnlyMayBendAnywhereBelow) {
  KneeCurve curve;
  curve.add(exact({{20, 0.040}}));
  const Knee knee = curve.knee(kLikely);
  EXPECT_LE(knee.lowest, 1);
  EXPECT_TRUE(std::isinf(knee.highest));
}

TEST(KneeCurve, FullWithTheFewestThatWereSeenItTakesThoseForUnloaded) {
  KneeCurve curve;
  curve.add(exact({{10, 0.010}, {20, 0.020}, {40, 0.040}}));
  const Knee knee = curve.knee(kLikely);
  EXPECT_LE(knee.lowest, 1) << "any bend below is as likely";
  EXPECT_NEAR(knee.at, 10, 0.5);
  EXPECT_NEAR(knee.baseline, 0.010, 0.0005);
}

TEST(KneeCurve, HoldsTheTrueKneeBetweenItsBoundsWhateverTheChance) {
  int within = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    KneeCurve curve;
    Pool(10, seed).show(curve, {1, 2, 3, 4, 6, 8, 12, 16, 24}, 60);
    const Knee knee = curve.knee(kLikely);
    within += knee.lowest <= 10.5 && knee.highest >= 9.5 ? 1 : 0;
  }
  EXPECT_GE(within, 36);
}

// One in ten takes eleven times as long, and all wait for those who came before.
std::array<Level, kLevels> mixed_queue(double places, const std::vector<int>& in_flight, int each,
                                       uint64_t seed) {
  Random chance(seed);
  std::array<Level, kLevels> levels{};
  for (const int n : in_flight)
    for (int i = 0; i < each; ++i) {
      const double service = chance.uniform() < 0.1 ? 0.055 : 0.005;
      levels[level_of(n)].add(Level::of(service + 0.010 * std::max(0.0, n / places - 1), n));
    }
  return levels;
}

TEST(KneeCurve, AQueueOfVeryDifferentTimesShowsInTheirLogarithms) {
  int found = 0;
  int too_low = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    KneeCurve curve;
    curve.add(mixed_queue(10, {2, 6, 10, 16, 24}, 40, seed));
    const Knee knee = curve.knee(kLikely);
    found += knee.highest <= 16 ? 1 : 0;
    too_low += knee.highest < 9.5 ? 1 : 0;
  }
  EXPECT_GE(found, 30);
  EXPECT_LE(too_low, 4);
}

TEST(KneeCurve, AFewLuckySamplesAreNoBend) {
  KneeCurve curve;
  Pool(1000, 5).show(curve, {20}, 100);
  std::array<Level, kLevels> lucky{};
  lucky[level_of(2)] = Level::of(0.004, 2, 2);
  curve.add(lucky);
  EXPECT_GE(curve.knee(kLikely).highest, 20);
}

TEST(KneeCurve, NewSamplesReplaceOld) {
  KneeCurve curve;
  Pool pool(1000, 7);
  pool.show(curve, {1, 2, 4}, 500, 0.010);
  for (int i = 0; i < 10; ++i) pool.show(curve, {1, 2, 4}, 100, 0.030);
  EXPECT_NEAR(curve.knee(kLikely).baseline, 0.030, 0.004);
}

TEST(KneeCurve, ForgetsWhatItIsToldTo) {
  KneeCurve curve;
  curve.add(exact({{1, 0.010}, {10, 0.010}, {40, 0.040}}));
  curve.forget(30, 1000);
  EXPECT_TRUE(std::isinf(curve.knee(kLikely).at));
  EXPECT_EQ(curve.seen_up_to(1000), 100);
  for (int i = 0; i < 50; ++i) curve.doubt_above(5, 0.9);
  EXPECT_EQ(curve.seen_up_to(1000), 50) << "faded away";
}

TEST(KneeCurve, KnowsTheMostThatWereSeen) {
  KneeCurve curve;
  EXPECT_EQ(curve.most_seen(), 0);
  std::array<Level, kLevels> levels{};
  for (const int in_flight : {2, 30}) levels[level_of(in_flight)] = Level::of(0.010, in_flight, 10);
  curve.add(levels);
  EXPECT_EQ(curve.most_seen(), 30);
  curve.doubt_above(20, 0.01);
  EXPECT_EQ(curve.most_seen(), 2);
}

TEST(KneeCurve, StartsAnewFromWhatIsKnown) {
  KneeCurve curve;
  curve.add(exact({{1, 0.010}, {10, 0.010}, {40, 0.040}}));
  curve.restart({exact({{8, 0.030}})[level_of(8)], exact({{16, 0.030}})[level_of(16)]});
  EXPECT_NEAR(curve.knee(kLikely).baseline, 0.030, 1e-9);
  EXPECT_TRUE(std::isinf(curve.knee(kLikely).at));
}

TEST(KneeCurve, KnowsWhatIsNearALimitButNotWhatIsBeyondIt) {
  KneeCurve curve;
  for (const int in_flight : {2, 3, 4, 18, 20, 24, 30})
    curve.add(Level::of(0.001 * in_flight, in_flight, 10));
  EXPECT_EQ(curve.near(1).count, 0);
  EXPECT_DOUBLE_EQ(curve.near(3).mean(), 0.003);
  EXPECT_EQ(curve.near(3).count, 10);
  // The level of 24 may begin with it.
  EXPECT_GE(curve.near(24).count, 10);
  EXPECT_LE(curve.near(24).mean(), 0.024);
  EXPECT_GE(curve.near(24).mean(), 0.020);
}

}  // namespace
}  // namespace weir::limiters
