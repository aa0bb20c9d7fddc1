#include "proxy/observe/access_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace weir::observe {
namespace {

using exchange::Ending;
using exchange::ExchangeFacts;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int64_t kStart = 1'700'000'000'000'042;  // 2023-11-14T22:13:20.000042Z

// One line, read by somebody else's parser.
nlohmann::json parsed(const ExchangeFacts& facts, int64_t start = kStart) {
  AccessLine line;
  std::string text;
  line.append(text, facts, start);
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_TRUE(json.is_object()) << text;
  return json;
}

TEST(AccessLineTest, SaysAllThatIsKnown) {
  const nlohmann::json line = parsed({.ending = Ending::kServed,
                                      .stage = exchange::Stage::kEnded,
                                      .method = "GET",
                                      .target = "/a?b=c",
                                      .authority = "shop.test",
                                      .peer_address = "127.0.0.1:5",
                                      .request_id = "r1",
                                      .version = "h1.1",
                                      .status = 200,
                                      .request_bytes = 3,
                                      .response_bytes = 5'000'000'000,
                                      .total = microseconds(12345),
                                      .queue_wait = milliseconds(2),
                                      .connect = microseconds(7),
                                      .backend = milliseconds(9),
                                      .limit = 20,
                                      .in_flight = 4,
                                      .waiting = 1,
                                      .exempt = true,
                                      .retried = true});
  EXPECT_EQ(line["start"], "2023-11-14T22:13:20.000042Z");
  EXPECT_EQ(line["path"], "/a?b=c");
  EXPECT_EQ(line["ending"], "served");
  EXPECT_EQ(line["bytes_out"], 5'000'000'000);
  EXPECT_NEAR(line["total_seconds"].get<double>(), 0.012345, 1e-9);
  EXPECT_NEAR(line["queue_wait_seconds"].get<double>(), 0.002, 1e-9);
  EXPECT_NEAR(line["connect_seconds"].get<double>(), 0.000007, 1e-9);
  EXPECT_NEAR(line["backend_seconds"].get<double>(), 0.009, 1e-9);
  EXPECT_EQ(line["limit"], 20);
  EXPECT_EQ(line["exempt"], true);
  EXPECT_EQ(line["retried"], true);
  EXPECT_FALSE(line.contains("reason"));
  EXPECT_FALSE(line.contains("error"));
}

TEST(AccessLineTest, SaysWhoAskedWhereCallersAreToldApart) {
  EXPECT_FALSE(parsed({}).contains("partition"));
  EXPECT_EQ(parsed({.partition_name = "ac\"me"})["partition"], "ac\"me");
  EXPECT_FALSE(parsed({.partition_name = ""}).contains("partition")) << "it does not say";
}

TEST(AccessLineTest, SaysThePriorityWhereThereAreSeveral) {
  EXPECT_FALSE(parsed({}).contains("priority"));
  EXPECT_EQ(parsed({.priority = 1, .priority_name = "batch"})["priority"], "batch");
}

TEST(AccessLineTest, SaysWhyAndHowARequestWasShed) {
  ExchangeFacts facts{.ending = Ending::kRejected,
                      .rejection = limiters::Rejection::kQueueFull,
                      .status = 503,
                      .retry_after_seconds = 4};
  nlohmann::json line = parsed(facts);
  EXPECT_EQ(line["reason"], "queue_full");
  EXPECT_EQ(line["mode"], "enforced");
  EXPECT_EQ(line["retry_after_seconds"], 4);
  facts.ending = Ending::kServed;
  EXPECT_EQ(parsed(facts)["mode"], "dry_run");
}

TEST(AccessLineTest, EveryByteThatAPeerMaySendStaysOneLineOfJson) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string hostile = "a" + std::string(1, static_cast<char>(byte)) + "z\"\\";
    const nlohmann::json line = parsed({.method = hostile,
                                        .target = hostile,
                                        .authority = hostile,
                                        .request_id = hostile,
                                        .error_text = hostile});
    for (const char* field : {"method", "path", "authority", "request_id", "error"})
      ASSERT_TRUE(line.contains(field)) << byte;
    if (byte < 0x80) {
      EXPECT_EQ(line["path"].get<std::string>(), hostile) << byte;
    }
  }
}

TEST(AccessLineTest, LongTextsAndExtremeNumbersStayJson) {
  const std::string endless(100'000, '\x01');
  const nlohmann::json line = parsed({.target = endless,
                                      .status = 599,
                                      .request_bytes = UINT64_MAX,
                                      .total = std::chrono::hours(24 * 365),
                                      .limit = -1});
  EXPECT_EQ(line["bytes_in"], UINT64_MAX);
  EXPECT_EQ(line["limit"], -1);
  EXPECT_DOUBLE_EQ(line["total_seconds"].get<double>(), 24 * 365 * 3600.0);
}

TEST(AccessLineTest, EachLineOfOneSecondAndTheNextHasItsOwnTime) {
  AccessLine line;
  std::string text;
  const char* expected[] = {"22:13:20.000042Z", "22:13:20.999999Z", "22:13:21.000000Z",
                            "22:13:19.500000Z"};
  const int64_t starts[] = {kStart, kStart + 999'957, kStart + 999'958, kStart - 500'042};
  for (size_t i = 0; i < 4; ++i) {
    text.clear();
    line.append(text, {}, starts[i]);
    EXPECT_EQ(nlohmann::json::parse(text)["start"], std::string("2023-11-14T") + expected[i]);
  }
}

}  // namespace
}  // namespace weir::observe
