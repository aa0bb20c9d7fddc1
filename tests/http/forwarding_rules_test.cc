#include "proxy/http/forwarding_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace weir::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Headers headers_of(const Fields& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

Fields fields_of(const Headers& headers) {
  Fields fields;
  for (size_t i = 0; i < headers.size(); ++i)
    fields.emplace_back(std::string(headers[i].name), std::string(headers[i].value));
  return fields;
}

constexpr Hop kHop{.peer_address = "192.0.2.1", .scheme = "http"};

ForwardingParams silent() { return {.via = false, .x_forwarded = false, .forwarded = false}; }

RequestHead request(const Fields& fields) {
  RequestHead head;
  head.method = "GET";
  head.target = "/";
  head.authority = "shop.example";
  head.headers = headers_of(fields);
  return head;
}

struct RemovalCase {
  const char* what;
  Fields before;
  Fields after;
};

TEST(ForwardingRulesTest, FieldsForOneHopGoNoFurther) {
  const std::vector<RemovalCase> cases{
      {"nothing to remove",
       {{"Accept", "*/*"}, {"Cookie", "a=b"}},
       {{"Accept", "*/*"}, {"Cookie", "a=b"}}},
      {"the usual connection", {{"Connection", "keep-alive"}, {"Accept", "a"}}, {{"Accept", "a"}}},
      {"a named field",
       {{"Connection", "X-Hop"}, {"X-Hop", "1"}, {"X-End", "2"}},
       {{"X-End", "2"}}},
      {"every field of a named name",
       {{"X-Hop", "1"}, {"Connection", "close, x-hOP"}, {"x-hop", "2"}, {"A", "b"}},
       {{"A", "b"}}},
      {"two Connection fields",
       {{"Connection", "a"}, {"A", "1"}, {"B", "2"}, {"Connection", "b"}, {"C", "3"}},
       {{"C", "3"}}},
      {"a list with empty elements and blanks",
       {{"Connection", " ,\ta ,, b\t,"}, {"a", "1"}, {"b", "2"}, {"ab", "3"}},
       {{"ab", "3"}}},
      {"a Connection that names itself",
       {{"Connection", "Connection, A"}, {"A", "1"}, {"B", "2"}},
       {{"B", "2"}}},
      {"a named Authorization", {{"Connection", "Authorization"}, {"Authorization", "x"}}, {}},
      {"framing and routing cannot be named away",
       {{"Connection", "Host, Content-Length, Transfer-Encoding"},
        {"Host", "h"},
        {"Content-Length", "3"}},
       {{"Host", "h"}, {"Content-Length", "3"}}},
      {"what hops in front said cannot be named away",
       {{"Connection", "X-Forwarded-For, x-forwarded-host, X-Forwarded-Proto, Forwarded, Via"},
        {"X-Forwarded-For", "1"},
        {"X-Forwarded-Host", "2"},
        {"X-Forwarded-Proto", "3"},
        {"Forwarded", "for=4"},
        {"Via", "1.1 five"}},
       {{"X-Forwarded-For", "1"},
        {"X-Forwarded-Host", "2"},
        {"X-Forwarded-Proto", "3"},
        {"Forwarded", "for=4"},
        {"Via", "1.1 five"}}},
      {"Keep-Alive and the proxies' own",
       {{"Keep-Alive", "timeout=5"},
        {"Proxy-Connection", "keep-alive"},
        {"Proxy-Authorization", "Basic x"},
        {"Proxy-Authenticate", "Basic"},
        {"Proxy-Status", "edge"}},
       {{"Proxy-Status", "edge"}}},
      {"an upgrade to HTTP/2",
       {{"Connection", "Upgrade, HTTP2-Settings"}, {"Upgrade", "h2c"}, {"HTTP2-Settings", "AAM"}},
       {}},
      {"TE but for trailers", {{"TE", "gzip;q=0.5"}, {"A", "b"}}, {{"A", "b"}}},
      {"TE with trailers keeps only those",
       {{"te", "gzip, Trailers"}, {"Connection", "te"}, {"A", "b"}},
       {{"A", "b"}, {"TE", "trailers"}}},
      {"several TE", {{"TE", "trailers"}, {"TE", "gzip"}}, {{"TE", "trailers"}}},
      {"Trailer stays", {{"Trailer", "X-Sum"}}, {{"Trailer", "X-Sum"}}},
      {"an Expect that is not for us", {{"Expect", "100-continue"}}, {}},
  };
  for (const RemovalCase& c : cases) {
    SCOPED_TRACE(c.what);
    RequestHead head = request(c.before);
    apply_request_rules(head, silent(), kHop);
    EXPECT_EQ(fields_of(head.headers), c.after);
  }
}

