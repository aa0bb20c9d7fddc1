#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Heads of HTTP/1 messages, read for what a load tool needs of them and no more; it is no gate:
// weir stands in between, and its own codecs are the strict ones.
namespace weir::pieces {

// Puts together heads that come in pieces of any size.
class HeadReader {
 public:
  static constexpr size_t kMostBytes = 64 * 1024;
  enum class Step : uint8_t { kMore, kHead, kTooLong };

  // Takes bytes off the front of `bytes`, at most to the end of a head. `head` then ends with its
  // empty line, and is valid until the next call and as long as `bytes` are.
  Step next(std::string_view& bytes, std::string_view& head);
  // Part of a head has come.
  bool begun() const { return !held_.empty() && !complete_; }

 private:
  std::string held_;
  bool complete_ = false;
};

struct HeadFields {
  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool close = false;       // "Connection: close"
  bool keep_alive = false;  // "Connection: keep-alive", which HTTP/1.0 needs
  bool expects_continue = false;
  std::optional<uint32_t> retry_after_seconds;  // not the form with a date
};

// The first line of a head, without its end.
std::string_view first_line(std::string_view head);
// Empty when a line is no field, or when the length of the body cannot be told.
std::optional<HeadFields> read_fields(std::string_view head);

}  // namespace weir::pieces
