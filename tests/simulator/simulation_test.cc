#include "load-tests/simulator/simulation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

World world_of(Conditions first, double seconds = 200) {
  World world;
  world.conditions = {first};
  world.seconds = seconds;
  world.warm_up_seconds = seconds / 10;
  return world;
}

// A gate so wide that it is none.
Outcomes ungated(const World& world) {
  return Simulation(world, constant_gate(1'000'000), 1, 100).run();
}

double mean_latency(const Outcomes& outcomes) {
  double sum = 0, count = 0;
  for (const Outcomes::Step& step : outcomes.steps)
    for (const float latency : step.latencies) {
      sum += static_cast<double>(latency);
      ++count;
    }
  return sum / count;
}

TEST(Simulation, AQueueOfOneWorkerIsMM1) {
  const World world = world_of({.workers = 1, .service_seconds = 0.010, .load = 0.6}, 1000);
  EXPECT_NEAR(mean_latency(ungated(world)), 0.010 / (1 - 0.6), 0.002);
}

TEST(Simulation, ASharedProcessorIsMM1Too) {
  World world = world_of({.workers = 1, .service_seconds = 0.010, .load = 0.6}, 1000);
  world.discipline = Discipline::kSharing;
  world.times = Times::kPareto;  // whatever the distribution, as theory has it
  EXPECT_NEAR(mean_latency(ungated(world)), 0.010 / (1 - 0.6), 0.004);
}

TEST(Simulation, ConstantTimesWaitHalfAsLong) {
  World world = world_of({.workers = 1, .service_seconds = 0.010, .load = 0.6}, 1000);
  world.times = Times::kConstant;
  EXPECT_NEAR(mean_latency(ungated(world)), 0.010 * (1 + 0.6 / (2 * (1 - 0.6))), 0.001);
}

TEST(Simulation, ManyWorkersFinishWhatTheyCan) {
  const World world = world_of({.workers = 10, .service_seconds = 0.010, .load = 2}, 50);
  const Outcomes outcomes = Simulation(world, constant_gate(10), 1, 100).run();
  EXPECT_NEAR(goodput_per_second(world, outcomes), 1000, 30);
}

TEST(Simulation, AFreezeTakesItsShare) {
  const World world = world_of({.workers = 10,
                                .service_seconds = 0.010,
                                .freeze_every_seconds = 1,
                                .freeze_seconds = 0.25,
                                .load = 2},
                               50);
  const Outcomes outcomes = Simulation(world, constant_gate(10), 1, 100).run();
  EXPECT_NEAR(goodput_per_second(world, outcomes), 750, 30);
}

TEST(Simulation, ADelayOutsideHoldsNoWorker) {
  const World world = world_of(
      {.workers = 10, .service_seconds = 0.010, .outside_seconds = 0.040, .load = 0.8}, 50);
  const Outcomes outcomes = ungated(world);
  EXPECT_NEAR(goodput_per_second(world, outcomes), 800, 30);
  EXPECT_GT(mean_latency(outcomes), 0.050);
}

TEST(Simulation, AHardCapRefusesAndNothingFinishesWhileStalled) {
  World capped = world_of({.workers = 10, .service_seconds = 0.010, .hard_cap = 5, .load = 2}, 20);
  int failed = 0;
  for (const Outcomes::Step& step : ungated(capped).steps) failed += step.failed;
  EXPECT_GT(failed, 10000);
  World stalled = world_of({.stalled = 1, .load = 0.5}, 20);
  EXPECT_EQ(goodput_per_second(stalled, ungated(stalled)), 0);
}

int good_of(const Outcomes& outcomes) {
  int good = 0;
  for (const Outcomes::Step& step : outcomes.steps) good += step.good;
  return good;
}

// The gate lets the next one in as soon as a caller has gone, and does not know that the worker is
// still at it.
TEST(Simulation, WorkForCallersWhoHaveGoneIsLostToTheOthers) {
  World world = world_of({.workers = 10, .service_seconds = 0.020, .load = 1.5}, 50);
  world.deadline_seconds = 0.060;
  const auto good = [&world](GoneCaller gone_caller, int limit) {
    world.gone_caller = gone_caller;
    return good_of(Simulation(world, constant_gate(limit), 1, 100).run());
  };
  EXPECT_GT(good(GoneCaller::kStops, 100), 1.2 * good(GoneCaller::kWorksOn, 100));
  EXPECT_GT(good(GoneCaller::kWorksOn, 12), 1.2 * good(GoneCaller::kWorksOn, 100));
}

