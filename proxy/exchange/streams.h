#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "proxy/buffer.h"
#include "proxy/http/codec.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/message.h"

// What an exchange sees of the world. Connections implement these, tests fake them; nothing here
// knows a socket.
namespace weir::exchange {

// Towards the client that asked. Owned by its connection and outlives its exchange.
class ClientStream {
 public:
  virtual void send_head(const http::ResponseHead& head, http::End end) = 0;
  virtual void send_body(Buffer bytes, http::End end) = 0;
  virtual void send_trailers(const http::Headers& trailers) = 0;
  // A whole response at once; left out of it is what a HEAD does not want.
  virtual void send_ready(const http::ReadyReply& reply, int retry_after_seconds) = 0;
  // Credit: the backend took that many bytes of the request body.
  virtual void consumed(size_t request_bytes) = 0;
  // The rest of the request body is not wanted any more.
  virtual void discard_request() = 0;
  // Cuts the response short so that the client cannot take it for complete.
  virtual void reset(http::ResetReason why) = 0;
  // The exchange is over; its last call. The connection destroys it, but not before this call has
  // returned.
  virtual void ended() = 0;
  // Address of the client without its port, for X-Forwarded-For; "unix" for a Unix socket. Valid as
  // long as the stream.
  virtual std::string_view peer_address() const = 0;
  virtual std::string_view scheme() const = 0;

 protected:
  ~ClientStream() = default;
};

// News from the client.
class RequestEvents {
 public:
  // Valid during the call only; owed until ClientStream::consumed().
  virtual void on_request_body(std::span<const std::byte> bytes, http::End end) = 0;
  virtual void on_request_trailers(const http::Headers& trailers) = 0;
  // That many bytes of the response body have left for the client.
  virtual void on_response_sent(size_t body_bytes) = 0;
  // Gone, or given up; nothing can be sent any more.
  virtual void on_client_left() = 0;
  // The request cannot be read to its end: the client broke the protocol or stalled. A response can
  // still be sent.
  virtual void on_request_failed(const http::ProtocolError& why) = 0;
  // The client does not read the response; nothing can be sent any more.
  virtual void on_client_stalled() = 0;
  // The process ends and does not wait any longer.
  virtual void on_shutdown() = 0;

 protected:
  ~RequestEvents() = default;
};

enum class BackendFailure : uint8_t {
  kRefused,      // nobody listens
  kUnreachable,  // no route, no such socket
  kUnresolved,   // no address is known for its name
  kConnectTimedOut,
  kClosedUnanswered,  // closed or reset before any byte of the answer
  kClosed,            // closed or reset before the answer was complete
  kProtocol,          // what came is not HTTP, or not to be forwarded
  kHeadTimedOut,      // no response head in time
  kStalled            // the body stopped, or the request was not taken, for too long
};

// Towards the service. Obtained from Backends, held by one exchange.
class BackendStream {
 public:
  virtual void send_request(const http::RequestHead& head, http::End end) = 0;
  virtual void send_body(Buffer bytes, http::End end) = 0;
  virtual void send_trailers(const http::Headers& trailers) = 0;
  // Credit: the client took that many bytes of the response body.
  virtual void consumed(size_t response_bytes) = 0;
  // However long the service says no more from now on: that is no stall.
  virtual void may_be_silent() = 0;
  // True when the connection stood already at open(): it may have died without our knowing.
  virtual bool reused() const = 0;
  // Some of the request has left for the service.
  virtual bool begun() const = 0;

 protected:
  virtual ~BackendStream() = default;

 private:
  friend struct ReleaseStream;
  // Resets what is still open, keeps the connection for others when nothing is. No event follows.
  virtual void release() noexcept = 0;
};

struct ReleaseStream {
  void operator()(BackendStream* stream) const noexcept { stream->release(); }
};
using BackendStreamPtr = std::unique_ptr<BackendStream, ReleaseStream>;

// News from the service; never from inside a call of the same stream or of Backends::open().
class ResponseEvents {
 public:
  // The connection stands; not sent when it stood already at open().
  virtual void on_backend_open() = 0;
  // It stood already at open() and has died since, but nothing of the request had left: all that
  // the stream was and will be given goes over a new one. Once at most; on_backend_open() or
  // on_backend_failed() follows.
  virtual void on_backend_replaced() = 0;
  virtual void on_informational(http::ResponseHead&& head) = 0;
  virtual void on_response_head(http::ResponseHead&& head, http::End end) = 0;
  // Valid during the call only; owed until BackendStream::consumed().
  virtual void on_response_body(std::span<const std::byte> bytes, http::End end) = 0;
  virtual void on_response_trailers(const http::Headers& trailers) = 0;
  // The service has waited for a while to be read from: what it wrote is not consumed().
  virtual void on_response_held() = 0;
  // That many bytes of the request body have left for the service.
  virtual void on_request_sent(size_t body_bytes) = 0;
  // Last news. `text` says it for people, valid during the call only.
  virtual void on_backend_failed(BackendFailure why, std::string_view text) = 0;

 protected:
  ~ResponseEvents() = default;
};

enum class Reuse : bool { kFreshOnly, kAllowed };

// The pool, or a fake.
class Backends {
 public:
  // `events` outlives the stream. Requests may be sent at once, whether or not the connection
  // stands already.
  virtual BackendStreamPtr open(ResponseEvents& events, Reuse reuse) = 0;

 protected:
  ~Backends() = default;
};

}  // namespace weir::exchange
