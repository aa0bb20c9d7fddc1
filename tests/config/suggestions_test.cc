#include "config/suggestions.h"

#include <gtest/gtest.h>

#include <array>

namespace weir::config {
namespace {

TEST(EditDistance, CountsInsertedRemovedReplacedAndSwapped) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("algoritm", "algorithm"), 1U);
  EXPECT_EQ(edit_distance("vegsa", "vegas"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, IsTheFirstOfTheNearestThatCouldBeMeant) {
  constexpr std::array<std::string_view, 4> kWords = {"min", "max", "max_wait", "algorithm"};
  EXPECT_EQ(nearest("mix", kWords), "min");
  EXPECT_EQ(nearest("maxWait", kWords), "max_wait");
  EXPECT_EQ(nearest("algorythm", kWords), "algorithm");
  EXPECT_EQ(nearest("colour", kWords), "");
  EXPECT_EQ(nearest("maximum", kWords), "max") << "a short form";
  EXPECT_EQ(nearest("algo", kWords), "algorithm");
  EXPECT_EQ(nearest("m", kWords), "") << "too short to tell";
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kWords), "");
}

}  // namespace
}  // namespace weir::config
