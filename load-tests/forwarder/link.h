#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "proxy/transport/socket.h"

// A client and its own connection to the backend, bytes carried both ways as they come; it does not
// know what they mean.
namespace weir::forwarder {

class Link {
 public:
  // One of the two sockets, as epoll hands it back.
  struct Side {
    Link* link = nullptr;
    transport::Fd socket;
    uint32_t interest = 0;     // what epoll watches it for
    bool registered = false;   // with epoll
    bool read_ended = false;   // it sends no more
    bool write_ended = false;  // it was told that no more comes
    std::string unsent;        // what it did not take at once
  };

  // `scratch` is shared by all links and outlives them. `backend` may still be connecting.
  Link(int epoll, std::span<char> scratch, transport::Fd client, transport::Fd backend);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // False when both ways have ended, or one has failed: then its owner destroys it.
  [[nodiscard]] bool on_event(Side& side, uint32_t events);

 private:
  Side& other(Side& side) { return &side == &sides_[0] ? sides_[1] : sides_[0]; }
  bool open();
  bool flush(Side& side);
  bool carry(Side& from, Side& to);
  bool end_if_drained(Side& from, Side& to);
  bool watch(Side& side);

  int epoll_;
  std::span<char> scratch_;
  std::array<Side, 2> sides_;  // client, backend
  bool connected_ = false;
};

}  // namespace weir::forwarder
