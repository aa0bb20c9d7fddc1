#include "proxy/http/is_exactly.h"

#include <gtest/gtest.h>

#include <string_view>

namespace weir::http {
namespace {

TEST(IsExactly, ATextIsWhatItSaysAndNothingElse) {
  EXPECT_TRUE(is_exactly("GET", "GET"));
  EXPECT_FALSE(is_exactly("PUT", "GET"));
  EXPECT_FALSE(is_exactly("get", "GET"));
}

TEST(IsExactly, ABeginningAndALongerTextAreOthers) {
  EXPECT_FALSE(is_exactly("GE", "GET"));
  EXPECT_FALSE(is_exactly("GETS", "GET"));
  EXPECT_TRUE(is_exactly(std::string_view("GETS", 3), "GET"));
}

TEST(IsExactly, NoTextIsNone) { EXPECT_FALSE(is_exactly(std::string_view(), "GET")); }

}  // namespace
}  // namespace weir::http
