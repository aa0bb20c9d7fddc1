#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "proxy/buffer.h"
#include "proxy/http/codec.h"
#include "proxy/http/message.h"

// Speaks one HTTP version with a backend. Knows bytes and messages; no sockets, no time, no limits.
namespace weir::http {

// News for the owner of a codec; only from inside feed(), end_of_input() and take_output().
class ClientCodecEvents {
 public:
  // A 1xx but 101: any number, up to a bound, before on_response().
  virtual void on_informational(StreamId id, ResponseHead&& head) = 0;
  // The final head, or an accepted 101, after which the stream is a tunnel of raw bytes.
  virtual void on_response(StreamId id, ResponseHead&& head, End end) = 0;
  // Valid during the call only, owed until consumed().
  virtual void on_body(StreamId id, std::span<const std::byte> bytes, End end) = 0;
  // Ends the response.
  virtual void on_trailers(StreamId id, Headers trailers) = 0;
  // That many body bytes given to send_body() have been handed out by take_output().
  virtual void on_sent(StreamId id, size_t body_bytes) = 0;
  // The backend gave the stream up (HTTP/2); last news of this stream.
  virtual void on_reset(StreamId id, ResetReason why) = 0;

 protected:
  ~ClientCodecEvents() = default;
};

class ClientCodec {
 public:
  virtual ~ClientCodec() = default;

  // Starts a request. The codec writes Connection, Content-Length, Transfer-Encoding, Host and
  // (when head.upgrade is set) Upgrade itself and ignores them in `head.headers`. On HTTP/1 only
  // when reusable() or fresh.
  virtual StreamId send_request(const RequestHead& head, End end) = 0;
  virtual void send_body(StreamId id, Buffer bytes, End end) = 0;
  virtual void send_trailers(StreamId id, const Headers& trailers) = 0;
  virtual void consumed(StreamId id, size_t body_bytes) = 0;

  // An error is final: the owner closes the connection. Bytes that belong to no request are an
  // error too.
  [[nodiscard]] virtual std::optional<ProtocolError> feed(std::span<const std::byte> bytes) = 0;
  // The peer will send no more: ends a response that runs until close, an error when it cuts one
  // short.
  [[nodiscard]] virtual std::optional<ProtocolError> end_of_input() = 0;

  virtual Buffer take_output(size_t at_most) = 0;
  virtual bool has_output() const = 0;
  // False while so much is owed that the owner should stop reading.
  virtual bool wants_input() const = 0;
  // True when another request may be sent: the last one was sent and answered to its end and both
  // sides keep the connection, nothing is left over.
  virtual bool reusable() const = 0;
};

}  // namespace weir::http