TEST(Simulation, CallersComeAgainAsOftenAsTheyMay) {
  World world = world_of({.workers = 2, .service_seconds = 0.010, .load = 5}, 20);
  world.retry = Retry::kAtOnce;
  world.most_attempts = 4;
  const Score score =
      judge(world, Simulation(world, gate_named("fixed:2"), 1, 100).run(), Oracle{200, {}});
  EXPECT_GT(score.amplification, 2.5);
  EXPECT_LE(score.amplification, 4);
}

TEST(Simulation, AServiceThatStandsHasNoFalseShedsUntilItGoesOn) {
  World world =
      world_of({.workers = 10, .freeze_every_seconds = 10, .freeze_seconds = 1, .load = 0.5}, 100);
  EXPECT_TRUE(world.frozen_between(10.5, 11.5));
  EXPECT_TRUE(world.frozen_between(9.5, 10.5));
  EXPECT_FALSE(world.frozen_between(11, 12));
  Outcomes outcomes;
  outcomes.step_seconds = 1;
  outcomes.steps.resize(100);
  for (size_t i = 0; i < 100; ++i) {
    outcomes.steps[i].attempts = 100;
    outcomes.steps[i].shed = i % 10 == 0 ? 50 : i % 10 == 1 ? 9 : 0;
  }
  EXPECT_NEAR(judge(world, outcomes, Oracle{500, {}}).false_shed_share, 0.01, 1e-9);
}

TEST(Simulation, WhatTheServiceRefusesIsAShareOfWhatItWasSent) {
  const World world =
      world_of({.workers = 10, .service_seconds = 0.010, .hard_cap = 12, .load = 2});
  const auto failed = [&world](int limit) {
    return judge(world, Simulation(world, constant_gate(limit), 1, 100).run(), Oracle{1000, {}})
        .failed_share;
  };
  EXPECT_EQ(failed(12), 0);
  EXPECT_GT(failed(13), 0.1);
}

TEST(Simulation, ATokenBucketRefusesWhatIsBeyondItsRate) {
  const World world =
      world_of({.workers = 10, .service_seconds = 0.010, .most_per_second = 300, .load = 1.5}, 50);
  EXPECT_EQ(world.conditions.front().capacity(), 300);
  const Outcomes outcomes = ungated(world);
  EXPECT_NEAR(goodput_per_second(world, outcomes), 300, 6);
  EXPECT_NEAR(judge(world, outcomes, Oracle{300, {}}).failed_share, 1.0 / 3, 0.02);
}

TEST(Simulation, AQuotaTurnsAwayTheFirstTenantOnlyAndNobodyIsShedForIt) {
  World world =
      world_of({.workers = 10, .service_seconds = 0.010, .quota_per_second = 100, .load = 0.8}, 20);
  world.tenants = {0.5, 0.5};
  const Score score =
      judge(world, Simulation(world, gate_named("knee"), 1, 100).run(), Oracle{1000, {}});
  EXPECT_NEAR(score.failed_share, 0.375, 0.02);
  EXPECT_EQ(score.false_shed_share, 0);
}

// As a service does whose 429 the operator did not declare to be an overload.
TEST(Simulation, A429IsTakenForAQuotaButByTheLimitThatTriesIt) {
  World world = world_of({.workers = 10, .service_seconds = 0.010, .hard_cap = 12, .load = 2}, 20);
  const auto failed = [&world](std::string_view limiter, Refusal with) {
    world.refuses_with = with;
    return judge(world, Simulation(world, gate_named(limiter), 1, 100).run(), Oracle{1000, {}})
        .failed_share;
  };
  EXPECT_LT(failed("knee", Refusal::kServiceUnavailable), 0.05);
  EXPECT_LT(failed("knee", Refusal::kTooManyRequests), 0.08);
  EXPECT_GT(failed("gradient", Refusal::kTooManyRequests), 0.4);
}

// As of several processes that accept by chance: latency grows from the second request on.
TEST(Simulation, AServiceOfSeveralQueuesThatCanDoAllHasNobodyTurnedAway) {
  World world = world_of({.workers = 8, .service_seconds = 0.010, .load = 0.7}, 30);
  world.queues = 8;
  const Score score =
      judge(world, Simulation(world, gate_named("knee"), 1, 100).run(), Oracle{560, {}});
  EXPECT_GT(score.goodput_share, 0.97);
  EXPECT_LT(score.false_shed_share, 0.01);
}

