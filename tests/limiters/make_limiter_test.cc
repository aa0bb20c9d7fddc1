#include "limiters/make_limiter.h"

#include <gtest/gtest.h>

// What every algorithm promises, whatever its rule.
namespace weir::limiters {
namespace {

enum class Use { kFull, kHalfIdle };

// `count` successes of the same latency while the limit was in use, or hardly.
Window window(int limit, double seconds, double count, double overloads, Use use) {
  Window made;
  made.opened = TimePoint{};
  made.closed = TimePoint{} + std::chrono::seconds(1);
  made.levels[level_of(limit)] = {count, count * seconds, count * seconds * seconds};
  made.answered[static_cast<size_t>(Outcome::kSuccess)] = count;
  made.answered[static_cast<size_t>(Outcome::kOverload)] = overloads;
  made.limited = use == Use::kFull;
  made.peak_in_flight = use == Use::kFull ? limit : limit / 2 - 1;
  return made;
}

TEST(Algorithms, StayWithinTheirBoundsAndSurviveSilence) {
  for (const Algorithm algorithm : {Algorithm::kFixed, Algorithm::kAimd, Algorithm::kVegas,
                                    Algorithm::kGradient, Algorithm::kGradient2}) {
    SCOPED_TRACE(word_of(algorithm));
    LimiterParams params;
    params.algorithm = algorithm;
    params.initial_limit = 500;
    params.min_limit = 3;
    params.max_limit = 40;
    const auto made = make_algorithm(params);
    EXPECT_EQ(made->limit(), algorithm == Algorithm::kFixed ? 20 : 40);
    for (int i = 0; i < 100; ++i) made->update(window(40, 0.001, 100, 0, Use::kFull));
    EXPECT_LE(made->limit(), 40);
    for (int i = 0; i < 100; ++i) made->update(window(40, 0, 0, 100, Use::kFull));
    for (int i = 0; i < 10; ++i) made->update(window(40, 0, 0, 0, Use::kHalfIdle));
    EXPECT_GE(made->limit(), 3);
    EXPECT_EQ(made->limit(), algorithm == Algorithm::kFixed ? 20 : 3);
  }
}

TEST(Algorithms, HaveTheWordsOfTheConfiguration) {
  EXPECT_EQ(word_of(Algorithm::kFixed), "fixed");
  EXPECT_EQ(word_of(Algorithm::kAimd), "aimd");
  EXPECT_EQ(word_of(Algorithm::kVegas), "vegas");
  EXPECT_EQ(word_of(Algorithm::kGradient), "gradient");
  EXPECT_EQ(word_of(Algorithm::kGradient2), "gradient2");
  EXPECT_EQ(word_of(Algorithm::kKnee), "knee");
}

}  // namespace
}  // namespace weir::limiters
