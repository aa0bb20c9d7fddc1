#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/codec.h"

// Gathers the bytes of a head of HTTP/1 up to its blank line; it does not know what its lines say.
namespace weir::http {

// A head that comes whole is looked at once, any other at most once more, however it is cut. What
// ends in a bare LF or goes over a limit is refused as soon as it is seen.
class HeadReader {
 public:
  enum class Step : uint8_t {
    kMore,   // all bytes were taken
    kHead,   // head() is complete; the bytes behind it are left
    kFailed  // error() says why; final
  };

  enum class Message : uint8_t { kRequest, kResponse };

  explicit HeadReader(Message message) : message_(message) {}

  // Takes bytes off the front of `bytes`. Empty lines in front of a request are skipped (RFC 9112
  // section 2.2), a few of them.
  Step next(std::span<const std::byte>& bytes, const HeadLimits& limits);

  // From the first byte of its start line through its blank line. A part of the bytes given to
  // next() when they held all of it; valid as long as those and until clear().
  std::string_view head() const { return head_; }
  // Lines of the head but for the first and the blank one.
  size_t fields() const { return fields_; }
  ProtocolError error() const { return {failure_status_, failure_}; }
  const char* reason() const { return failure_; }
  // Some of a head has been taken, but not all.
  bool begun() const { return held_ != nullptr; }
  // Makes room for the next head; to be called after kHead.
  void clear();

 private:
  enum class Found : uint8_t { kMore, kEnd, kFault };

  bool skip_empty_lines(std::span<const std::byte>& bytes);
  bool find_at_once(std::string_view text, const HeadLimits& limits);
  Found find_end(std::string_view text, const HeadLimits& limits);
  bool check_returns(std::string_view text, size_t end);
  bool check_bounds(size_t bytes, const HeadLimits& limits);
  size_t most_of_first_line(const HeadLimits& limits) const;
  bool fail(int status, const char* reason);

  std::unique_ptr<std::string> held_;  // what came of a head whose end has not; never empty
  std::string_view head_;
  const char* failure_ = "";
  // Heads are short, and every idle connection has a reader.
  uint32_t line_ = 0;      // where the line being searched begins, in the head
  uint32_t searched_ = 0;  // where the search for its end goes on
  uint32_t fields_ = 0;
  int16_t failure_status_ = 400;
  uint8_t empty_lines_ = 0;
  const Message message_;
};

}  // namespace weir::http
