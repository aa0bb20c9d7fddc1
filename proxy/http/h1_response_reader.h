#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "proxy/http/codec.h"
#include "proxy/http/head_reader.h"
#include "proxy/http/message.h"

// Reads response heads of HTTP/1, strictly; it does not know the request, nor what the head says of
// a body.
namespace weir::http {

// Lines are taken apart here, since llhttp alone lets through what it should not (bare LF, folded
// fields, statuses out of range); then, unless the head is plain, llhttp has to find it good too.
class H1ResponseReader {
 public:
  using Step = HeadReader::Step;

  // Takes bytes off the front of `bytes`. `head` is written to from kHead or kFailed on.
  Step next(std::span<const std::byte>& bytes, const HeadLimits& limits, ResponseHead& head);
  ProtocolError error() const { return {502, failure_}; }

 private:
  bool parse(std::string_view text, ResponseHead& head);
  bool parse_status_line(std::string_view line, ResponseHead& head);
  bool fail(const char* reason);

  HeadReader reader_{HeadReader::Message::kResponse};
  const char* failure_ = "";
};

}  // namespace weir::http
