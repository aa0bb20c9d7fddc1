#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/limiters/pool_model.h"

// What the default limiter promises, on pools whose capacity is known exactly; each test prints the
// rows of limiters/README.md that it holds.
namespace weir::limiters {
namespace {

constexpr double kWarmUp = 1;  // seconds

std::string name_of(Shape shape) {
  switch (shape) {
    case Shape::kDeterministic:
      return "fixed time";
    case Shape::kExponential:
      return "exponential";
    case Shape::kBimodal:
      return "bimodal";
  }
  return "";
}

// Without any queue: what one request alone takes.
double unloaded_p99(const PoolSpec& spec) {
  switch (spec.shape) {
    case Shape::kDeterministic:
      return spec.service;
    case Shape::kExponential:
      return spec.service * std::log(100);
    case Shape::kBimodal:
      return spec.service * 5.5;
  }
  return 0;
}

struct Figures {
  double goodput, p50, p99, limit;
};

Figures overload(PoolSpec spec, double load, double seconds) {
  spec.phases = {{.seconds = seconds, .load = load}};
  PoolModel model(spec);
  model.run();
  return {model.goodput(kWarmUp, seconds), model.quantile(0.5, kWarmUp, seconds),
          model.quantile(0.99, kWarmUp, seconds), model.mean_limit(kWarmUp, seconds)};
}

PoolSpec best_fixed(PoolSpec spec) {
  spec.limiter.algorithm = Algorithm::kFixed;
  spec.limiter.fixed.limit = spec.workers;
  return spec;
}

void print_row(const std::string& what, const PoolSpec& spec, const Figures& run,
               const Figures& fixed) {
  std::printf("| %s, %s | %.0f | %.0f | %.2f | %.2f | %.2f | %.1f |\n", what.c_str(),
              name_of(spec.shape).c_str(), run.goodput, fixed.goodput, run.goodput / fixed.goodput,
              run.p50 / spec.service, run.p99 / spec.service, run.limit);
}

struct BarsCase {
  int workers;
  Shape shape;
  double seconds;
};

class Pool : public ::testing::TestWithParam<BarsCase> {
 protected:
  PoolSpec spec(uint64_t seed) const {
    return {.workers = GetParam().workers, .shape = GetParam().shape, .phases = {}, .seed = seed};
  }
  std::string pool() const { return "c=" + std::to_string(GetParam().workers); }
};

TEST_P(Pool, TwiceTheLoadKeepsGoodputAndLatency) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const PoolSpec pool_spec = spec(seed);
    const Figures run = overload(pool_spec, 2, GetParam().seconds);
    const Figures fixed = overload(best_fixed(pool_spec), 2, GetParam().seconds);
    print_row(pool() + " at 2x", pool_spec, run, fixed);
    EXPECT_GE(run.goodput, 0.95 * fixed.goodput);
    EXPECT_LE(run.p99, 3 * unloaded_p99(pool_spec));
    EXPECT_GE(run.goodput, 0.9 * GetParam().workers / pool_spec.service);
  }
}

TEST_P(Pool, NothingIsShedBelowCapacity) {
  const double seconds = GetParam().workers == 100 ? 10 : 60;
  for (const uint64_t seed : {1, 2, 3}) {
    PoolSpec pool_spec = spec(seed);
    pool_spec.phases = {{.seconds = seconds, .load = 0.7}};
    PoolModel model(pool_spec);
    model.run();
    EXPECT_EQ(model.sheds(0, PoolModel::end()), 0) << pool() << " seed " << seed;
  }
}

