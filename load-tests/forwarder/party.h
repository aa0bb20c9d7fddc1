#pragma once

#include <cstdint>
#include <string>

#include "proxy/transport/socket.h"

// What the loop of the forwarder turns over: sockets, and whoever owns them; it does not know what
// is carried.
namespace weir::forwarder {

// Sockets that live and end together.
class Party {
 public:
  // One of them, as epoll hands it back.
  struct Side {
    Party* party = nullptr;
    transport::Fd socket;
    uint32_t interest = 0;     // what epoll watches it for
    bool registered = false;   // with epoll
    bool read_ended = false;   // it sends no more
    bool write_ended = false;  // it was told that no more comes
    std::string unsent;        // what it did not take at once
  };

  virtual ~Party() = default;
  // False when all is over, or something has failed: then its owner destroys it.
  [[nodiscard]] virtual bool on_event(Side& side, uint32_t events) = 0;
};

// Nothing waits for more to be sent with it; fails on Unix sockets, which do so anyhow.
void send_at_once(int fd);
// A socket call would have had to wait, or was interrupted.
bool is_full(ssize_t result);
// Has `epoll` watch the side for this and nothing else; false when the system refuses.
[[nodiscard]] bool watch_for(int epoll, Party::Side& side, uint32_t interest);
// Sends what the side has not taken before, as far as it does now; false when it is gone.
[[nodiscard]] bool send_unsent(Party::Side& side);

}  // namespace weir::forwarder
