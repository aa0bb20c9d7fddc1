#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/http/bad_request_vectors.h"
#include "tests/http/request_vectors.h"
#include "tests/http/server_codec_events.h"

namespace weir::http {
namespace {

// What came of the bytes of a client.
struct Reading {
  std::vector<std::string> events;
  std::optional<int> error;
  size_t requests = 0;
  bool finished = false;

  bool operator==(const Reading&) const = default;
};

constexpr HeadLimits kLimits{.max_head_bytes = 2000, .max_fields = 10, .max_target_bytes = 100};
constexpr size_t kAllTheRest = 1 << 20;

// The first `at` bytes at once and the rest in pieces of `piece` bytes.
Reading read(std::string_view bytes, size_t at, size_t piece) {
  AnsweringServer server(kLimits);
  server.receive(bytes.substr(0, at));
  for (size_t from = at; from < bytes.size(); from += piece)
    server.receive(bytes.substr(from, piece));
  Reading result{.events = server.events().list,
                 .error = std::nullopt,
                 .requests = server.events().requests,
                 .finished = server.codec().finished()};
  if (server.error()) {
    EXPECT_FALSE(server.error()->reason.empty());
    result.error = server.error()->status;
    const std::string status = "HTTP/1.1 " + std::to_string(server.error()->status) + " ";
    const size_t answer = server.sent().find(status);
    EXPECT_NE(answer, std::string::npos);
    EXPECT_NE(server.sent().find("\r\nConnection: close\r\n", answer), std::string::npos);
  }
  return result;
}

TEST(H1ServerCodecReadingTest, ReadsEachRequestHoweverItIsCut) {
  for (const GoodRequest& c : good_requests()) {
    SCOPED_TRACE(c.what);
    const Reading whole = read(c.bytes, kAllTheRest, 1);
    ASSERT_EQ(whole.error, std::nullopt);
    ASSERT_EQ(whole.events, c.events);
    ASSERT_EQ(whole.finished, !c.goes_on);
    for (size_t at = 0; at <= c.bytes.size(); ++at) {
      SCOPED_TRACE("cut at " + std::to_string(at));
      ASSERT_EQ(read(c.bytes, at, kAllTheRest), whole);
    }
    ASSERT_EQ(read(c.bytes, 0, 1), whole);
  }
}

void expect_refused(const std::vector<BadRequest>& cases) {
  for (const BadRequest& c : cases) {
    SCOPED_TRACE(c.what);
    const size_t last = std::min<size_t>(c.bytes.size(), 300);
    for (size_t at = 0; at <= last; ++at) {
      SCOPED_TRACE("cut at " + std::to_string(at));
      const Reading result = read(c.bytes, at, kAllTheRest);
      ASSERT_EQ(result.error, c.status);
      ASSERT_EQ(result.requests, c.requests);
      ASSERT_TRUE(result.finished);
    }
    const Reading byte_by_byte = read(c.bytes, 0, 1);
    ASSERT_EQ(byte_by_byte.error, c.status);
    ASSERT_EQ(byte_by_byte.requests, c.requests);
  }
}

TEST(H1ServerCodecReadingTest, RefusesEachBadLineHoweverItIsCut) { expect_refused(bad_lines()); }
TEST(H1ServerCodecReadingTest, RefusesEachBadFieldHoweverItIsCut) { expect_refused(bad_fields()); }
TEST(H1ServerCodecReadingTest, RefusesEachBadFramingHoweverItIsCut) { expect_refused(bad_framing()); }
TEST(H1ServerCodecReadingTest, RefusesEachBadChunkHoweverItIsCut) { expect_refused(bad_chunks()); }

// None of the tables knows every fault; whatever comes, how it is cut must not matter.
TEST(H1ServerCodecReadingTest, ReadsMutatedRequestsTheSameHoweverTheyAreCut) {
  static constexpr char kBytes[] = "\r\n :;,\t0159afX\0\x7f";
  std::mt19937 random(20240612);
  const auto below = [&](size_t bound) { return static_cast<size_t>(random()) % bound; };
  const std::vector<GoodRequest> originals = good_requests();
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = originals[below(originals.size())].bytes;
    for (size_t change = 0; change <= below(3); ++change) {
      const size_t at = below(bytes.size());
      const char byte = kBytes[below(std::size(kBytes) - 1)];
      if (below(2) == 0) {
        bytes[at] = byte;
      } else if (below(2) == 0) {
        bytes.insert(at, 1, byte);
      } else {
        bytes.erase(at, 1);
      }
    }
    SCOPED_TRACE("round " + std::to_string(round) + ": " + bytes);
    const Reading whole = read(bytes, kAllTheRest, 1);
    ASSERT_EQ(read(bytes, below(bytes.size()), 1 + below(4)), whole);
    ASSERT_EQ(read(bytes, 0, 1), whole);
  }
}

}  // namespace
}  // namespace weir::http
