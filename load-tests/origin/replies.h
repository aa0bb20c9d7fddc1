#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// The bytes of all answers, written once; it does not know who gets which.
namespace weir::origin {

class Replies {
 public:
  // Every answer of the service has a body of that many bytes.
  explicit Replies(uint64_t body_bytes);

  uint64_t body_bytes() const { return body_bytes_; }
  // The head of an answer of the service, valid as long as the replies.
  std::string_view head(int status, bool keeps_connection);
  // Some bytes of a body that still lacks `left`: at least one when `left` is not 0, at most
  // `left`.
  std::string_view body(uint64_t left) const;

  // A head for a body of `body_bytes` of that type.
  static std::string make_head(int status, std::string_view type, uint64_t body_bytes,
                               bool keeps_connection);

 private:
  uint64_t body_bytes_;
  std::string pattern_;
  std::map<int, std::string> heads_;  // by status, negative when the connection closes
};

}  // namespace weir::origin
