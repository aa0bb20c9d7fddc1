#include "proxy/http/whole_head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/buffer.h"
#include "proxy/http/head_reader.h"

namespace weir::http {
namespace {

// Lengths around a block of 64 bytes, so that every line break stands at every place of one.
std::vector<std::string> heads() {
  std::vector<std::string> made;
  for (size_t first = 1; first < 140; ++first)
    for (const size_t second : {size_t{0}, size_t{1}, size_t{2}, size_t{61}, size_t{62}, first})
      made.push_back(std::string(first, 'f') + "\r\n" + std::string(second, 's') +
                     (second == 0 ? "\r\n" : "\r\n\r\n"));
  return made;
}

TEST(WholeHeadTest, EndsBehindItsFirstBlankLine) {
  for (const std::string& text : heads()) {
    SCOPED_TRACE(text);
    for (const std::string_view behind : {"", "body", "\r\n\r\n", "\n\n", "\r"}) {
      const auto head = find_whole_head(text + std::string(behind));
      ASSERT_TRUE(head);
      EXPECT_EQ(head->bytes, text.size());
      EXPECT_EQ(head->first_line, text.find('\n'));
      EXPECT_EQ(head->lines, static_cast<size_t>(std::ranges::count(text, '\n')));
    }
  }
}

TEST(WholeHeadTest, IsNotFoundUntilItsLastByteHasCome) {
  for (const std::string& text : heads())
    for (size_t size = 0; size < text.size(); ++size)
      EXPECT_FALSE(find_whole_head(std::string_view(text).substr(0, size))) << text << size;
}

TEST(WholeHeadTest, IsNotFoundWhenALineEndsInAnyOtherWay) {
  for (const std::string& text : heads()) {
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\r' || text[at] == '\n') {
        EXPECT_FALSE(find_whole_head(std::string(text).replace(at, 1, "x") + "tail")) << text << at;
      } else {
        EXPECT_FALSE(find_whole_head(std::string(text).replace(at, 1, "\r"))) << text << at;
        EXPECT_FALSE(find_whole_head(std::string(text).replace(at, 1, "\n"))) << text << at;
      }
    }
  }
}

// ---- beside the reader that looks at one line after the other ----

struct Outcome {
  HeadReader::Step step = HeadReader::Step::kMore;
  std::string head;
  size_t fields = 0;

  bool operator==(const Outcome&) const = default;
};

// Given piece by piece, no head is whole when it comes. Of several faults the cut decides which one
// is met first.
Outcome read(HeadReader::Message message, std::string_view text, size_t piece,
             const HeadLimits& limits) {
  HeadReader reader(message);
  Outcome outcome;
  for (size_t at = 0; at < text.size() && outcome.step == HeadReader::Step::kMore; at += piece) {
    std::span<const std::byte> bytes = bytes_of(text.substr(at, piece));
    outcome.step = reader.next(bytes, limits);
  }
  if (outcome.step == HeadReader::Step::kHead) {
    outcome.head = reader.head();
    outcome.fields = reader.fields();
  }
  return outcome;
}

TEST(HeadReaderTest, FindsTheSameInAWholeHeadAsInItsPieces) {
  std::mt19937 random(7);
  const auto below = [&](size_t bound) { return random() % bound; };
  HeadLimits limits;
  limits.max_head_bytes = 200;
  limits.max_target_bytes = 20;
  limits.max_fields = 4;
  constexpr std::string_view kParts[] = {
      "GET /a HTTP/1.1", "X: y", "Name: a longer value", "\r\n", "\r\n\r\n", "\n", "\r", "", "z"};
  size_t found = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = "GET /" + std::string(below(100), 'p') + " HTTP/1.1\r\n";
    for (size_t lines = below(7); lines > 0; --lines) {
      text += kParts[1 + below(2)];
      text += below(12) == 0 ? kParts[3 + below(6)] : "\r\n";
    }
    text += below(12) == 0 ? kParts[below(9)] : "\r\n";
    SCOPED_TRACE(text);
    for (const auto message : {HeadReader::Message::kRequest, HeadReader::Message::kResponse}) {
      const Outcome whole = read(message, text, text.size(), limits);
      EXPECT_EQ(whole, read(message, text, 1, limits));
      found += whole.step == HeadReader::Step::kHead ? 1 : 0;
    }
  }
  EXPECT_GT(found, 10000u);
}

}  // namespace
}  // namespace weir::http
