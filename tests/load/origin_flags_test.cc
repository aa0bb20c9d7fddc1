#include <gtest/gtest.h>

#include <vector>

#include "load-tests/origin/flags.h"

namespace weir::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::variant<Options, Farewell> read(std::vector<const char*> words) {
  words.insert(words.begin(), "weir-origin");
  return read_flags(static_cast<int>(words.size()), words.data());
}

TEST(OriginFlagsTest, EachFlagIsUnderstood) {
  const auto read_all = read({"--listen",       "unix:/run/o",
                              "--workers",      "4",
                              "--service-time", "2ms",
                              "--distribution", "bimodal(0.1,40)",
                              "--queue",        "0",
                              "--discipline",   "sharing",
                              "--thrash",       "2%",
                              "--step",         "20s:5",
                              "--step",         "10s:2",
                              "--step",         "30s:service-time=4ms",
                              "--step",         "40s:slow=40%:10",
                              "--step",         "50s:aside=80%:503:2ms",
                              "--step",         "60s:outside=20ms",
                              "--slow",         "10%:40",
                              "--aside",        "0.1",
                              "--outside",      "1ms",
                              "--stall",        "10s:5s",
                              "--stall",        "15s:1s",
                              "--pause",        "10s:500ms",
                              "--fail",         "5%:503:1ms",
                              "--body-bytes",   "0",
                              "--seed",         "9"});
  const auto& options = std::get<Options>(read_all);
  const ServiceParams& service = options.service;
  EXPECT_EQ(options.listen, "unix:/run/o");
  EXPECT_EQ(options.body_bytes, 0u);
  EXPECT_EQ(service.workers, 4);
  EXPECT_EQ(service.service_time.mean(), milliseconds(2));
  EXPECT_EQ(service.queue, 0u);
  EXPECT_EQ(service.sharing, Sharing::kSharing);
  EXPECT_EQ(service.thrash, 0.02);
  EXPECT_EQ(service.service_time.slow().share, 0.1);
  EXPECT_EQ(service.service_time.slow().ratio, 40);
  EXPECT_EQ(service.aside.share, 0.1);
  EXPECT_EQ(service.aside.status, 200);
  EXPECT_EQ(service.aside.time, milliseconds(1));
  EXPECT_EQ(service.outside, milliseconds(1));
  ASSERT_EQ(service.stalls.size(), 2u);
  EXPECT_EQ(service.stalls[1].at, seconds(15));
  ASSERT_EQ(service.steps.size(), 6u);
  EXPECT_EQ(service.steps[0].at, seconds(10));
  EXPECT_EQ(service.steps[1].workers, 5);
  EXPECT_FALSE(service.steps[1].mean);
  EXPECT_EQ(service.steps[2].mean, milliseconds(4));
  EXPECT_EQ(service.steps[3].slow->ratio, 10);
  EXPECT_EQ(service.steps[4].aside->status, 503);
  EXPECT_EQ(service.steps[4].aside->time, milliseconds(2));
  EXPECT_EQ(service.steps[5].outside, milliseconds(20));
  EXPECT_EQ(service.pause_length, milliseconds(500));
  EXPECT_EQ(service.failures.status, 503);
  EXPECT_EQ(service.failures.time, milliseconds(1));
  EXPECT_EQ(service.seed, 9u);
}

TEST(OriginFlagsTest, ABadFlagIsOneLine) {
  struct Case {
    std::vector<const char*> words;
    const char* text;
  };
  const Case cases[] = {
      {{"--service-time", "10"},
       "weir-origin: --service-time: \"10\", expected a time such as 10ms\n"},
      {{"--distribution", "flat"},
       "weir-origin: --distribution: \"flat\", expected constant, exponential, lognormal(1), "
       "bimodal(0.1,40) or pareto(2)\n"},
      {{"--discipline", "lifo"}, "weir-origin: --discipline: \"lifo\", expected fifo or sharing\n"},
      {{"--thrash", "2%"},
       "weir-origin: --thrash: \"2%\", expected --discipline sharing with it\n"},
      {{"--step", "5"},
       "weir-origin: --step: \"5\", expected AT:WORKERS such as 20s:5, or AT:KEY=VALUE with "
       "workers, service-time, slow, aside or outside\n"},
      {{"--step", "5s:speed=2"},
       "weir-origin: --step: \"5s:speed=2\", expected AT:WORKERS such as 20s:5, or AT:KEY=VALUE "
       "with workers, service-time, slow, aside or outside\n"},
      {{"--stall", "10s:5s", "--stall", "14s:1s"},
       "weir-origin: --stall: \"14s:1s\", expected AT:FOR such as 10s:5s, each behind the one "
       "before\n"},
      {{"--slow", "40"}, "weir-origin: --slow: \"40\", expected SHARE:RATIO such as 10%:40\n"},
      {{"--pause", "1s:1s"},
       "weir-origin: --pause: \"1s:1s\", expected EVERY:FOR such as 10s:500ms, the second "
       "shorter\n"},
      {{"--fail", "5%:200"},
       "weir-origin: --fail: \"5%:200\", expected SHARE[:STATUS[:TIME]] such as 5%:500:1ms, with a "
       "status from 400 to 599\n"},
  };
  for (const Case& one : cases) {
    const auto wrong = read(one.words);
    ASSERT_TRUE(std::holds_alternative<Farewell>(wrong)) << one.text;
    EXPECT_EQ(std::get<Farewell>(wrong).exit_code, 1);
    EXPECT_EQ(std::get<Farewell>(wrong).text, one.text);
  }
}

TEST(OriginFlagsTest, HelpIsNoFault) {
  const auto help = read({"--help"});
  EXPECT_EQ(std::get<Farewell>(help).exit_code, 0);
  EXPECT_NE(std::get<Farewell>(help).text.find("--service-time"), std::string::npos);
}

TEST(OriginFlagsTest, TheServiceIsDescribedWithItsCapacity) {
  EXPECT_EQ(describe(std::get<Options>(read({})).service),
            "10 workers x 10ms, capacity 1000 requests/s");
  EXPECT_EQ(describe(std::get<Options>(read({"--service-time", "0"})).service),
            "10 workers x 0, no limit");
  EXPECT_EQ(describe(std::get<Options>(read({"--discipline", "sharing", "--thrash", "2%",
                                             "--distribution", "exponential"}))
                         .service),
            "10 workers x 10ms exponential shared, thrash 2%, capacity 1000 requests/s");
}

}  // namespace
}  // namespace weir::origin
