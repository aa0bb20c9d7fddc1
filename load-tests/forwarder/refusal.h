#pragma once

#include <span>
#include <string>
#include <string_view>

#include "load-tests/forwarder/party.h"

// A client who is answered the same bytes whatever he has said; it does not know what they mean.
namespace weir::forwarder {

class Refusal final : public Party {
 public:
  // `scratch` and `answer` are shared by all and outlive them.
  Refusal(int epoll, std::span<char> scratch, std::string_view answer, transport::Fd client);

  // One read and one write: whatever has come is taken for one request.
  bool on_event(Side& side, uint32_t events) override;

 private:
  bool answer();

  int epoll_;
  std::span<char> scratch_;
  std::string_view answer_;
  Side client_;
};

// A 503 of HTTP/1.1 and so many bytes, as far as it can be made so short.
std::string refusal_of(size_t bytes);

}  // namespace weir::forwarder
