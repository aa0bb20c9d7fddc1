#include "proxy/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace weir {
namespace {

std::string pattern(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

TEST(BufferTest, GivesBackWhatWasAppendedAcrossChunks) {
  const std::string text = pattern(3 * Buffer::kChunkBytes + 5);
  Buffer buffer;
  buffer.append(std::string_view(text).substr(0, 10));
  buffer.append(std::string_view(text).substr(10));
  EXPECT_EQ(buffer.size(), text.size());
  EXPECT_EQ(buffer.to_string(), text);
}

TEST(BufferTest, DroppingAndTakingFrontKeepsOrderAtEveryCut) {
  const std::string text = pattern(2 * Buffer::kChunkBytes + 100);
  for (size_t cut : {size_t{0}, size_t{1}, Buffer::kChunkBytes - 16, Buffer::kChunkBytes,
                     Buffer::kChunkBytes + 1, text.size() - 1, text.size()}) {
    SCOPED_TRACE(cut);
    Buffer rest(text);
    Buffer first = rest.take_front(cut);
    EXPECT_EQ(first.to_string(), text.substr(0, cut));
    EXPECT_EQ(rest.to_string(), text.substr(cut));
    Buffer dropped(text);
    dropped.drop_front(cut);
    EXPECT_EQ(dropped.to_string(), text.substr(cut));
    first.append(std::move(rest));
    EXPECT_EQ(first.to_string(), text);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(BufferTest, TakesNoMoreThanThereIs) {
  Buffer buffer("abc");
  EXPECT_EQ(buffer.take_front(10).to_string(), "abc");
  EXPECT_TRUE(buffer.empty());
  buffer.append("d");
  EXPECT_EQ(buffer.to_string(), "d");
}

TEST(BufferTest, WhatIsWrittenInPlaceFollowsWhatWasAppended) {
  for (const size_t before : {size_t{0}, size_t{7}, Buffer::kMostAtOnce - 3, Buffer::kMostAtOnce})
    for (const size_t most : {size_t{1}, size_t{3}, size_t{4}, Buffer::kMostAtOnce}) {
      SCOPED_TRACE(before * 100000 + most);
      const std::string text = pattern(before + 2 * most);
      const std::string_view first = std::string_view(text).substr(before, most);
      Buffer buffer(std::string_view(text).substr(0, before));
      buffer.append_by(most, [&](char* to) { return std::ranges::copy(first, to).out; });
      // Less than there was room for.
      buffer.append_by(most, [&](char* to) {
        *to = text[before + most];
        return to + 1;
      });
      buffer.append(std::string_view(text).substr(before + most + 1));
      EXPECT_EQ(buffer.size(), text.size());
      EXPECT_EQ(buffer.to_string(), text);
    }
}

TEST(BufferTest, GatherNamesThePiecesInOrder) {
  const std::string text = pattern(2 * Buffer::kChunkBytes);
  Buffer buffer(text);
  std::array<std::span<const std::byte>, 8> pieces;
  const size_t count = buffer.gather(pieces);
  std::string joined;
  for (size_t i = 0; i < count; ++i) joined += text_of(pieces[i]);
  EXPECT_EQ(joined, text);
  EXPECT_EQ(buffer.gather(std::span(pieces).first(1)), 1u);
  EXPECT_EQ(text_of(buffer.front()).front(), text.front());
}

TEST(BufferTest, SmallBuffersAreJoinedIntoOneChunk) {
  Buffer buffer("a");
  for (int i = 0; i < 100; ++i) buffer.append(Buffer("bc"));
  std::array<std::span<const std::byte>, 2> pieces;
  EXPECT_EQ(buffer.gather(pieces), 1u);
  EXPECT_EQ(buffer.size(), 201u);
}

TEST(BufferTest, MovedFromIsEmptyAndUsable) {
  Buffer buffer("abc");
  Buffer other = std::move(buffer);
  EXPECT_TRUE(buffer.empty());
  buffer.append("x");
  EXPECT_EQ(buffer.to_string() + other.to_string(), "xabc");
  other = std::move(buffer);
  EXPECT_EQ(other.to_string(), "x");
}

}  // namespace
}  // namespace weir
