#include "proxy/loop/signal_watch.h"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <thread>

namespace weir::loop {
namespace {

TEST(SignalWatchTest, WhatComesBeforeItsWatchWaitsForIt) {
  hold_signals({SIGUSR2, SIGHUP});
  ASSERT_EQ(::raise(SIGUSR2), 0);
  ASSERT_EQ(::raise(SIGUSR2), 0);
  EventLoop loop;
  int told = 0;
  std::optional<SignalWatch> watch;
  {
    const EventLoop::Turn turn(loop);
    watch.emplace(loop, SIGUSR2, [&] {
      ++told;
      loop.stop();
    });
  }
  loop.run();
  EXPECT_EQ(told, 1) << "the system keeps one of each";
  sigset_t held;
  ASSERT_EQ(::sigprocmask(SIG_BLOCK, nullptr, &held), 0);
  EXPECT_EQ(::sigismember(&held, SIGHUP), 1) << "nobody watches it yet";
  EXPECT_EQ(::sigismember(&held, SIGUSR2), 0);
  const EventLoop::Turn turn(loop);
  watch.reset();
}

TEST(SignalWatchTest, WhatComesAfterItsWatchEndsNothing) {
  EventLoop loop;
  std::optional<SignalWatch> watch;
  {
    const EventLoop::Turn turn(loop);
    watch.emplace(loop, SIGUSR2, [] {});
    watch.reset();
  }
  EXPECT_EQ(::raise(SIGUSR2), 0);
  std::thread of_others([] {
    sigset_t nothing;
    sigemptyset(&nothing);
    pthread_sigmask(SIG_SETMASK, &nothing, nullptr);
    EXPECT_EQ(::raise(SIGUSR2), 0);
  });
  of_others.join();
}

}  // namespace
}  // namespace weir::loop
