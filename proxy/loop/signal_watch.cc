#include "proxy/loop/signal_watch.h"

#include <csignal>
#include <utility>

namespace weir::loop {
namespace {

void mask(int how, std::initializer_list<int> signal_numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signal_numbers) sigaddset(&set, number);
  pthread_sigmask(how, &set, nullptr);
}

}  // namespace

struct SignalWatch::Handle {
  uv_signal_t uv;
  std::function<void()> on_signal;
};

SignalWatch::SignalWatch(EventLoop& loop, int signal_number, std::function<void()> on_signal)
    : handle_(new Handle{{}, std::move(on_signal)}) {
  uv_signal_init(loop.uv(), &handle_->uv);
  handle_->uv.data = handle_;
  uv_signal_start(
      &handle_->uv,
      [](uv_signal_t* uv, int) {
        EventLoop::Turn turn(EventLoop::of(uv->loop));
        static_cast<Handle*>(uv->data)->on_signal();
      },
      signal_number);
  mask(SIG_UNBLOCK, {signal_number});
}

SignalWatch::~SignalWatch() {
  // uv gives the signal back its first meaning, which is the end of the process.
  const int number = handle_->uv.signum;
  mask(SIG_BLOCK, {number});
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* uv) { delete static_cast<Handle*>(uv->data); });
  // Threads of uv's own hold nothing back.
  std::signal(number, SIG_IGN);
}

void hold_signals(std::initializer_list<int> signal_numbers) { mask(SIG_BLOCK, signal_numbers); }

bool is_ignored(int signal_number) {
  struct sigaction present {};
  return ::sigaction(signal_number, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace weir::loop
