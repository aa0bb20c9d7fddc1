#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "load-tests/forwarder/party.h"

// A client and its own connection to the backend, bytes carried both ways as they come; it does not
// know what they mean.
namespace weir::forwarder {

class Link final : public Party {
 public:
  // `scratch` is shared by all links and outlives them. `backend` may still be connecting.
  Link(int epoll, std::span<char> scratch, transport::Fd client, transport::Fd backend);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool on_event(Side& side, uint32_t events) override;

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
