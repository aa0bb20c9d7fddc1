#include "config/endpoint.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

std::string read(std::string_view text, EndpointUse use) {
  const auto parsed = parse_endpoint(text, use);
  if (const auto* complaint = std::get_if<std::string>(&parsed)) return "no: " + *complaint;
  return to_string(std::get<Endpoint>(parsed));
}

TEST(Endpoint, WhatItReadsItWritesTheSame) {
  for (const char* text :
       {"127.0.0.1:9000", "[::1]:80", "[fe80::1%eth0]:80", "[2001:db8::192.0.2.1]:8080",
        "unix:/run/weir/admin.sock", "unix:/a:b"}) {
    EXPECT_EQ(read(text, EndpointUse::kConnect), text);
    EXPECT_EQ(read(text, EndpointUse::kListen), text);
  }
  for (const char* name : {"localhost:1", "a.b-c_d.example.:65535"})
    EXPECT_EQ(read(name, EndpointUse::kConnect), name);
}

TEST(Endpoint, OnlyAListenerMayLeaveHostOrPortOpen) {
  EXPECT_EQ(read(":8080", EndpointUse::kListen), ":8080");
  EXPECT_EQ(read("127.0.0.1:0", EndpointUse::kListen), "127.0.0.1:0");
  EXPECT_EQ(read(":8080", EndpointUse::kConnect),
            "no: has no host, expected host:port, [v6]:port or unix:/path; did you mean "
            "\"127.0.0.1:8080\"?");
  EXPECT_EQ(read("127.0.0.1:0", EndpointUse::kConnect),
            "no: has no valid port, expected 1 to 65535");
}

TEST(Endpoint, TellsTheParts) {
  EXPECT_EQ(std::get<Endpoint>(parse_endpoint("[::1]:80", EndpointUse::kListen)),
            (Endpoint{"::1", 80, ""}));
  EXPECT_EQ(std::get<Endpoint>(parse_endpoint("unix:/s", EndpointUse::kListen)),
            (Endpoint{"", 0, "/s"}));
}

TEST(Endpoint, WhatIsWrongIsSaid) {
  const std::string forms = "expected host:port, [v6]:port, :port or unix:/path";
  const struct {
    std::string text;
    std::string complaint;
  } cases[] = {
      {"", "has no port, " + forms},
      {"localhost", "has no port, " + forms},
      {"8080", "has no port, " + forms + "; did you mean \":8080\"?"},
      {"/run/s", "has no port, " + forms + "; did you mean \"unix:/run/s\"?"},
      {"http://a:1", "has a scheme, which is no part of an address, " + forms},
      {"*:80", "has no such host, " + forms + "; did you mean \":80\"?"},
      {"a:", "has no valid port, expected 1 to 65535"},
      {"a:65536", "has no valid port, expected 1 to 65535"},
      {"a:080", "has no valid port, expected 1 to 65535"},
      {"a:-1", "has no valid port, expected 1 to 65535"},
      {"a:http", "has no valid port, expected 1 to 65535"},
      {"::1:80", "has an IPv6 address without brackets, expected [v6]:port"},
      {"[::1]", "has no port, expected [v6]:port"},
      {"[::1", "has no port, expected [v6]:port"},
      {"[1.2.3.4]:80", "has no valid IPv6 address, expected [v6]:port"},
      {"[fe80::1%]:80", "has no valid IPv6 address, expected [v6]:port"},
      {"[::1]:x", "has no valid port, expected 1 to 65535"},
      {"1.2.3:80", "has no valid host, " + forms},
      {"1.2.3.256:80", "has no valid host, " + forms},
      {"a..b:80", "has no valid host, " + forms},
      {"a b:80", "has no valid host, " + forms},
      {std::string(64, 'a') + ":80", "has no valid host, " + forms},
      {"weir.example:80", "has a name for a host, expected an address of this host"},
      {"localhost:80",
       "has a name for a host, expected an address of this host; did you mean \"127.0.0.1:80\"?"},
      {"unix:", "has no path, " + forms},
      {"unix:run/s", "has a relative path, expected unix:/path"},
      {"unix:/" + std::string(107, 'a'), "has a path of 108 bytes, expected at most 107"},
  };
  for (const auto& [text, complaint] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(read(text, EndpointUse::kListen), "no: " + complaint);
  }
}

TEST(Endpoint, ListenersOverlapOnTheSamePortOfTheSameAddresses) {
  const struct {
    const char* one;
    const char* other;
    bool expected;
  } cases[] = {
      {":80", "127.0.0.1:80", true},
      {":80", "[::1]:80", true},
      {"0.0.0.0:80", "10.0.0.1:80", true},
      {"0.0.0.0:80", "[::1]:80", false},
      {"[::]:80", "[::1]:80", true},
      {"127.0.0.1:80", "127.0.0.2:80", false},
      {":80", ":81", false},
      {":0", ":0", false},
      {"unix:/a", "unix:/a", true},
      {"unix:/a", "unix:/b", false},
      {"unix:/a", ":80", false},
  };
  for (const auto& [one, other, expected] : cases) {
    SCOPED_TRACE(std::string(one) + " " + other);
    const auto a = std::get<Endpoint>(parse_endpoint(one, EndpointUse::kListen));
    const auto b = std::get<Endpoint>(parse_endpoint(other, EndpointUse::kListen));
    EXPECT_EQ(overlap(a, b), expected);
    EXPECT_EQ(overlap(b, a), expected);
  }
}

TEST(Endpoint, LoopbackAndUnixSocketsStayOnTheHost) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "unix:/s"}) {
    EXPECT_TRUE(stays_on_host(std::get<Endpoint>(parse_endpoint(text, EndpointUse::kConnect))));
  }
  for (const char* text : {":1", "0.0.0.0:1", "10.0.0.1:1", "[::]:1"}) {
    EXPECT_FALSE(stays_on_host(std::get<Endpoint>(parse_endpoint(text, EndpointUse::kListen))));
  }
  EXPECT_FALSE(stays_on_host({"127.example", 1, ""}));
}

}  // namespace
}  // namespace weir::config
