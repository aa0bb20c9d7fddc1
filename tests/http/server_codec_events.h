#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/buffer.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/h1_server_codec.h"

// What the tests of server codecs share: a list of what was reported, and a server that answers.
namespace weir::http {

// Writes down what a codec reports; neighbouring pieces of a body become one.
class ServerEvents final : public ServerCodecEvents {
 public:
  void on_request(StreamId id, RequestHead&& head, End end) override {
    seen_id = id;
    ++requests;
    complete = end == End::kYes;
    list.push_back(text_of(head) + ended(end));
    head_seen = std::move(head);
  }
  void on_body(StreamId, std::span<const std::byte> bytes, End end) override {
    const std::string text(weir::text_of(bytes));
    body_bytes += bytes.size();
    complete = complete || end == End::kYes;
    const bool goes_on =
        !list.empty() && list.back().starts_with("body ") && !list.back().ends_with(" end");
    if (goes_on) {
      list.back() += text + ended(end);
    } else {
      list.push_back("body " + text + ended(end));
    }
  }
  void on_trailers(StreamId, Headers trailers) override {
    complete = true;
    std::string text = "trailers";
    for (size_t i = 0; i < trailers.size(); ++i)
      text += " " + std::string(trailers[i].name) + "=" + std::string(trailers[i].value);
    list.push_back(std::move(text));
  }
  void on_sent(StreamId, size_t bytes) override { sent += bytes; }
  void on_reset(StreamId, ResetReason) override { list.push_back("reset"); }

  std::vector<std::string> list;
  RequestHead head_seen;
  StreamId seen_id = 0;
  size_t requests = 0;
  size_t body_bytes = 0;
  size_t sent = 0;
  bool complete = false;  // the last request has come to its end

 private:
  static std::string ended(End end) { return end == End::kYes ? " end" : ""; }
  // Method, target, authority, and what else there is to say.
  static std::string text_of(const RequestHead& head) {
    std::string text(head.method);
    text.append(" ").append(head.target).append(" @").append(head.authority);
    if (head.version == Version::kHttp10) text += " 1.0";
    if (head.body.kind == BodyLength::Kind::kKnown)
      text += " length=" + std::to_string(head.body.bytes);
    if (head.body.kind == BodyLength::Kind::kUnknown) text += " chunked";
    if (!head.upgrade.empty()) text += " upgrade=" + head.upgrade;
    if (head.expects_continue) text += " expects-continue";
    return text;
  }
};

// Answers each request with an empty 200 once it is complete, and the first fault with its status.
class AnsweringServer {
 public:
  explicit AnsweringServer(const HeadLimits& limits) : limits_(limits), codec_(events_, limits_) {}
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  void receive(std::string_view bytes) {
    if (error_) return;
    error_ = codec_.feed(bytes_of(bytes));
    size_t held_before = codec_.held() + 1;
    while (!error_ && answer() && codec_.held() < held_before) {
      held_before = codec_.held();
      error_ = codec_.resume();
    }
    if (error_) refuse();
  }

  const ServerEvents& events() const { return events_; }
  const H1ServerCodec& codec() const { return codec_; }
  const std::optional<ProtocolError>& error() const { return error_; }
  const std::string& sent() const { return sent_; }

 private:
  bool answer() {
    if (events_.requests == answered_ || !events_.complete) return false;
    answered_ = events_.requests;
    ResponseHead head;
    head.status = 200;
    codec_.send_head(events_.seen_id, head, End::kYes);
    flush();
    return true;
  }
  void refuse() {
    Reply reply = error_reply({.status = error_->status,
                               .proxy_error = "",
                               .word = "",
                               .text = error_->reason,
                               .reveal = true,
                               .retry_after_seconds = std::nullopt,
                               .via_name = "weir"});
    if (events_.requests == answered_) {
      codec_.send_error(std::move(reply));
    } else {
      codec_.send_head(events_.seen_id, reply.head, End::kNo);
      codec_.send_body(events_.seen_id, std::move(reply.body), End::kYes);
    }
    flush();
  }
  void flush() {
    while (codec_.has_output()) sent_ += codec_.take_output(1 << 20).to_string();
  }

  const HeadLimits limits_;
  ServerEvents events_;
  H1ServerCodec codec_;
  std::optional<ProtocolError> error_;
  std::string sent_;
  size_t answered_ = 0;
};

}  // namespace weir::http
