#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proxy/buffer.h"
#include "proxy/http/client_codec.h"

// What the tests of client codecs share: a request to send and a list of what came back.
namespace weir::http {

inline RequestHead request(std::string_view method, std::string_view target = "/") {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.authority = "shop.example";
  return head;
}

// Writes down what a codec reports; neighbouring pieces of a body become one.
class Events final : public ClientCodecEvents {
 public:
  void on_informational(StreamId id, ResponseHead&& head) override {
    seen_id = id;
    add("informational " + text_of(head));
  }
  void on_response(StreamId id, ResponseHead&& head, End end) override {
    seen_id = id;
    add("response " + text_of(head) + ended(end));
  }
  void on_body(StreamId, std::span<const std::byte> bytes, End end) override {
    const std::string text(weir::text_of(bytes));
    body_bytes += bytes.size();
    const bool goes_on =
        !list.empty() && list.back().starts_with("body ") && !list.back().ends_with(" end");
    if (goes_on) {
      list.back() += text + ended(end);
    } else {
      add("body " + text + ended(end));
    }
  }
  void on_trailers(StreamId, Headers trailers) override { add("trailers" + text_of(trailers)); }
  void on_sent(StreamId, size_t bytes) override { sent += bytes; }
  void on_reset(StreamId, ResetReason) override { add("reset"); }

  std::vector<std::string> list;
  size_t body_bytes = 0;
  size_t sent = 0;
  StreamId seen_id = 0;

 private:
  void add(std::string text) { list.push_back(std::move(text)); }
  static std::string ended(End end) { return end == End::kYes ? " end" : ""; }
  static std::string text_of(const Headers& headers) {
    std::string text;
    for (size_t i = 0; i < headers.size(); ++i)
      text += " " + std::string(headers[i].name) + "=" + std::string(headers[i].value);
    return text;
  }
  static std::string text_of(const ResponseHead& head) {
    std::string text = std::to_string(head.status);
    if (head.version == Version::kHttp10) text += " (1.0)";
    return text + " " + text_of(head.body) + text_of(head.headers);
  }
  static std::string text_of(BodyLength body) {
    switch (body.kind) {
      case BodyLength::Kind::kNone:
        return "none";
      case BodyLength::Kind::kKnown:
        return std::to_string(body.bytes);
      case BodyLength::Kind::kUnknown:
        return "chunked";
      case BodyLength::Kind::kUntilClose:
        return "until close";
    }
    return "";
  }
};

}  // namespace weir::http