TEST(ForwardingRulesTest, AnExpectationOfTheServiceStays) {
  RequestHead head = request({{"Expect", "100-continue"}});
  head.expects_continue = true;
  apply_request_rules(head, silent(), kHop);
  EXPECT_EQ(head.headers.get(Name::kExpect), "100-continue");
}

TEST(ForwardingRulesTest, AConnectionFieldWithoutEndNamesOnlyItsFirstFields) {
  std::string named;
  for (int i = 0; i < 20000; ++i) named += "x,";
  RequestHead head =
      request({{"Connection", "first," + named + "last"}, {"First", "1"}, {"Last", "2"}});
  apply_request_rules(head, silent(), kHop);
  EXPECT_EQ(fields_of(head.headers), (Fields{{"Last", "2"}}));
}

TEST(ForwardingRulesTest, TheNextHopLearnsWhoAsked) {
  RequestHead head = request({{"A", "b"}});
  apply_request_rules(head, {}, kHop);
  EXPECT_EQ(fields_of(head.headers), (Fields{{"A", "b"},
                                             {"Via", "1.1 weir"},
                                             {"X-Forwarded-For", "192.0.2.1"},
                                             {"X-Forwarded-Proto", "http"},
                                             {"X-Forwarded-Host", "shop.example"}}));
}

TEST(ForwardingRulesTest, TheListOfAddressesGrowsByThePeer) {
  RequestHead head = request({{"X-Forwarded-For", "203.0.113.9"},
                              {"Via", "1.1 edge"},
                              {"x-forwarded-for", "198.51.100.2, 198.51.100.3"},
                              {"X-Forwarded-For", ""}});
  apply_request_rules(head, {}, kHop);
  EXPECT_EQ(head.headers.count(Name::kXForwardedFor), 1u);
  EXPECT_EQ(head.headers.get(Name::kXForwardedFor),
            "203.0.113.9, 198.51.100.2, 198.51.100.3, 192.0.2.1");
  EXPECT_EQ(head.headers.count(Name::kVia), 2u);
}

TEST(ForwardingRulesTest, WhatTheHopInFrontSaidOfSchemeAndHostStands) {
  RequestHead head =
      request({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "www.shop.example"}});
  apply_request_rules(head, {}, kHop);
  EXPECT_EQ(head.headers.count(Name::kXForwardedProto), 1u);
  EXPECT_EQ(head.headers.get(Name::kXForwardedProto), "https");
  EXPECT_EQ(head.headers.count(Name::kXForwardedHost), 1u);
  EXPECT_EQ(head.headers.get(Name::kXForwardedHost), "www.shop.example");
}

TEST(ForwardingRulesTest, NamingWhatWeirSetsDoesNotRemoveIt) {
  RequestHead head = request({{"Connection", "X-Forwarded-For, Via, Forwarded"}});
  apply_request_rules(head, {.forwarded = true}, kHop);
  EXPECT_EQ(head.headers.get(Name::kXForwardedFor), "192.0.2.1");
  EXPECT_EQ(head.headers.get(Name::kVia), "1.1 weir");
  EXPECT_EQ(head.headers.get(Name::kForwarded), "for=192.0.2.1;host=shop.example;proto=http");
}

TEST(ForwardingRulesTest, APeerOnAUnixSocketHasNoAddress) {
  RequestHead head = request({{"X-Forwarded-For", "203.0.113.9"}});
  apply_request_rules(head, {.forwarded = true}, {.peer_address = "unix", .scheme = "http"});
  EXPECT_EQ(head.headers.get(Name::kXForwardedFor), "203.0.113.9");
  EXPECT_EQ(head.headers.get(Name::kForwarded), "for=unknown;host=shop.example;proto=http");
}

TEST(ForwardingRulesTest, ForwardedQuotesWhatIsNoToken) {
  RequestHead head = request({{"Forwarded", "for=203.0.113.9"}});
  head.authority = "shop.example:8080";
  apply_request_rules(head, {.forwarded = true},
                      {.peer_address = "2001:db8::1", .scheme = "https"});
  EXPECT_EQ(head.headers.get(Name::kForwarded),
            "for=203.0.113.9, for=\"[2001:db8::1]\";host=\"shop.example:8080\";proto=https");
  EXPECT_EQ(head.headers.get(Name::kXForwardedFor), "2001:db8::1");
}

TEST(ForwardingRulesTest, ViaNamesTheVersionReceived) {
  const std::vector<std::pair<Version, const char*>> cases{{Version::kHttp10, "1.0 gate"},
                                                           {Version::kHttp11, "1.1 gate"},
                                                           {Version::kHttp2, "2.0 gate"}};
  for (const auto& [version, via] : cases) {
    RequestHead head = request({});
    head.version = version;
    apply_request_rules(head, {.via_name = "gate"}, kHop);
    EXPECT_EQ(head.headers.get(Name::kVia), via);
  }
}

