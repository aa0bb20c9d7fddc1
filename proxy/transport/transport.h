#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "proxy/buffer.h"
#include "proxy/transport/socket_address.h"

// Moves clear bytes over one connection; TLS and plain look the same. It knows no HTTP.
namespace weir::transport {

enum class CloseHow : uint8_t {
  kFlush,  // write what is queued, then FIN, then wait a little for the peer's
  kNow,    // drop what is queued
  kReset   // drop also what is in the kernel, and tell the peer that this was no orderly end
};

enum class CloseReason : uint8_t {
  kReset,    // the peer reset the connection or a write failed
  kRefused,  // connecting: nobody listens there
  kTimedOut,
  kUnreachable,  // connecting: no route, no such socket
  kUnresolved,   // connecting: no address is known for the name
  kFailed        // anything else; see Transport::error_text()
};

// News for the one owner of a transport; never called from inside a call of the same transport.
class TransportEvents {
 public:
  // Connected and, for TLS, shaken hands. Comes once, before anything else; at once for accepted
  // sockets.
  virtual void on_open() = 0;
  // Valid during the call only.
  virtual void on_bytes(std::span<const std::byte> bytes) = 0;
  // While reading is paused: the peer will send no more, and what it has said is still to be read,
  // on_end() behind it. At most once before reading resumes.
  virtual void on_end_ahead() {}
  // The peer will send no more; writing still works.
  virtual void on_end() = 0;
  // unsent() has fallen to the low water mark after having reached the high one, or to nothing
  // after the kernel had not taken everything at once.
  virtual void on_drained() = 0;
  // Last event, once; not sent for a close() that the owner asked for.
  virtual void on_closed(CloseReason why) = 0;

 protected:
  ~TransportEvents() = default;
};

// Destroying it closes at once. Its owner may destroy it from inside one of its events.
class Transport {
 public:
  // The kernel holds more for a peer that is slow; here it would only cost memory for each of them.
  static constexpr size_t kHighWaterBytes = 32 * 1024;
  static constexpr size_t kLowWaterBytes = 8 * 1024;

  virtual ~Transport() = default;

  // `events` outlives the transport or close() is called first.
  virtual void start(TransportEvents& events) = 0;
  // Written at once as far as the kernel takes it, else queued; failure arrives as on_closed.
  virtual void send(Buffer bytes) = 0;
  // Bytes queued here, not those in the kernel.
  virtual size_t unsent() const = 0;
  // A paused transport still hears of a reset, and that the peer's orderly end is ahead.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  virtual bool reading() const = 0;
  // Something has come, be it the end or a reset, that is not told yet though the loop may have
  // been told of it. What it is still to be told of is not looked for.
  virtual bool owes_news() const = 0;
  // The peer has read on, so that the kernel takes more, which the loop may not have been told yet.
  virtual bool takes_more() const = 0;
  // Where it leads; none while it does not stand. Asks the system.
  virtual std::optional<SocketAddress> peer() const = 0;
  // No event follows, and unsent() is empty. With kFlush the loop writes the rest on its own, even
  // when the transport is destroyed: until all is written or the peer takes nothing for 30 s. It
  // still reads and drops what comes for a while, so that the peer is not reset before it has read
  // the last bytes. One that is still connecting is closed at once. Over a Unix socket, which knows
  // no reset, kReset is kNow.
  virtual void close(CloseHow how) = 0;
  // The system's word for the last failure, e.g. "connection refused"; empty when none.
  virtual const std::string& error_text() const = 0;
};

}  // namespace weir::transport
