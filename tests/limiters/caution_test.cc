#include "limiters/caution.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

constexpr bool kSlowStart = true;

Window calm(double samples = 100) {
  Window window;
  window.levels[level_of(10)] = Level::of(0.010, 10, samples);
  window.in_use = 0.5;
  return window;
}

Window overload() {
  Window window = calm();
  window.overloaded = true;
  return window;
}

double unlikely_after(const Window& window, int times = 1) {
  Caution caution;
  for (int i = 0; i < times; ++i) caution.note(window);
  return caution.unlikely(!kSlowStart);
}

TEST(Caution, IsInAHurryUnderOverload) {
  EXPECT_EQ(unlikely_after(overload()), Caution::kUnderOverload);
  Caution caution;
  caution.note(overload());
  caution.note(calm());
  EXPECT_GT(caution.unlikely(!kSlowStart), Caution::kUnderOverload) << "it is over";
}

TEST(Caution, InCalmGrowsWithWhatWasJudgedButNotForEver) {
  EXPECT_EQ(unlikely_after(calm(), 0), 4);
  EXPECT_GT(unlikely_after(calm(), 10), unlikely_after(calm(), 1));
  EXPECT_LT(unlikely_after(calm(), 50), 8);
  EXPECT_EQ(unlikely_after(calm(), 60), 8) << "nearly six thousand";
}

TEST(Caution, FindsNoCalmWhereNoPlaceWasFreeForFourThousandSamples) {
  Window standing = calm();
  standing.limited = true;
  standing.in_use = 0.99;
  EXPECT_GT(unlikely_after(standing, 39), 4);
  EXPECT_EQ(unlikely_after(standing, 40), 2);
  standing.limited = false;
  EXPECT_GT(unlikely_after(standing, 40), 4) << "nobody had to wait";
}

TEST(Caution, OfAFirstCutIsTheSameWhateverHappens) {
  Caution caution;
  const double first = caution.unlikely(kSlowStart);
  caution.note(overload());
  EXPECT_EQ(caution.unlikely(kSlowStart), first);
}

}  // namespace
}  // namespace weir::limiters
