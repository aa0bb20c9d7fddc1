#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "load-tests/pieces/body_skipper.h"
#include "load-tests/pieces/head_reader.h"

// Responses of one connection, one after the other, their bodies read and dropped; it does not know
// what was asked, but whether it was asked with HEAD.
namespace weir::load {

struct Reply {
  int status = 0;
  std::optional<uint32_t> retry_after_seconds;
  bool keeps_connection = true;
  uint64_t body_bytes = 0;
};

class ResponseReader {
 public:
  enum class Step : uint8_t { kMore, kReply, kFailed };
  enum class Asked : uint8_t { kBody, kHeadOnly };

  explicit ResponseReader(Asked asked) : asked_(asked) {}

  // Takes bytes off the front of `bytes`, at most to the end of one response.
  Step next(std::string_view& bytes, Reply& reply);
  // The peer sends no more: true when that ends a response.
  bool end_of_input(Reply& reply);

 private:
  bool take_head(std::string_view head);

  enum class At : uint8_t { kHead, kBody };
  Asked asked_;
  At at_ = At::kHead;
  bool until_close_ = false;
  pieces::HeadReader heads_;
  pieces::BodySkipper body_;
  Reply reply_;
};

}  // namespace weir::load
