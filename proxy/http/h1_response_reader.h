#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/codec.h"
#include "proxy/http/message.h"

// Reads response heads of HTTP/1, strictly; it does not know the request, nor what the head says of
// a body.
namespace weir::http {

// Lines are taken apart here, since llhttp alone lets through what it should not (bare LF, folded
// fields, statuses out of range); then llhttp has to find the same head good.
class H1ResponseReader {
 public:
  enum class Step : uint8_t {
    kMore,   // all bytes were taken
    kHead,   // `head` is complete; the bytes behind it are left
    kFailed  // error() says why; final
  };

  // Takes bytes off the front of `bytes`. `head` is written to from kHead or kFailed on.
  Step next(std::span<const std::byte>& bytes, const HeadLimits& limits, ResponseHead& head);
  ProtocolError error() const { return {502, failure_}; }

 private:
  enum class Found : uint8_t { kMore, kEnd, kFault };

  Found find_end(std::string_view text, const HeadLimits& limits);
  bool check_line(std::string_view line);
  bool parse(std::string_view text, ResponseHead& head);
  bool parse_status_line(std::string_view line, ResponseHead& head);
  bool fail(const char* reason);

  std::string held_;     // what came of a head whose end has not
  size_t line_ = 0;      // where the line being searched begins, in that head
  size_t searched_ = 0;  // where the search for its end goes on
  size_t fields_ = 0;
  const char* failure_ = "";
};

}  // namespace weir::http
