#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "proxy/http/h1_client_codec.h"
#include "tests/http/client_codec_events.h"
#include "tests/http/response_vectors.h"

namespace weir::http {
namespace {

// What came of a response.
struct Reading {
  std::vector<std::string> events;
  std::optional<std::string> error;
  bool reusable = false;
};

// `head` is sent by a fresh codec, which then is fed the first `at` bytes of the response at once
// and the rest in pieces of `piece` bytes.
Reading read(const RequestHead& head, std::string_view response, size_t at, size_t piece,
             Then then) {
  Events events;
  const HeadLimits limits{.max_head_bytes = 2000, .max_fields = 10, .max_target_bytes = 100};
  H1ClientCodec codec(events, limits);
  codec.send_request(head, End::kYes);
  codec.take_output(100000);
  std::optional<ProtocolError> error = codec.feed(bytes_of(response.substr(0, at)));
  for (size_t from = at; from < response.size() && !error; from += piece)
    error = codec.feed(bytes_of(response.substr(from, piece)));
  if (!error && then == Then::kCloses) error = codec.end_of_input();
  Reading result{.events = events.list, .error = std::nullopt, .reusable = codec.reusable()};
  if (error) {
    EXPECT_EQ(error->status, 502);
    EXPECT_FALSE(error->reason.empty());
    result.error = error->reason;
  }
  return result;
}

constexpr size_t kAllTheRest = 1 << 20;

TEST(H1ClientCodecTest, ReadsEachResponseHoweverItIsCut) {
  for (const GoodResponse& c : good_responses()) {
    SCOPED_TRACE(c.what);
    const RequestHead head = request(c.method);
    for (size_t at = 0; at <= c.response.size(); ++at) {
      SCOPED_TRACE("cut at " + std::to_string(at));
      const Reading result = read(head, c.response, at, kAllTheRest, c.then);
      ASSERT_EQ(result.error, std::nullopt);
      ASSERT_EQ(result.events, c.events);
      ASSERT_EQ(result.reusable, c.reusable);
    }
    const Reading byte_by_byte = read(head, c.response, 0, 1, c.then);
    ASSERT_EQ(byte_by_byte.error, std::nullopt);
    ASSERT_EQ(byte_by_byte.events, c.events);
  }
}

TEST(H1ClientCodecTest, RefusesEachAmbiguousOrBrokenResponseHoweverItIsCut) {
  const RequestHead head = request("GET");
  for (const BadResponse& c : bad_responses()) {
    SCOPED_TRACE(c.what);
    const size_t last = std::min<size_t>(c.response.size(), 300);
    for (size_t at = 0; at <= last; ++at) {
      SCOPED_TRACE("cut at " + std::to_string(at));
      const Reading result = read(head, c.response, at, kAllTheRest, c.then);
      ASSERT_NE(result.error, std::nullopt);
      ASSERT_LE(result.events.size(), c.events);
      ASSERT_FALSE(result.reusable);
    }
    const Reading byte_by_byte = read(head, c.response, 0, 1, c.then);
    ASSERT_NE(byte_by_byte.error, std::nullopt);
    ASSERT_LE(byte_by_byte.events.size(), c.events);
  }
}

// Neither of the tables knows every fault; whatever comes, how it is cut must not matter.
TEST(H1ClientCodecTest, ReadsMutatedResponsesTheSameHoweverTheyAreCut) {
  static constexpr char kBytes[] = "\r\n :;,\t0159afX\0\x7f";
  std::mt19937 random(20240611);
  const auto below = [&](size_t bound) { return static_cast<size_t>(random()) % bound; };
  const std::vector<GoodResponse> originals = good_responses();
  for (int round = 0; round < 3000; ++round) {
    const GoodResponse& original = originals[below(originals.size())];
    std::string response = original.response;
    for (size_t change = 0; change <= below(3); ++change) {
      const size_t at = below(response.size());
      const char byte = kBytes[below(std::size(kBytes) - 1)];
      if (below(2) == 0) {
        response[at] = byte;
      } else if (below(2) == 0) {
        response.insert(at, 1, byte);
      } else {
        response.erase(at, 1);
      }
    }
    SCOPED_TRACE("round " + std::to_string(round) + ": " + response);
    const RequestHead head = request(original.method);
    const Reading whole = read(head, response, kAllTheRest, 1, original.then);
    const Reading in_pieces = read(head, response, 0, 1 + below(4), original.then);
    ASSERT_EQ(whole.events, in_pieces.events);
    ASSERT_EQ(whole.error.has_value(), in_pieces.error.has_value());
    ASSERT_EQ(whole.reusable, in_pieces.reusable);
  }
}

}  // namespace
}  // namespace weir::http
