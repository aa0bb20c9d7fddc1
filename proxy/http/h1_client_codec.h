#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "proxy/buffer.h"
#include "proxy/http/chunk_reader.h"
#include "proxy/http/client_codec.h"
#include "proxy/http/h1_response_reader.h"

// Speaks HTTP/1.1 with a backend: writes requests and reads responses, one at a time. It knows
// neither sockets nor time, and not what a response means.
namespace weir::http {

// Whatever could be read in two ways is an error: the bytes behind it would be the answer to
// somebody else's request.
class H1ClientCodec final : public ClientCodec {
 public:
  // Both outlive the codec.
  H1ClientCodec(ClientCodecEvents& events, const HeadLimits& limits);
  H1ClientCodec(const H1ClientCodec&) = delete;
  H1ClientCodec& operator=(const H1ClientCodec&) = delete;

  // `head.target` is in origin or asterisk form. Always written as HTTP/1.1.
  StreamId send_request(const RequestHead& head, End end) override;
  void send_body(StreamId id, Buffer bytes, End end) override;
  // Dropped when the body was announced with its length.
  void send_trailers(StreamId id, const Headers& trailers) override;
  void consumed(StreamId id, size_t body_bytes) override;

  [[nodiscard]] std::optional<ProtocolError> feed(std::span<const std::byte> bytes) override;
  [[nodiscard]] std::optional<ProtocolError> end_of_input() override;

  Buffer take_output(size_t at_most) override;
  bool has_output() const override { return !output_.empty(); }
  bool wants_input() const override;
  bool reusable() const override;
  // Some of the present request has been handed out.
  bool begun() const { return begun_; }
  // There is no present request any more; none of it has been handed out, and none will be.
  void withdraw_request();

 private:
  // What the next bytes of the request are.
  enum class Request : uint8_t { kDone, kSized, kChunked, kTunnel };
  // What the next bytes of the backend are; kNone: an error.
  enum class Answer : uint8_t { kNone, kHead, kSized, kChunked, kUntilClose, kTunnel };
  using Failure = std::optional<ProtocolError>;

  void begin_body(BodyLength body);

  Failure read_head(std::span<const std::byte>& bytes);
  Failure take_head(ResponseHead&& head);
  Failure switch_protocols(ResponseHead&& head);
  void begin_answer(BodyLength body, bool bodyless);
  void read_sized(std::span<const std::byte>& bytes);
  Failure read_chunks(std::span<const std::byte>& bytes);
  void give_body(std::span<const std::byte> bytes, End end);
  Failure broken(ProtocolError why);

  ClientCodecEvents& events_;
  const HeadLimits& limits_;
  StreamId id_ = 0;
  Buffer output_;
  // Of the output: framing and heads, and body. Framing counts as leaving first, so a body byte is
  // credited a little late and never early.
  size_t overhead_unsent_ = 0;
  size_t body_unsent_ = 0;
  size_t owed_ = 0;
  uint64_t request_left_ = 0;
  uint64_t answer_left_ = 0;
  Request request_ = Request::kDone;
  Answer answer_ = Answer::kNone;
  uint8_t informational_ = 0;
  bool head_request_ = false;
  bool upgrade_asked_ = false;
  bool begun_ = false;
  bool keeps_connection_ = true;
  H1ResponseReader reader_;
  ChunkReader chunks_;
};

}  // namespace weir::http