TEST(ForwardingRulesTest, ARequestThatComesBackIsKnownByItsMarkAndNotByAName) {
  const ForwardingParams here{.pseudonym = "weir (5e1f)"};
  const ForwardingParams another{.pseudonym = "weir (7c0d)"};
  RequestHead fresh = request({});
  apply_request_rules(fresh, here, kHop);
  EXPECT_EQ(fresh.headers.get(Name::kVia), "1.1 weir (5e1f)");
  RequestHead head = request({{"Via", "1.1 edge, 1.1 weir"}});
  EXPECT_FALSE(has_been_here(head, here));
  apply_request_rules(head, another, kHop);
  EXPECT_FALSE(has_been_here(head, here)) << "another weir is no loop";
  apply_request_rules(head, here, kHop);
  EXPECT_TRUE(has_been_here(head, here));
  EXPECT_TRUE(has_been_here(head, another));
  RequestHead joined = request({{"Via", "1.1 weir (5e1f), 1.0 edge"}});
  EXPECT_TRUE(has_been_here(joined, here));
  EXPECT_FALSE(has_been_here(joined, {})) << "it has no mark";
}

TEST(ForwardingRulesTest, AnAbsoluteTargetBecomesOriginForm) {
  struct Case {
    const char* method;
    const char* before;
    const char* after;
  };
  const std::vector<Case> cases{
      {"GET", "/", "/"},
      {"GET", "/p?q=http://x/", "/p?q=http://x/"},
      {"GET", "http://h/p?q", "/p?q"},
      {"GET", "HTTP://h:80/p", "/p"},
      {"GET", "http://h", "/"},
      {"GET", "http://h?q", "/?q"},
      {"GET", "http://h?q=/a", "/?q=/a"},
      {"GET", "https://[::1]:8443/a//b", "/a//b"},
      {"GET", "http://h//evil.example/", "//evil.example/"},
      {"OPTIONS", "*", "*"},
      {"OPTIONS", "http://h", "*"},
      {"OPTIONS", "http://h/", "/"},
      {"OPTIONS", "http://h?q", "/?q"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.before);
    RequestHead head = request({});
    head.method = c.method;
    head.target = c.before;
    apply_request_rules(head, silent(), kHop);
    EXPECT_EQ(head.target, c.after);
    EXPECT_EQ(head.authority, "shop.example");
  }
}

TEST(ForwardingRulesTest, AnUpgradeIsPassedOnUnlessItHidesRequests) {
  const std::vector<std::pair<const char*, const char*>> cases{{"websocket", "websocket"},
                                                               {"h2c", ""},
                                                               {"H2C", ""},
                                                               {"websocket, h2c", "websocket"},
                                                               {"h2c, a/1, b", "a/1, b"}};
  for (const auto& [before, after] : cases) {
    SCOPED_TRACE(before);
    RequestHead head = request({{"Connection", "Upgrade"}, {"Upgrade", before}});
    head.upgrade = before;
    apply_request_rules(head, silent(), kHop);
    EXPECT_EQ(head.upgrade, after);
    EXPECT_TRUE(head.headers.empty());
  }
}

TEST(ForwardingRulesTest, ResponsesLoseTheSameFields) {
  ResponseHead head;
  head.status = 200;
  head.headers = headers_of({{"Connection", "close, X-Hop"},
                             {"X-Hop", "1"},
                             {"Keep-Alive", "timeout=5"},
                             {"Proxy-Connection", "close"},
                             {"Proxy-Authenticate", "Basic"},
                             {"Upgrade", "h2c"},
                             {"TE", "trailers"},
                             {"Trailer", "X-Sum"},
                             {"Server", "s"},
                             {"Proxy-Status", "inner"}});
  apply_response_rules(head, {});
  EXPECT_EQ(
      fields_of(head.headers),
      (Fields{
          {"Trailer", "X-Sum"}, {"Server", "s"}, {"Proxy-Status", "inner"}, {"Via", "1.1 weir"}}));
}

TEST(ForwardingRulesTest, AResponseThatSwitchesKeepsItsProtocol) {
  ResponseHead head;
  head.status = 101;
  head.headers = headers_of({{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
  apply_response_rules(head, {});
  EXPECT_EQ(fields_of(head.headers), (Fields{{"Upgrade", "websocket"}}));
}

TEST(ForwardingRulesTest, InformationalResponsesGetNoVia) {
  ResponseHead head;
  head.status = 103;
  head.headers = headers_of({{"Link", "</a>"}});
  apply_response_rules(head, {});
  EXPECT_EQ(fields_of(head.headers), (Fields{{"Link", "</a>"}}));
}

}  // namespace
}  // namespace weir::http