TEST_P(Pool, HardlyAnybodyIsShedTwoSecondsAfterTheOverload) {
  const double overloaded = GetParam().workers == 100 ? 3 : 20;
  const double later = GetParam().workers == 100 ? 5 : 10;
  for (const uint64_t seed : {1, 2}) {
    PoolSpec pool_spec = spec(seed);
    pool_spec.phases = {{.seconds = overloaded, .load = 2.5}, {.seconds = later, .load = 0.7}};
    PoolModel model(pool_spec);
    model.run();
    EXPECT_GT(model.sheds(0, overloaded), 0);
    const double arrivals = 0.7 * pool_spec.workers / pool_spec.service * (later - 2);
    EXPECT_LE(model.sheds(overloaded + 2, PoolModel::end()), 0.001 * arrivals)
        << pool() << " seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Bars, Pool,
                         ::testing::Values(BarsCase{2, Shape::kDeterministic, 20},
                                           BarsCase{2, Shape::kExponential, 20},
                                           BarsCase{10, Shape::kDeterministic, 10},
                                           BarsCase{10, Shape::kExponential, 10},
                                           BarsCase{10, Shape::kBimodal, 10},
                                           BarsCase{100, Shape::kDeterministic, 4},
                                           BarsCase{100, Shape::kExponential, 4}));

// Beyond the bars: figures for people, and what must hold anywhere.

TEST(BarsBeyond, OnePlace) {
  const PoolSpec spec{.workers = 1, .phases = {}};
  const Figures run = overload(spec, 2, 20);
  const Figures fixed = overload(best_fixed(spec), 2, 20);
  print_row("c=1 at 2x", spec, run, fixed);
  EXPECT_GE(run.goodput, 0.9 * fixed.goodput);
  EXPECT_LE(run.limit, 3);
}

TEST(BarsBeyond, SlowService) {
  const PoolSpec spec{.workers = 4, .service = 0.2, .phases = {}};
  const Figures run = overload(spec, 1.5, 60);
  const Figures fixed = overload(best_fixed(spec), 1.5, 60);
  print_row("c=4, 200 ms, at 1.5x", spec, run, fixed);
  EXPECT_GE(run.goodput, 0.85 * fixed.goodput);
  EXPECT_LE(run.limit, 10);
}

TEST(BarsBeyond, CapacityStepsDownAndUp) {
  PoolSpec spec{.workers = 20, .phases = {}};
  spec.phases = {{.seconds = 10, .load = 1.5},
                 {.seconds = 10, .load = 1.5, .workers = 5},
                 {.seconds = 10, .load = 1.5}};
  PoolModel model(spec);
  model.run();
  for (const double from : {5.0, 15.0, 25.0}) {
    const double workers = from == 15.0 ? 5 : 20;
    std::printf(
        "| 20, 5, 20 places at 1.5x of 20, %.0f to %.0f s | %.0f | %.0f | | %.2f | %.2f | %.1f |\n",
        from, from + 5, model.goodput(from, from + 5), workers / spec.service,
        model.quantile(0.5, from, from + 5) / spec.service,
        model.quantile(0.99, from, from + 5) / spec.service, model.mean_limit(from, from + 5));
    EXPECT_GE(model.goodput(from, from + 5), 0.9 * workers / spec.service) << from;
  }
}

// The limit goes to and fro above the 12 that are enough, for those who are passed over are
// answered when it falls; without a look at who waits it stays at 640 and more.
TEST(BarsBeyond, AServiceThatAnswersTheNewestFirstDoesNotLetItRunAway) {
  double sum = 0;
  for (const uint64_t seed : {1, 2, 3}) {
    PoolSpec spec{.workers = 1,
                  .service = 0.002,
                  .shape = Shape::kExponential,
                  .newest_first = true,
                  .phases = {{.seconds = 60, .load = 2, .outside = 0.020}},
                  .seed = seed};
    PoolModel model(spec);
    model.run();
    sum += model.mean_limit(20, 60);
  }
  EXPECT_LT(sum / 3, 250);
}

TEST(BarsBeyond, ServiceSlowerOutsideThePool) {
  PoolSpec spec{.workers = 20, .phases = {}};
  spec.phases = {{.seconds = 10, .load = 0.7},
                 {.seconds = 20, .load = 0.7, .outside = 0.020},
                 {.seconds = 10, .load = 0.7}};
  PoolModel model(spec);
  model.run();
  for (const double from : {5.0, 25.0, 35.0})
    std::printf(
        "| 20 places at 0.7x, 20 ms outside from 10 to 30 s, %.0f to %.0f s | %.0f | | | %.2f "
        "| %.2f | %.1f |\n",
        from, from + 5, model.goodput(from, from + 5),
        model.quantile(0.5, from, from + 5) / spec.service,
        model.quantile(0.99, from, from + 5) / spec.service, model.mean_limit(from, from + 5));
  EXPECT_GE(model.goodput(25, 30), 0.65 * spec.workers / spec.service);
  EXPECT_EQ(model.sheds(25, PoolModel::end()), 0);
}

}  // namespace
}  // namespace weir::limiters
