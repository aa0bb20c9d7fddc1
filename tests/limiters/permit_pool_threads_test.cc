#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "limiters/random.h"
#include "tests/limiters/gate_fixture.h"

// The pool and the gates as they run: one thread per loop; also under ThreadSanitizer.
namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

constexpr int kThreads = 4;

// Odd while the limit moves, so that a taker knows which limit was in force around its attempt.
TEST(PermitPoolThreads, NeverMoreThanTheLimitOfThatAttempt) {
  PermitPool pool(kThreads, 8, 0);
  std::atomic<unsigned> generation{0};
  std::atomic<int> above{0}, taken{0}, judged{0};
  auto take_and_give = [&] {
    for (int i = 0; i < 20000; ++i) {
      const unsigned before = generation.load();
      const int limit = pool.limit();
      const std::optional<int> place = pool.take();
      const unsigned after = generation.load();
      if (!place) continue;
      ++taken;
      if (before == after && before % 2 == 0) {
        ++judged;
        if (*place > limit) ++above;
      }
      if (i % 16 == 0) std::this_thread::yield();
      pool.give_back();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(take_and_give);
  for (int i = 0; i < 2000; ++i) {
    ++generation;
    pool.publish_limit(1 + i % 3);
    ++generation;
    if (i % 8 == 0) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(above, 0);
  EXPECT_GT(judged, 0);
  EXPECT_EQ(pool.in_flight(), 0);
}

// One thread's loop: a timeline, a gate, and the requests it has; asks and finishes at random.
struct Loop {
  Loop(int number, PermitPool& shared_pool, std::function<void(int)> wake)
      : pool(shared_pool),
        gate(number, pool, shard, make_lanes({}), {}, timeline, std::move(wake)),
        random(static_cast<uint64_t>(number) + 1) {}

  void turn() {
    if (woken.exchange(false)) gate.serve();
    if (requests.size() < 8 && random.uniform() < 0.6) {
      requests.push_back(std::make_unique<Caller>());
      requests.back()->ask(gate, {});
      ++asked;
    }
    if (random.uniform() < 0.5 && !requests.empty()) leave(random.next() % requests.size());
    if (random.uniform() < 0.5 && !requests.empty())
      move(*requests[random.next() % requests.size()]);
    timeline.run_until(timeline.now() + std::chrono::microseconds(1));
  }
  // A client that is slow to send, or goes on.
  void move(Caller& request) {
    if (!request.runs()) return;
    returned += request.permit().aside() ? 1 : 0;
    request.permit().aside() ? request.come_back(gate, {}) : request.permit().step_aside();
  }
  void leave(size_t which) {
    std::swap(requests[which], requests.back());
    if (requests.back()->runs()) requests.back()->finish(Outcome::kSuccess);
    ended += requests.back()->answers() <= 1 ? 1 : 0;
    requests.pop_back();
  }
  // What has been posted to this loop, without anybody finishing.
  bool deliver() {
    const bool was_woken = woken.exchange(false);
    if (was_woken) gate.serve();
    const bool due = timeline.next().value_or(TimePoint::max()) <= timeline.now();
    if (due) timeline.run_until(timeline.now());
    return was_woken || due;
  }

  static constexpr QueueParams kPatient{.max_wait = std::chrono::hours(1), .max_waiting = {}};
  PermitPool& pool;
  Timeline timeline{TimePoint{} + std::chrono::hours(1)};
  SamplerShard shard;
  Limiter gate;
  Random random;
  std::vector<std::unique_ptr<Caller>> requests;
  std::atomic<bool> woken{false};
  int asked = 0, ended = 0, returned = 0;
};

TEST(PermitPoolThreads, AFreePlaceAndAWaiterNeverCoexistOnceAllWakesAreDelivered) {
  PermitPool pool(kThreads, 3, 1000);
  std::vector<std::unique_ptr<Loop>> loops;
  for (int i = 0; i < kThreads; ++i)
    loops.push_back(std::make_unique<Loop>(
        i, pool, [&loops](int gate) { loops[static_cast<size_t>(gate)]->woken = true; }));
  int lost = 0, rounds_with_waiters = 0;
  auto all_at_rest = [&]() noexcept {
    for (bool more = true; more;) {
      more = false;
      for (const auto& loop : loops) more = loop->deliver() || more;
    }
    rounds_with_waiters += pool.waiting() > 0 ? 1 : 0;
    if (pool.waiting() > 0 && pool.in_flight() < pool.limit()) ++lost;
  };
  std::barrier rest(kThreads, all_at_rest);
  auto live = [&](Loop& loop, bool moves_the_limit) {
    for (int round = 0; round < 400; ++round) {
      for (int step = 0; step < 25; ++step) loop.turn();
      if (moves_the_limit) {
        pool.publish_limit(1 + round % 5);
        for (const auto& other : loops) other->woken = true;
      }
      for (int step = 0; step < 25; ++step) loop.turn();
      rest.arrive_and_wait();
    }
  };
  std::vector<std::thread> threads;
  for (const auto& loop : loops) threads.emplace_back(live, std::ref(*loop), loop == loops.front());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lost, 0);
  EXPECT_GT(rounds_with_waiters, 0);
  for (const auto& loop : loops) {
    while (!loop->requests.empty()) loop->leave(0);
    EXPECT_EQ(loop->asked, loop->ended);
    EXPECT_GT(loop->returned, 0);
  }
  EXPECT_EQ(pool.in_flight(), 0);
  EXPECT_EQ(pool.waiting(), 0);
}

TEST(SamplerShardThreads, AReaderSeesTotalsThatOnlyGrow) {
  SamplerShard shard;
  constexpr int kSamples = 50000;
  std::thread writer([&shard] {
    for (int i = 0; i < kSamples; ++i) {
      shard.granted(1);
      shard.answered({TimePoint{}, milliseconds(1), 1, Outcome::kSuccess}, 1);
    }
  });
  double last = 0;
  for (int i = 0; i < 1000; ++i) {
    const double now = shard.read(1).levels[0].count;
    EXPECT_GE(now, last);
    last = now;
  }
  writer.join();
  EXPECT_EQ(shard.read(1).levels[0].count, kSamples);
  EXPECT_EQ(shard.read().answered[static_cast<size_t>(Outcome::kSuccess)], kSamples);
}

}  // namespace
}  // namespace weir::limiters
