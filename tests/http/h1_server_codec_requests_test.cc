#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "proxy/http/forwarding_rules.h"
#include "proxy/http/h1_request_reader.h"
#include "proxy/http/h1_request_writer.h"
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
TEST(H1ServerCodecReadingTest, RefusesEachBadFramingHoweverItIsCut) {
  expect_refused(bad_framing());
}
TEST(H1ServerCodecReadingTest, RefusesEachBadChunkHoweverItIsCut) { expect_refused(bad_chunks()); }

// A good request with up to three bytes changed; none of the tables knows every fault.
class Mutations {
 public:
  explicit Mutations(uint32_t seed) : random_(seed) {}

  size_t below(size_t bound) { return static_cast<size_t>(random_()) % bound; }
  std::string next() {
    static constexpr char kBytes[] = "\r\n :;,\t0159afX\0\x7f";
    std::string bytes = originals_[below(originals_.size())].bytes;
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
    return bytes;
  }

 private:
  std::mt19937 random_;
  const std::vector<GoodRequest> originals_ = good_requests();
};

TEST(H1ServerCodecReadingTest, ReadsMutatedRequestsTheSameHoweverTheyAreCut) {
  Mutations mutations(20240612);
  for (int round = 0; round < 5000; ++round) {
    const std::string bytes = mutations.next();
    SCOPED_TRACE("round " + std::to_string(round) + ": " + bytes);
    const Reading whole = read(bytes, kAllTheRest, 1);
    const size_t at = mutations.below(bytes.size());
    ASSERT_EQ(read(bytes, at, 1 + mutations.below(4)), whole);
    ASSERT_EQ(read(bytes, 0, 1), whole);
  }
}

std::optional<RequestHead> read_head(std::string_view text) {
  H1RequestReader reader;
  RequestHead head;
  Persistence persistence{};
  std::span<const std::byte> bytes = bytes_of(text);
  // Room for what a gateway adds.
  const HeadLimits limits{.max_head_bytes = 4000, .max_fields = 20, .max_target_bytes = 100};
  if (reader.next(bytes, limits, head, persistence) != H1RequestReader::Step::kHead)
    return std::nullopt;
  return head;
}

// Who stands behind us sees the same request, the same host and the same body as we did.
TEST(H1ServerCodecReadingTest, WhatIsForwardedReadsTheSameAgain) {
  Mutations mutations(20240613);
  size_t accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string bytes = mutations.next();
    SCOPED_TRACE("round " + std::to_string(round) + ": " + bytes);
    std::optional<RequestHead> head = read_head(bytes);
    if (!head || head->method == "CONNECT") continue;
    ++accepted;
    apply_request_rules(*head, ForwardingParams(), {.peer_address = "::1", .scheme = "http"});
    Buffer written;
    append_request_head(written, *head);
    const std::optional<RequestHead> again = read_head(written.to_string());
    ASSERT_TRUE(again.has_value()) << written.to_string();
    ASSERT_EQ(again->method, head->method);
    ASSERT_EQ(again->target, head->target);
    ASSERT_EQ(again->authority, head->authority);
    ASSERT_EQ(again->upgrade, head->upgrade);
    ASSERT_EQ(again->body.bytes, head->body.bytes);
    ASSERT_EQ(again->body.kind == BodyLength::Kind::kUnknown,
              head->body.kind == BodyLength::Kind::kUnknown);
  }
  EXPECT_GT(accepted, 500u);
}

}  // namespace
}  // namespace weir::http
