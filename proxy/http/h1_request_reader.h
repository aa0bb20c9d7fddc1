#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "proxy/http/codec.h"
#include "proxy/http/head_reader.h"
#include "proxy/http/message.h"
#include "proxy/http/request_gate.h"

// Reads request heads of HTTP/1, strictly; it does not know what was read before nor what becomes
// of the body.
namespace weir::http {

// Lines are taken apart here, since llhttp alone lets through what it should not (bare LF, folded
// fields, two Hosts), and the gate has to find one meaning in them; then, unless the head is plain,
// llhttp has to read the same method, version and framing out of the same bytes.
class H1RequestReader {
 public:
  using Step = HeadReader::Step;

  // Takes bytes off the front of `bytes`. On kHead `head` is complete, `persistence` set and the
  // reader ready for the next head. On kFailed `head` is what was refused if its lines could be
  // taken apart, else empty.
  Step next(std::span<const std::byte>& bytes, const HeadLimits& limits, RequestHead& head,
            Persistence& persistence);
  // Why it failed.
  const ProtocolError& error() const { return *error_; }
  bool begun() const { return reader_.begun(); }

 private:
  HeadReader reader_{HeadReader::Message::kRequest};
  std::unique_ptr<ProtocolError> error_;
};

}  // namespace weir::http
