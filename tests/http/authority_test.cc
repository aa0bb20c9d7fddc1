#include "proxy/http/authority.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::http {
namespace {

TEST(AuthorityTest, IsANameOrAnAddressAndPerhapsAPort) {
  for (const std::string_view text : {"a", "shop.example", "shop.example:8080", "shop.example:",
                                      "SHOP-1_x.example:0", "10.0.0.1:65535", "[::1]", "[::1]:80",
                                      "[::ffff:10.0.0.1]:1", "a%2Fb", "a%2Fb:80", "!$&'()*+;=~"})
    EXPECT_TRUE(is_authority(text)) << text;
}

TEST(AuthorityTest, IsNothingElse) {
  for (const std::string_view text :
       {"",       ":",   ":80", "a:65536", "a:123456", "a:8x",   "a:80:80", "a:-1", "a,b",  "a b",
        "a/b",    "a@b", "a?b", "a#b",     "a%2",      "a%2x",   "a%:80",   "%",    "[::1", "::1",
        "[::1]x", "[1]", "[]",  "[::g]",   "[::1]:x",  "x[::1]", "a\\b",    "a\"b", "\x80"})
    EXPECT_FALSE(is_authority(text)) << text;
}

TEST(AuthorityTest, EveryByteIsJudgedWhereverItStands) {
  const std::string names =
      "-._~!$&'()*+;=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool in_names = names.find(c) != std::string::npos;
    EXPECT_EQ(is_authority(std::string("ab") + c), in_names || c == ':') << byte;
    EXPECT_EQ(is_authority(std::string("a") + c + "b"), in_names) << byte;
    EXPECT_EQ(is_authority(c + std::string("xy")), in_names) << byte;
    EXPECT_EQ(is_authority(std::string("a:1") + c), c >= '0' && c <= '9') << byte;
  }
}

TEST(AuthorityTest, TheUsualPortOfASchemeMayBeLeftOut) {
  EXPECT_TRUE(same_authority("Shop.example", "shop.example:80", "http"));
  EXPECT_TRUE(same_authority("shop.example:443", "shop.example", "https"));
  EXPECT_TRUE(same_authority("[::1]:80", "[::1]", "http"));
  EXPECT_FALSE(same_authority("shop.example:443", "shop.example", "http"));
  EXPECT_FALSE(same_authority("shop.example", "shop2.example", "http"));
  EXPECT_FALSE(same_authority("shop.example", "", "http"));
}

}  // namespace
}  // namespace weir::http
