#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "proxy/buffer.h"
#include "proxy/http/codec.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/message.h"

// Speaks one HTTP version with a client. Knows bytes and messages; no sockets, no time, no limits.
namespace weir::http {

// News for the owner of a codec; never called from inside a send_… call of the same codec, only
// from feed(), end_of_input(), resume() and take_output().
class ServerCodecEvents {
 public:
  // `head` has passed the gate: what is ambiguous never gets here. With End::kYes there is no body.
  virtual void on_request(StreamId id, RequestHead&& head, End end) = 0;
  // Decoded body bytes, valid during the call only, owed until consumed(). After a 101 was sent
  // they are raw bytes.
  virtual void on_body(StreamId id, std::span<const std::byte> bytes, End end) = 0;
  // Ends the request.
  virtual void on_trailers(StreamId id, Headers trailers) = 0;
  // That many body bytes given to send_body() have been handed out by take_output().
  virtual void on_sent(StreamId id, size_t body_bytes) = 0;
  // The client gave the request up (HTTP/2 RST_STREAM); last news of this stream.
  virtual void on_reset(StreamId id, ResetReason why) = 0;

 protected:
  ~ServerCodecEvents() = default;
};

// On HTTP/1 one stream is open at a time: the next pipelined request is parsed only when the
// request before was read and answered to its end. Never deletes itself; its owner must not delete
// it from inside one of its events.
class ServerCodec {
 public:
  virtual ~ServerCodec() = default;

  // Takes all bytes; those it may not parse yet it keeps (see held()). An error is final: the owner
  // may still send one response to the stream in progress, or, when none is open, send_error(),
  // then flushes and closes.
  [[nodiscard]] virtual std::optional<ProtocolError> feed(std::span<const std::byte> bytes) = 0;
  // Parses on what was kept; to be called once after the calls that may end a stream, outside the
  // codec's own events.
  [[nodiscard]] virtual std::optional<ProtocolError> resume() = 0;
  // The peer will send no more. An error when that cuts a message short.
  [[nodiscard]] virtual std::optional<ProtocolError> end_of_input() = 0;

  // 1xx heads (but 101) may be sent any number of times before the final one, and go nowhere on
  // HTTP/1.0. The codec writes Connection, Content-Length and Transfer-Encoding itself, from
  // `head.body`, the request and its version, and ignores them in `head.headers`. For HEAD, 204 and
  // 304 `end` is kYes. A 101 turns the stream into a tunnel.
  virtual void send_head(StreamId id, const ResponseHead& head, End end) = 0;
  // `bytes` may be empty with End::kYes.
  virtual void send_body(StreamId id, Buffer bytes, End end) = 0;
  // A whole response at once. Nothing when its head goes nowhere any more.
  virtual void send_ready(StreamId id, const ReadyReply& reply, int retry_after_seconds) = 0;
  // Ends the response; dropped where the version or framing cannot carry them.
  virtual void send_trailers(StreamId id, const Headers& trailers) = 0;
  // Cuts the response short in a way that the client cannot mistake for its end.
  virtual void reset(StreamId id, ResetReason why) = 0;
  // Credit: the receiver has taken that many body bytes.
  virtual void consumed(StreamId id, size_t body_bytes) = 0;
  // Says goodbye after what is open: `Connection: close` or GOAWAY.
  virtual void drain() = 0;
  // The rest of the request body is not wanted: read and drop up to `at_most` bytes, else close
  // after the response.
  virtual void discard_body(StreamId id, size_t at_most) = 0;

  // What is to be written to the wire, at most about `at_most` bytes.
  virtual Buffer take_output(size_t at_most) = 0;
  virtual bool has_output() const = 0;
  // False while so much is owed or kept that the owner should stop reading.
  virtual bool wants_input() const = 0;
  // Bytes kept unparsed.
  virtual size_t held() const = 0;
  // A head has begun but is not complete: the owner times it.
  virtual bool inside_head() const = 0;
  // A request body is still to come.
  virtual bool inside_body() const = 0;
  // Nothing is open and nothing has begun.
  virtual bool idle() const = 0;
  // True once all output is taken and the connection has no future.
  virtual bool finished() const = 0;
};

}  // namespace weir::http
