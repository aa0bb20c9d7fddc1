#include <gtest/gtest.h>

#include <array>

#include "tests/limiters/knee_fixture.h"

namespace weir::limiters {
namespace {

// One with several queues: latency grows from the second request on, and with every one more is
// done. So many come a second; who finds no place is turned away.
struct Queues {
  double queues = 4;
  double seconds = 0.010;
  double come = 320;

  double most(int in_flight) const {
    return queues / seconds * in_flight / (in_flight + queues - 1);
  }
  Window window(int limit) const {
    int in_flight = 1;
    while (in_flight < limit && most(in_flight) < come) ++in_flight;
    return window(limit, in_flight);
  }
  Window window(int limit, int in_flight) const {
    const double served = in_flight < limit ? come : std::min(come, most(in_flight));
    const Service service{.places = 1e9, .seconds = in_flight / most(in_flight), .samples = served};
    Window made = service.window(in_flight, limit);
    made.arrived = come;
    made.turned_away = come - served;
    made.limited = made.overloaded = served < come;
    made.in_use = static_cast<double>(in_flight) / limit;
    return made;
  }
  Cause see(KneeLimit& limit) const { return limit.update(window(limit.limit())); }
  // How often a limit was found that serves all.
  int play(KneeLimit& limit, int windows) const {
    int served = 0;
    for (int i = 0; i < windows; ++i)
      if (see(limit) == Cause::kAllServed) ++served;
    return served;
  }
};

KneeLimit fresh(int initial) {
  LimiterParams params;
  params.initial_limit = initial;
  return KneeLimit(params);
}

TEST(KneeLimitEnough, ALimitThatServesAllIsFoundAgainAfterACut) {
  const Queues queues;
  KneeLimit limit = fresh(20);
  // As many are inside as chance has it.
  for (int i = 0; i < 100 && limit.limit() == 20; ++i)
    limit.update(queues.window(20, std::array{2, 5, 8, 11, 20}[i % 5]));
  EXPECT_LE(limit.limit(), 11) << "latency asks for less";
  EXPECT_LT(queues.most(limit.limit()), queues.come);
  EXPECT_EQ(queues.play(limit, 3), 1);
  EXPECT_EQ(limit.limit(), 20) << "but has callers turned away whom the service can do";
  queues.play(limit, 50);
  EXPECT_GE(queues.most(limit.limit()), queues.come);
}

TEST(KneeLimitEnough, ALookAtMoreStaysWhereAllAreServed) {
  const Queues queues;
  KneeLimit limit = fresh(5);
  EXPECT_GE(queues.play(limit, 300), 1);
  EXPECT_GE(queues.most(limit.limit()), queues.come);
}

TEST(KneeLimitEnough, BeforeTwiceWhatCanBeDoneItDoesNotHold) {
  const Queues queues{.come = 800};
  KneeLimit limit = fresh(20);
  EXPECT_EQ(queues.play(limit, 300), 0);
  EXPECT_LT(limit.limit(), 30);
}

TEST(KneeLimitEnough, AServiceThatIsHeldAndThenOverloadedIsCut) {
  const Queues calm;
  KneeLimit limit = fresh(5);
  ASSERT_GE(calm.play(limit, 300), 1);
  const int held = limit.limit();
  const Service pool{.places = 4, .samples = 400};
  for (int i = 0; i < 100; ++i) {
    Window window = pool.window(limit.limit(), limit.limit());
    window.arrived = 800;
    window.turned_away = 400;
    limit.update(window);
  }
  EXPECT_LT(limit.limit(), held);
  EXPECT_LE(limit.limit(), 7);
}

TEST(KneeLimitEnough, WhoIsRefusedByTheServiceIsNotServed) {
  const Queues queues;
  KneeLimit limit = fresh(5);
  int served = 0;
  for (int i = 0; i < 300; ++i) {
    Window window = queues.window(limit.limit());
    window.turned_away = 0;
    window.answered[static_cast<size_t>(Outcome::kOverQuota)] = 20;
    if (limit.update(window) == Cause::kAllServed) ++served;
  }
  EXPECT_EQ(served, 0);
}

// As of a few callers who come again as soon as they are answered.
TEST(KneeLimitEnough, ALookThatIsNeverFilledEnds) {
  const Service pool{.places = 10, .samples = 200};
  KneeLimit limit = fresh(12);
  int before = limit.limit();
  const auto looks = [&] { return limit.probing() && limit.limit() > before; };
  for (int i = 0; i < 100 && !looks(); ++i) {
    before = limit.limit();
    pool.fill(limit);
  }
  ASSERT_TRUE(looks());
  for (int i = 0; i < 14; ++i) limit.update(pool.window(4, limit.limit()));
  EXPECT_TRUE(looks()) << "nothing is known yet";
  for (int i = 0; i < 2; ++i) limit.update(pool.window(4, limit.limit()));
  EXPECT_FALSE(looks());
  EXPECT_LE(limit.limit(), before + 1);
}

}  // namespace
}  // namespace weir::limiters