TEST(Simulation, AHardlyOverloadedServiceHasNoStandingQueue) {
  World world = world_of({.workers = 2, .service_seconds = 0.010, .load = 1.02}, 200);
  world.times = Times::kConstant;
  const Score score =
      judge(world, Simulation(world, gate_named("knee"), 1, 100).run(), Oracle{200, {}});
  EXPECT_LT(score.w50, 3) << "it was 20";
  EXPECT_GT(score.goodput_share, 0.6) << "it was 0.2";
}

TEST(Simulation, SomeCallersLeaveWhateverHasComeByThen) {
  World world = world_of({.workers = 10,
                          .service_seconds = 0.010,
                          .leaving_share = 0.2,
                          .leaving_seconds = 0.001,
                          .load = 0.5},
                         50);
  world.times = Times::kConstant;
  world.conditions.push_back(world.conditions.front());
  world.conditions.back().from_seconds = 49;
  world.conditions.back().load = 0;
  const Outcomes outcomes = Simulation(world, gate_named("knee"), 1, 100).run();
  const Score score = judge(world, outcomes, Oracle{400, {}});
  EXPECT_NEAR(score.failed_share, 0.2, 0.01);
  EXPECT_EQ(score.left_at_end, 0);
  world.seconds = 40;
  EXPECT_GT(Simulation(world, gate_named("knee"), 1, 100).run().left, 0) << "still at work";
}

// All but the last class together fit in, so that a gate that listens to priorities sheds none.
TEST(Simulation, ABatchOfSeveralClassesIsServedFromTheTop) {
  World world =
      world_of({.workers = 10, .service_seconds = 0.010, .load = 0.2, .batch_load = 4}, 50);
  world.batch_classes = {0.05, 0.05, 0.9};
  EXPECT_EQ(world.priorities(), 4U);
  const Outcomes outcomes = Simulation(world, gate_named("knee"), 1, 100).run();
  const Score score = judge(world, outcomes, Oracle{1000, {}});
  EXPECT_LT(score.hurried_shed_share, 0.002);
  EXPECT_NEAR(*score.least_share, 0.4, 0.05);
  int attempts = 0, hurried = 0;
  for (const Outcomes::Step& step : outcomes.steps) {
    attempts += step.attempts;
    hurried += step.hurried;
  }
  EXPECT_NEAR(hurried / static_cast<double>(attempts), 0.6 / 4.2, 0.01);
}

TEST(Simulation, SessionsHaveNoLeastImportantClass) {
  World world = world_of({.load = 0.5}, 20);
  world.session_requests = 3;
  EXPECT_EQ(world.priorities(), 2U);
  EXPECT_FALSE(judge(world, ungated(world), Oracle{500, {}}).least_share);
}

TEST(Simulation, ProxiesShareTheCallersAndTheService) {
  World world = world_of({.workers = 10, .service_seconds = 0.010, .load = 2}, 50);
  world.proxies = 2;
  const auto score = [&world](int limit) {
    return judge(world, Simulation(world, constant_gate(limit), 1, 100).run(), Oracle{1000, {}});
  };
  EXPECT_NEAR(score(5).goodput_share, 0.97, 0.03);
  EXPECT_GT(*score(5).fairness, 0.99);
  EXPECT_NEAR(score(2).goodput_share, 0.4, 0.02) << "four places of ten";
  world.proxies = 1;
  EXPECT_FALSE(score(5).fairness);
}

TEST(Simulation, FairnessIsOneOverTheProxiesWhenOneHasAll) {
  World world = world_of({}, 10);
  world.proxies = 2;
  Outcomes outcomes;
  outcomes.step_seconds = 1;
  outcomes.steps.resize(10);
  for (Outcomes::Step& step : outcomes.steps) step.good_by_proxy = {10, 0};
  EXPECT_NEAR(*judge(world, outcomes, Oracle{1000, {}}).fairness, 0.5, 1e-9);
  for (Outcomes::Step& step : outcomes.steps) step.good_by_proxy = {10, 5};
  EXPECT_NEAR(*judge(world, outcomes, Oracle{1000, {}}).fairness, 0.9, 1e-9);
}

TEST(Simulation, AnswersCountFromTheLimitsFirstUse) {
  const World slow = world_of({.workers = 4, .service_seconds = 2, .load = 1.5}, 300);
  const Outcomes moved = Simulation(slow, gate_named("knee"), 1, 100).run();
  ASSERT_TRUE(moved.answers_until_moved);
  EXPECT_LE(*moved.answers_until_moved, 20);
  EXPECT_FALSE(Simulation(slow, constant_gate(5), 1, 100).run().answers_until_moved);
}

