#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/backend/backend_connection.h"
#include "proxy/backend/closing_habit.h"
#include "proxy/backend/lag.h"

// The connections of one loop to the service: kept while idle, unless they are answered later than
// the others, and used again, the last used first, unless the service might just be closing it; it
// does not know how many requests may run.
namespace weir::backend {

class BackendPool final : public exchange::Backends, private BackendConnectionOwner {
 public:
  // `dial` gives a transport that is not started yet. `on_silent` is told of an address where three
  // requests in a row, with no answer in between, had none in time. Everything referred to outlives
  // the pool; streams end before it.
  BackendPool(const BackendParams& params,
              std::function<std::unique_ptr<transport::Transport>()> dial,
              limiters::Timeline& timeline, loop::TurnQueue& turn_queue,
              std::function<void(const transport::SocketAddress&)> on_silent);
  ~BackendPool();

  exchange::BackendStreamPtr open(exchange::ResponseEvents& events, exchange::Reuse reuse) override;

  // From any thread.
  size_t connections() const { return open_.load(std::memory_order_relaxed); }
  // Closed because they were answered later than the others, since ever.
  uint64_t lagging_closed() const { return lagging_closed_.load(std::memory_order_relaxed); }
  size_t idle() const { return idle_.size(); }
  // Closes what is idle; for the end of the process.
  void close_idle();
  // What leads elsewhere, or does not stand yet and may lead elsewhere, is closed, or will be when
  // its request has ended.
  void keep_only(const std::vector<transport::SocketAddress>& addresses);

 private:
  std::unique_ptr<transport::Transport> dial() override { return dial_(); }
  void on_reusable(BackendConnection& connection) override;
  void on_unanswered(BackendConnection& connection) override;
  void on_closed_behind_answer() override { habit_.closed(); }
  void on_over(BackendConnection& connection) override;
  BackendConnection* idle_one() const;
  void leave_idle(BackendConnection& connection);

  static constexpr size_t kNotIdle = static_cast<size_t>(-1);
  static constexpr int kSilence = 3;

  const BackendParams& params_;
  std::function<std::unique_ptr<transport::Transport>()> dial_;
  limiters::Timeline& timeline_;
  loop::TurnQueue& turn_queue_;
  std::function<void(const transport::SocketAddress&)> on_silent_;
  std::vector<std::unique_ptr<BackendConnection>> connections_;
  std::vector<BackendConnection*> idle_;
  ClosingHabit habit_;
  AnswerTimes answer_times_;
  std::optional<transport::SocketAddress> silent_;  // where the last request had no answer in time
  int unanswered_ = 0;                              // so many there in a row
  // The size of connections_, for who shows it; orders nothing.
  std::atomic<size_t> open_{0};
  std::atomic<uint64_t> lagging_closed_{0};
};

}  // namespace weir::backend
