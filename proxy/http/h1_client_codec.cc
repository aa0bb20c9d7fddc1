#include "proxy/http/h1_client_codec.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "proxy/http/h1_request_writer.h"

namespace weir::http {
namespace {

constexpr uint8_t kMostInformational = 8;

ProtocolError bad_response(std::string reason) { return {502, std::move(reason)}; }

// What a response head says about the bytes behind it.
struct Framing {
  std::optional<uint64_t> length;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  const char* fault = nullptr;
};

void add_length(Framing& framing, std::string_view value) {
  uint64_t bytes = 0;
  const char* const last = value.data() + value.size();
  const auto [end, fault] = std::from_chars(value.data(), last, bytes);
  if (fault != std::errc() || end != last) framing.fault = "a bad Content-Length";
  if (framing.length) framing.fault = "two Content-Length fields";
  framing.length = bytes;
}

void add_coding(Framing& framing, std::string_view value) {
  if (!equal_ignoring_case(value, "chunked"))
    framing.fault = "a Transfer-Encoding other than chunked";
  if (framing.chunked) framing.fault = "two Transfer-Encoding fields";
  framing.chunked = true;
}

void add_options(Framing& framing, std::string_view value) {
  for_each_element(value, [&](std::string_view option) {
    framing.close |= equal_ignoring_case(option, "close");
    framing.keep_alive |= equal_ignoring_case(option, "keep-alive");
  });
}

Framing framing_of(const ResponseHead& head) {
  Framing framing;
  for (const Headers::Field& field : head.headers) {
    if (field.known == Name::kContentLength) add_length(framing, field.value);
    if (field.known == Name::kTransferEncoding) add_coding(framing, field.value);
    if (field.known == Name::kConnection) add_options(framing, field.value);
  }
  if (framing.chunked && framing.length)
    framing.fault = "both Content-Length and Transfer-Encoding";
  if (framing.chunked && head.version == Version::kHttp10)
    framing.fault = "Transfer-Encoding in an HTTP/1.0 response";
  return framing;
}

}  // namespace

H1ClientCodec::H1ClientCodec(ClientCodecEvents& events, const HeadLimits& limits)
    : events_(events), limits_(limits) {}

// ---- the request ----

StreamId H1ClientCodec::send_request(const RequestHead& head, End end) {
  assert(reusable());
  ++id_;
  informational_ = 0;
  owed_ = 0;
  head_request_ = head.method == "HEAD";
  upgrade_asked_ = !head.upgrade.empty();
  begun_ = false;
  answer_ = Answer::kHead;

  overhead_unsent_ += append_request_head(output_, head);
  begin_body(head.body);
  if (end == End::kYes && request_ != Request::kDone) send_body(id_, Buffer(), End::kYes);
  return id_;
}

void H1ClientCodec::begin_body(BodyLength body) {
  switch (body.kind) {
    case BodyLength::Kind::kNone:
      request_ = Request::kDone;
      return;
    case BodyLength::Kind::kKnown:
      request_ = Request::kSized;
      request_left_ = body.bytes;
      return;
    case BodyLength::Kind::kUnknown:
    case BodyLength::Kind::kUntilClose:
      request_ = Request::kChunked;
      return;
  }
}

void H1ClientCodec::send_body(StreamId id, Buffer bytes, End end) {
  if (id != id_) return;
  const size_t size = bytes.size();
  body_unsent_ += size;
  switch (request_) {
    case Request::kSized:
      assert(size <= request_left_);
      request_left_ -= size;
      output_.append(std::move(bytes));
      if (end == End::kNo) return;
      assert(request_left_ == 0);
      request_ = Request::kDone;
      return;
    case Request::kChunked:
      if (size > 0) overhead_unsent_ += append_chunk(output_, std::move(bytes));
      if (end == End::kYes) send_trailers(id, Headers());
      return;
    case Request::kTunnel:
      output_.append(std::move(bytes));
      return;
    case Request::kDone:
      assert(size == 0);
      return;
  }
}

void H1ClientCodec::send_trailers(StreamId id, const Headers& trailers) {
  if (id != id_) return;
  if (request_ == Request::kSized) return send_body(id, Buffer(), End::kYes);
  if (request_ != Request::kChunked) return;
  overhead_unsent_ += append_last_chunk(output_, trailers);
  request_ = Request::kDone;
}

void H1ClientCodec::withdraw_request() {
  assert(!begun_);
  output_ = Buffer();
  overhead_unsent_ = body_unsent_ = 0;
  request_ = Request::kDone;
  answer_ = Answer::kNone;
}

Buffer H1ClientCodec::take_output(size_t at_most) {
  begun_ = begun_ || !output_.empty();
  Buffer taken =
      at_most >= output_.size() ? std::exchange(output_, Buffer()) : output_.take_front(at_most);
  const size_t overhead = std::min(taken.size(), overhead_unsent_);
  const size_t body = taken.size() - overhead;
  overhead_unsent_ -= overhead;
  body_unsent_ -= body;
  if (body > 0) events_.on_sent(id_, body);
  return taken;
}

// ---- the response ----

std::optional<ProtocolError> H1ClientCodec::feed(std::span<const std::byte> bytes) {
  Failure failure;
  if (answer_ == Answer::kHead && !begun_ && !bytes.empty())
    return broken(bad_response("an answer before its request was sent"));
  while (!bytes.empty() && !failure) {
    switch (answer_) {
      case Answer::kNone:
        return broken(bad_response("bytes that belong to no request"));
      case Answer::kHead:
        failure = read_head(bytes);
        break;
      case Answer::kSized:
        read_sized(bytes);
        break;
      case Answer::kChunked:
        failure = read_chunks(bytes);
        break;
      case Answer::kUntilClose:
      case Answer::kTunnel:
        give_body(std::exchange(bytes, {}), End::kNo);
        break;
    }
  }
  return failure;
}

std::optional<ProtocolError> H1ClientCodec::end_of_input() {
  keeps_connection_ = false;
  switch (std::exchange(answer_, Answer::kNone)) {
    case Answer::kNone:
      return std::nullopt;
    case Answer::kUntilClose:
    case Answer::kTunnel:
      give_body({}, End::kYes);
      return std::nullopt;
    case Answer::kHead:
      return bad_response("the connection was closed before the end of a response head");
    case Answer::kSized:
    case Answer::kChunked:
      return bad_response("the connection was closed before the end of a response body");
  }
  return std::nullopt;
}

H1ClientCodec::Failure H1ClientCodec::broken(ProtocolError why) {
  why.status = 502;
  answer_ = Answer::kNone;
  keeps_connection_ = false;
  return why;
}

H1ClientCodec::Failure H1ClientCodec::read_head(std::span<const std::byte>& bytes) {
  ResponseHead head;
  switch (reader_.next(bytes, limits_, head)) {
    case H1ResponseReader::Step::kMore:
      return std::nullopt;
    case H1ResponseReader::Step::kFailed:
      return broken(reader_.error());
    case H1ResponseReader::Step::kHead:
      break;
  }
  return take_head(std::move(head));
}

H1ClientCodec::Failure H1ClientCodec::take_head(ResponseHead&& head) {
  const Framing framing = framing_of(head);
  if (framing.fault != nullptr) return broken(bad_response(framing.fault));
  const bool announces_body = framing.chunked || framing.length.value_or(0) > 0;
  if (head.status < 200 && announces_body)
    return broken(bad_response("an informational response with a body"));
  if (head.status == 101) return switch_protocols(std::move(head));
  if (head.informational()) {
    if (++informational_ > kMostInformational)
      return broken(bad_response("too many informational responses"));
    events_.on_informational(id_, std::move(head));
    return std::nullopt;
  }
  keeps_connection_ = !framing.close && (framing.keep_alive || head.version != Version::kHttp10);
  using Kind = BodyLength::Kind;
  const bool bodyless = head_request_ || head.status == 204 || head.status == 304;
  if (head.status == 204) {
    // No body follows, but a service that announces one may send it nevertheless.
    if (announces_body) keeps_connection_ = false;
  } else if (framing.chunked) {
    head.body.kind = Kind::kUnknown;
  } else if (framing.length) {
    head.body = {Kind::kKnown, *framing.length};
  } else if (!bodyless) {
    head.body.kind = Kind::kUntilClose;
    keeps_connection_ = false;
  }
  begin_answer(head.body, bodyless);
  const End end = answer_ == Answer::kNone ? End::kYes : End::kNo;
  events_.on_response(id_, std::move(head), end);
  return std::nullopt;
}

void H1ClientCodec::begin_answer(BodyLength body, bool bodyless) {
  answer_ = Answer::kNone;
  if (bodyless) return;
  switch (body.kind) {
    case BodyLength::Kind::kNone:
      return;
    case BodyLength::Kind::kKnown:
      answer_left_ = body.bytes;
      if (body.bytes > 0) answer_ = Answer::kSized;
      return;
    case BodyLength::Kind::kUnknown:
      answer_ = Answer::kChunked;
      chunks_ = ChunkReader();
      return;
    case BodyLength::Kind::kUntilClose:
      answer_ = Answer::kUntilClose;
      return;
  }
}

H1ClientCodec::Failure H1ClientCodec::switch_protocols(ResponseHead&& head) {
  if (!upgrade_asked_) return broken(bad_response("a switch of protocols that nobody asked for"));
  if (request_ != Request::kDone)
    return broken(bad_response("a switch of protocols in the middle of a request"));
  keeps_connection_ = false;
  answer_ = Answer::kTunnel;
  request_ = Request::kTunnel;
  events_.on_response(id_, std::move(head), End::kNo);
  return std::nullopt;
}

void H1ClientCodec::read_sized(std::span<const std::byte>& bytes) {
  const auto part = static_cast<size_t>(std::min<uint64_t>(answer_left_, bytes.size()));
  const std::span<const std::byte> body = bytes.first(part);
  bytes = bytes.subspan(part);
  answer_left_ -= part;
  if (answer_left_ == 0) answer_ = Answer::kNone;
  give_body(body, answer_left_ == 0 ? End::kYes : End::kNo);
}

H1ClientCodec::Failure H1ClientCodec::read_chunks(std::span<const std::byte>& bytes) {
  std::span<const std::byte> body;
  switch (chunks_.next(bytes, body, limits_)) {
    case ChunkReader::Step::kMore:
      return std::nullopt;
    case ChunkReader::Step::kBody:
      give_body(body, End::kNo);
      return std::nullopt;
    case ChunkReader::Step::kFailed:
      return broken(chunks_.error());
    case ChunkReader::Step::kEnd:
      break;
  }
  answer_ = Answer::kNone;
  Headers trailers = chunks_.take_trailers();
  if (trailers.empty()) {
    give_body({}, End::kYes);
  } else {
    events_.on_trailers(id_, std::move(trailers));
  }
  return std::nullopt;
}

void H1ClientCodec::give_body(std::span<const std::byte> bytes, End end) {
  owed_ += bytes.size();
  events_.on_body(id_, bytes, end);
}

void H1ClientCodec::consumed(StreamId id, size_t body_bytes) {
  if (id == id_) owed_ -= std::min(owed_, body_bytes);
}

bool H1ClientCodec::wants_input() const { return owed_ < kMostOwedBytes; }

bool H1ClientCodec::reusable() const {
  return keeps_connection_ && answer_ == Answer::kNone && request_ == Request::kDone &&
         output_.empty();
}

}  // namespace weir::http