// As a model by hand has it: places stay empty while nobody comes or nobody lets him in.
TEST(Simulation, CoresThatLapseCostGoodput) {
  World world = world_of({.workers = 10, .service_seconds = 0.010, .load = 2}, 50);
  world.lapse_every_seconds = 0.026;
  world.lapse_seconds = 0.0045;
  const Outcomes outcomes = Simulation(world, gate_named("fixed:13"), 1, 100).run();
  EXPECT_NEAR(goodput_per_second(world, outcomes), 970, 25);
}

TEST(Core, AnswersWhenItsLapseIsOverAndElseAtOnce) {
  Core core(0.026, 0.0045, 1);
  double late = 0;
  constexpr int kTimes = 200000;
  for (int i = 0; i < kTimes; ++i) {
    const auto now = limiters::TimePoint{} + i * limiters::from_seconds(0.0005);
    const auto free = core.free(now);
    ASSERT_LE(now, free);
    ASSERT_LT(free, now + limiters::from_seconds(0.0046));
    late += limiters::to_seconds(free - now);
  }
  EXPECT_NEAR(late / kTimes, 0.5 * 0.0045 * 0.0045 / 0.026, 0.00002);
  EXPECT_FALSE(Core(0, 0, 1).lapses());
}

// Ten who stay for 30 ms and are away for 10 ms hold seven and a half places of the gate and none
// of the service's workers, while they are there.
TEST(Simulation, LeaversHoldPlacesAndDoNoWork) {
  World world = world_of({.workers = 10, .service_seconds = 0.010, .load = 0.5}, 60);
  world.conditions.push_back(world.conditions.front());
  world.conditions.back().from_seconds = 20;
  world.conditions.back().leavers = 10;
  world.conditions.push_back(world.conditions.front());
  world.conditions.back().from_seconds = 40;
  const Outcomes outcomes = Simulation(world, constant_gate(1000), 1, 60).run();
  const auto in_flight = [&](size_t from) {
    double sum = 0;
    for (size_t i = from + 1; i < from + 19; ++i) sum += outcomes.steps[i].in_flight / 18;
    return sum;
  };
  EXPECT_NEAR(in_flight(0), 5, 1.5);
  EXPECT_NEAR(in_flight(20), 12.5, 1.5);
  EXPECT_NEAR(in_flight(40), 5, 1.5);
  EXPECT_NEAR(goodput_per_second(world, outcomes), 500, 15);
  int attempts = 0;
  for (const Outcomes::Step& step : outcomes.steps) attempts += step.attempts;
  EXPECT_NEAR(attempts, 60 * 500, 600) << "they are in no score";
}

TEST(Simulation, LeaversWaitForAPlaceLikeAnybody) {
  World world = world_of({.workers = 1,
                          .leavers = 4,
                          .leavers_want_seconds = 0.020,
                          .leavers_stay_seconds = 0.050,
                          .load = 0},
                         20);
  const Outcomes outcomes = Simulation(world, constant_gate(2), 1, 20).run();
  int most = 0;
  for (const Outcomes::Step& step : outcomes.steps) {
    EXPECT_LE(step.in_flight, 2);
    most = std::max(most, static_cast<int>(step.waiting));
  }
  EXPECT_GT(most, 0) << "who finds no place waits for one";
}

TEST(Simulation, ClosedLoopCallersWaitForTheirAnswer) {
  World world = world_of({.workers = 10, .service_seconds = 0.010}, 50);
  world.clients = 4;
  for (const Outcomes::Step& step : ungated(world).steps) EXPECT_LE(step.most_inside, 4);
}

TEST(Simulation, TheSameSeedGivesEveryGateTheSameCallers) {
  const World world = world_of({.load = 1.5}, 10);
  int attempts[2] = {0, 0};
  int i = 0;
  for (const char* name : {"knee", "envoy"}) {
    for (const Outcomes::Step& step : Simulation(world, gate_named(name), 7, 50).run().steps)
      attempts[i] += step.attempts;
    ++i;
  }
  EXPECT_EQ(attempts[0], attempts[1]);
}

TEST(Gates, EveryNameMakesOneThatServes) {
  const World world = world_of({.workers = 10, .load = 0.5}, 5);
  for (const std::string& name : gate_names()) {
    ASSERT_TRUE(gate_named(name)) << name;
    const Outcomes outcomes = Simulation(world, gate_named(name), 1, 20).run();
    EXPECT_GT(goodput_per_second(world, outcomes), 100) << name;
  }
  EXPECT_FALSE(gate_named("nobody"));
  EXPECT_FALSE(gate_named("fixed:0"));
  EXPECT_FALSE(gate_named("fixed:2x"));
}

}  // namespace
}  // namespace weir::simulator
