#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load-tests/pieces/body_skipper.h"
#include "load-tests/pieces/head_reader.h"

// Requests of one connection, one after the other, their bodies read and dropped; it does not know
// how they are answered.
namespace weir::origin {

// What of a request decides its answer.
struct Request {
  std::string path;  // without the query
  bool head_only = false;
  bool keeps_connection = true;
};

class RequestReader {
 public:
  enum class Step : uint8_t {
    kMore,      // all bytes were taken
    kContinue,  // the client waits to be told to send the body
    kRequest,   // one has come to its end
    kFailed     // nothing behind this can be understood
  };

  // Takes bytes off the front of `bytes`. `request` is written with kRequest.
  Step next(std::string_view& bytes, Request& request);

 private:
  Step take_head(std::string_view head);

  enum class At : uint8_t { kHead, kBody };
  At at_ = At::kHead;
  pieces::HeadReader heads_;
  pieces::BodySkipper body_;
  Request request_;
};

}  // namespace weir::origin
