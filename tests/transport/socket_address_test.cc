#include "proxy/transport/socket_address.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::transport {
namespace {

TEST(SocketAddressTest, IsWrittenAsPeopleWriteIt) {
  struct Case {
    const char* host;
    uint16_t port;
    const char* text;
    const char* host_text;
  };
  for (const Case& one :
       {Case{"192.0.2.1", 4711, "192.0.2.1:4711", "192.0.2.1"}, Case{"::1", 80, "[::1]:80", "::1"},
        Case{"2001:DB8::1", 0, "[2001:db8::1]:0", "2001:db8::1"},
        Case{"::ffff:192.0.2.9", 65535, "192.0.2.9:65535", "192.0.2.9"}}) {
    SCOPED_TRACE(one.host);
    const auto address = SocketAddress::from_numeric(one.host, one.port);
    ASSERT_TRUE(address);
    EXPECT_EQ(address->text(), one.text);
    EXPECT_EQ(address->host_text(), one.host_text);
    EXPECT_EQ(address->port(), one.port);
    EXPECT_EQ(address->path(), "");
  }
}

TEST(SocketAddressTest, OnlyNumericHostsAreTaken) {
  using namespace std::string_view_literals;
  for (const auto host :
       {""sv, "localhost"sv, "1.2.3"sv, "1.2.3.4.5"sv, "[::1]"sv, "::g"sv, "1.2.3.4\0x"sv}) {
    SCOPED_TRACE(host);
    EXPECT_FALSE(SocketAddress::from_numeric(host, 80));
  }
}

TEST(SocketAddressTest, UnixPathsAreKeptWhole) {
  const auto address = SocketAddress::from_unix_path("/run/weir.sock");
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->is_unix());
  EXPECT_EQ(address->path(), "/run/weir.sock");
  EXPECT_EQ(address->text(), "unix:/run/weir.sock");
  EXPECT_EQ(address->host_text(), "unix");
  EXPECT_EQ(address->port(), 0);
  EXPECT_EQ(SocketAddress::unnamed_unix().text(), "unix:");
}

TEST(SocketAddressTest, UnixPathsTheSystemCannotHoldAreRefused) {
  EXPECT_TRUE(SocketAddress::from_unix_path(std::string(107, 'x')));
  EXPECT_FALSE(SocketAddress::from_unix_path(std::string(108, 'x')));
  EXPECT_FALSE(SocketAddress::from_unix_path(""));
  EXPECT_FALSE(SocketAddress::from_unix_path(std::string("a\0b", 3)));
}

TEST(SocketAddressTest, EqualMeansSamePlaceAndPort) {
  const auto address = SocketAddress::from_numeric("192.0.2.1", 80);
  EXPECT_EQ(address, SocketAddress::from_numeric("192.0.2.1", 80));
  EXPECT_NE(address, SocketAddress::from_numeric("192.0.2.1", 81));
  EXPECT_NE(address, SocketAddress::from_numeric("192.0.2.2", 80));
  EXPECT_EQ(address, SocketAddress::from_system(address->system(), address->system_size()));
}

}  // namespace
}  // namespace weir::transport
