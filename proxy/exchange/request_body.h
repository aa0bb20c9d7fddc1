#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "limiters/timeline.h"
#include "proxy/buffer.h"
#include "proxy/exchange/streams.h"
#include "proxy/exchange/upload.h"
#include "proxy/http/message.h"

// What comes after the head of a request, and what of it has gone on to the service; it knows
// neither permits nor how a request may end.
namespace weir::exchange {

class RequestBody {
 public:
  // `head` outlives it. Nothing comes after the head where that has an `end`.
  RequestBody(const http::RequestHead& head, http::End end);

  // What has come is held until give().
  void came(std::span<const std::byte> bytes, http::End end);
  void came(const http::Headers& trailers);
  // Bytes of the body that have come, held or not.
  uint64_t bytes() const { return bytes_; }
  // All of the request has come.
  bool complete() const { return complete_; }
  // All of it has come, or all but word of its end.
  bool last_is_here() const;
  // As much has come as makes it worth a place. A client that is slow to send takes no place of
  // those who have sent all. What is long, or has no length, may be answered as it comes; who
  // expects a 100 sends nothing before. But where a body means nothing the service may have begun
  // with its work when it has the head.
  bool worth_a_place() const;

  // Nothing is held, and nothing will come.
  bool empty() const { return complete_ && held_.empty() && !trailers_; }
  // All that is held goes on, and word that it was the last.
  void give(BackendStream& service);
  // Of a tunnel, whose bytes come as a body does when the request is complete.
  void pass(std::span<const std::byte> bytes, http::End end, BackendStream& service);
  // The service was given part of it.
  bool given() const { return given_; }
  // That many bytes of it have left for the service.
  void taken(size_t bytes);

  // The service waits for more of it.
  bool is_waited_for() const;
  // Then: whose time it takes from now on, see Upload.
  void watch(limiters::Timeline& timeline, std::function<bool()> client_is_slow);
  // The service can be given some. It waits for it from now on, or, where the client expects a 100,
  // from that on, but for no longer than 100 ms.
  void service_is_there();
  void service_said_100();
  // It has had all that has come, and waits for more; while it is watched. A client that expects a
  // 100 and has not been told waits itself.
  bool keeps_service_waiting() const { return upload_ && upload_->waits() && !waits_for_100(); }
  // Its connection is replaced by one that does not stand yet, and all that was given is on its
  // way.
  void service_is_gone();
  // Nobody wants what has not come yet. True where that is some, and for the first time.
  bool give_up() { return !complete_ && !std::exchange(given_up_, true); }
  // True when it was watched: the service did not have all of it.
  bool stop_watching();

 private:
  bool waits_for_100() const { return head_.expects_continue && !said_100_ && bytes_ == 0; }

  const http::RequestHead& head_;
  bool complete_;
  bool given_ = false;
  bool given_up_ = false;
  bool said_100_ = false;
  Buffer held_;
  std::optional<http::Headers> trailers_;  // held
  uint64_t bytes_ = 0;
  std::unique_ptr<Upload> upload_;  // while it is watched
};

}  // namespace weir::exchange
