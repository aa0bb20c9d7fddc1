#include "load-tests/origin/replies.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/http/message.h"

namespace weir::origin {

namespace {

constexpr size_t kPieceBytes = 64 * 1024;

}  // namespace

Replies::Replies(uint64_t body_bytes) : body_bytes_(body_bytes) {
  constexpr std::string_view kText = "weir-origin\n";
  const auto size = static_cast<size_t>(std::min<uint64_t>(body_bytes, kPieceBytes));
  while (pattern_.size() < size) pattern_ += kText;
  pattern_.resize(size);
}

std::string_view Replies::head(int status, bool keeps_connection) {
  std::string& head = heads_[keeps_connection ? status : -status];
  if (head.empty()) head = make_head(status, "text/plain", body_bytes_, keeps_connection);
  return head;
}

std::string_view Replies::body(uint64_t left) const {
  return std::string_view(pattern_).substr(
      0, static_cast<size_t>(std::min<uint64_t>(left, pattern_.size())));
}

std::string Replies::make_head(int status, std::string_view type, uint64_t body_bytes,
                               bool keeps_connection) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n", status,
                     http::reason_phrase(status), type, body_bytes,
                     keeps_connection ? "" : "Connection: close\r\n");
}

}  // namespace weir::origin
