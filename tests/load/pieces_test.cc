#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "load-tests/pieces/address.h"
#include "load-tests/pieces/exact_alarm.h"
#include "load-tests/pieces/head_reader.h"
#include "load-tests/pieces/quantities.h"
#include "load-tests/pieces/random.h"
#include "proxy/loop/real_clock.h"

namespace weir::pieces {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(QuantitiesTest, TimesAreReadInEveryUnit) {
  struct Case {
    const char* text;
    Duration time;
  };
  for (const Case& one :
       {Case{"0", Duration(0)}, Case{"50ns", Duration(50)}, Case{"200us", microseconds(200)},
        Case{"10ms", milliseconds(10)}, Case{"1.5s", milliseconds(1500)}, Case{"2m", seconds(120)},
        Case{"1h", seconds(3600)}, Case{".5s", milliseconds(500)}})
    EXPECT_EQ(parse_duration(one.text), one.time) << one.text;
}

TEST(QuantitiesTest, WhatIsNoTimeIsRefused) {
  for (const char* text :
       {"", "10", "ms", "-1s", "1 s", "1s ", "1e3s", "1.2.3s", "9999999h", "nan"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(QuantitiesTest, TimesAreWrittenShort) {
  EXPECT_EQ(format_duration(milliseconds(10)), "10ms");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1.5s");
  EXPECT_EQ(format_duration(Duration(0)), "0");
  EXPECT_EQ(format_duration(microseconds(250)), "250us");
}

TEST(QuantitiesTest, SharesAreReadAsPercentOrNumber) {
  EXPECT_EQ(parse_share("5%"), 0.05);
  EXPECT_EQ(parse_share("0.25"), 0.25);
  EXPECT_EQ(parse_share("1"), 1);
  for (const char* text : {"", "%", "101%", "-1%", "1.5", "x"})
    EXPECT_FALSE(parse_share(text)) << text;
}

// Written down once: other machines must come to the same.
TEST(RandomTest, ASeedMeansTheSameEverywhere) {
  Random random(1);
  EXPECT_DOUBLE_EQ(random.uniform(), 0.13387664401253263);
}

TEST(AddressTest, EveryFormIsFound) {
  using transport::SocketAddress;
  const auto text_of = [](const char* text) {
    return std::get<SocketAddress>(find_address(text)).text();
  };
  EXPECT_EQ(text_of("127.0.0.1:9000"), "127.0.0.1:9000");
  EXPECT_EQ(text_of("[::1]:80"), "[::1]:80");
  EXPECT_EQ(text_of(":9000"), "[::]:9000");
  EXPECT_EQ(text_of("unix:/run/a.sock"), "unix:/run/a.sock");
  for (const char* text : {"", "9000", "localhost", "127.0.0.1:", "127.0.0.1:99999", "::1:80",
                           "unix:", "127.0.0.1:80x"})
    EXPECT_TRUE(std::holds_alternative<std::string>(find_address(text))) << text;
}

TEST(HeadReaderTest, HeadsAreFoundHoweverTheyAreCut) {
  const std::string text = "A 1\r\nx: y\r\n\r\nB 2\r\n\r\nrest";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    SCOPED_TRACE(cut);
    HeadReader reader;
    std::vector<std::string> heads;
    for (std::string_view bytes :
         {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}) {
      std::string_view head;
      while (heads.size() < 2 && reader.next(bytes, head) == HeadReader::Step::kHead)
        heads.emplace_back(head);
    }
    EXPECT_EQ(heads, (std::vector<std::string>{"A 1\r\nx: y\r\n\r\n", "B 2\r\n\r\n"}));
  }
}

TEST(HeadReaderTest, AHeadWithoutEndIsGivenUp) {
  HeadReader reader;
  const std::string much(40000, 'a');
  std::string_view bytes = much;
  std::string_view head;
  EXPECT_EQ(reader.next(bytes, head), HeadReader::Step::kMore);
  bytes = much;
  EXPECT_EQ(reader.next(bytes, head), HeadReader::Step::kTooLong);
}

TEST(HeadFieldsTest, WhatMattersIsRead) {
  const auto fields = read_fields(
      "GET / HTTP/1.1\r\ncontent-LENGTH:  12 \r\nConnection: x, Close\r\nRetry-After: 7\r\n"
      "Expect: 100-continue\r\n\r\n");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->content_length, 12u);
  EXPECT_TRUE(fields->close);
  EXPECT_TRUE(fields->expects_continue);
  EXPECT_EQ(fields->retry_after_seconds, 7u);
  EXPECT_FALSE(fields->chunked);
}

TEST(HeadFieldsTest, ABodyOfUnclearLengthIsRefused) {
  for (const char* lines : {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: x\r\n",
                            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                            "Transfer-Encoding: gzip\r\n", "no colon\r\n", ": empty name\r\n"})
    EXPECT_FALSE(read_fields("GET / HTTP/1.1\r\n" + std::string(lines) + "\r\n")) << lines;
}

TEST(ExactAlarmTest, RingsWithinAFractionOfAMillisecondMostly) {
  loop::EventLoop loop;
  std::vector<Duration> late;
  loop::TimePoint due;
  std::optional<ExactAlarm> alarm;
  const auto next = [&] {
    due = loop::steady_now() + microseconds(300);
    alarm->ring_by(due);
  };
  alarm.emplace(loop, [&] {
    late.push_back(loop::steady_now() - due);
    if (late.size() == 200) return loop.stop();
    next();
  });
  next();
  loop.run();
  for (const Duration one : late) EXPECT_GE(one, Duration(0));
  std::ranges::sort(late);
  EXPECT_LT(late[late.size() / 4], microseconds(500));
}

TEST(ExactAlarmTest, RingsOnceWhenItIsNotSetAnew) {
  loop::EventLoop loop;
  int rings = 0;
  ExactAlarm alarm(loop, [&] { ++rings; });
  alarm.ring_by(loop::steady_now() + milliseconds(1));
  alarm.ring_by(loop::steady_now() + seconds(100));
  const auto end = loop.timeline().after(milliseconds(20), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(rings, 1);
}

}  // namespace
}  // namespace weir::pieces
