#include "load-tests/simulator/measured.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "load-tests/simulator/describe.h"

namespace weir::simulator {
namespace {

using ::testing::EndsWith;

constexpr std::string_view kHead = "first_due_seconds,due_seconds,ended_seconds,outcome\n";

class MeasuredTest : public ::testing::Test {
 protected:
  ~MeasuredTest() override {
    std::remove(spec.requests.c_str());
    std::remove(spec.batch.c_str());
  }
  static std::string file(const std::string& name) {
    return ::testing::TempDir() + "weir-measured-" + std::to_string(::getpid()) + name;
  }
  void log(const std::string& lines) { std::ofstream(spec.requests) << kHead << lines; }
  double score(std::string_view name) {
    const auto run = judge_measured(scenario, spec);
    if (const Fault* fault = std::get_if<Fault>(&run)) ADD_FAILURE() << *fault;
    for (const auto& [each, value] : std::get<MeasuredRun>(run).scores)
      if (each == name) return value.value_or(-1);
    ADD_FAILURE() << name;
    return -1;
  }
  std::string fault() {
    const auto run = judge_measured(scenario, spec);
    const Fault* fault = std::get_if<Fault>(&run);
    return fault == nullptr ? "" : *fault;
  }

  // Ten seconds, of which the first is not judged; ten workers of a constant 10 ms.
  Scenario scenario = [] {
    World world;
    world.name = "w";
    world.conditions = {Conditions{.load = 0.5}};
    world.times = Times::kConstant;
    world.seconds = 10;
    world.warm_up_seconds = 1;
    Scenario made;
    made.name = "s";
    made.worlds = {world};
    return made;
  }();
  MeasuredSpec spec{.world = "w", .requests = file("requests"), .batch = "", .oracle = 1};
};

TEST_F(MeasuredTest, AnswersInTimeAreGoodputOverTheJudgedTime) {
  std::string lines = "0.5,0.5,0.51,ok\n";  // warming up
  for (int i = 0; i < 9; ++i) lines += "2,2,2.02,ok\n";
  log(lines + "3,3,3.2,ok\n4,4,9.99,failed\n9.995,9.995,10.005,ok\n9,9,,open\n");
  EXPECT_NEAR(score("goodput_share"), 1, 1e-9);
  EXPECT_NEAR(score("w50"), 2, 1e-3);
  EXPECT_NEAR(score("late_share"), 0.1, 1e-9);
}

TEST_F(MeasuredTest, ARetryCountsFromItsFirstAttempt) {
  log("2,2,2.01,shed\n2,2.5,2.51,ok\n");
  EXPECT_NEAR(score("amplification"), 2, 1e-9);
  EXPECT_NEAR(score("w50"), 51, 0.1);
  EXPECT_NEAR(score("false_shed_share"), 0.5, 1e-9);
}

TEST_F(MeasuredTest, TheBatchIsNotInAHurry) {
  log("2,2,2.01,ok\n");
  spec.batch = file("batch");
  std::ofstream(spec.batch) << kHead << "2,2,2.01,shed\n2,2,2.01,shed\n";
  EXPECT_EQ(score("hurried_shed_share"), 0);
  EXPECT_NEAR(score("false_shed_share"), 2.0 / 3, 1e-9);
}

TEST_F(MeasuredTest, ARunIsToldOverTimeWithoutWhatTheCallersCannotSee) {
  log("2.01,2.01,2.03,ok\n2.01,2.01,2.04,shed\n4.01,4.01,4.42,ok\n");
  const auto run = judge_measured(scenario, spec);
  const auto lines = nlohmann::json::parse(to_json(std::get<MeasuredRun>(run)))["over_time"];
  // Steps of 50 ms.
  EXPECT_EQ(lines["offered"][40], 40);
  EXPECT_EQ(lines["goodput"][40], 20);
  EXPECT_EQ(lines["shed"][40], 20);
  EXPECT_EQ(lines["p50"][40], 0.02);
  EXPECT_EQ(lines["p99"][88], 0.41);
  EXPECT_EQ(lines["goodput"][88], 0) << "late";
  for (const char* not_seen : {"limit", "in_flight", "waiting"})
    EXPECT_FALSE(lines.contains(not_seen)) << not_seen;
}

TEST_F(MeasuredTest, WhatIsNoLogIsNamed) {
  EXPECT_THAT(fault(),
              EndsWith(": cannot be read, expected what weir-load --requests has written"));
  std::ofstream(spec.requests) << "a,b\n";
  EXPECT_THAT(fault(), EndsWith(":1: \"a,b\", expected first_due_seconds,due_seconds,"
                                "ended_seconds,outcome"));
  for (const char* line :
       {"1,1,0.5,ok", "1,1,,ok", "1,1,2,open", "1,1,2,good", "x,1,2,ok", "1,1,2"}) {
    log(std::string(line) + "\n");
    EXPECT_THAT(fault(), EndsWith(":2: \"" + std::string(line) +
                                  "\", expected a line of weir-load --requests"));
  }
  spec.world = "v";
  EXPECT_EQ(fault(), "s has no world \"v\", expected one of \"w\"");
}

TEST_F(MeasuredTest, AWorldIsDescribedAsItIsRun) {
  scenario.worlds[0].conditions.push_back({.from_seconds = 5, .service_seconds = 0.02});
  const auto json = nlohmann::json::parse(describe({scenario}, 0.5));
  const auto& world = json[0]["worlds"][0];
  EXPECT_EQ(world["name"], "w");
  EXPECT_EQ(world["seconds"], 5);
  EXPECT_EQ(world["times"], "constant");
  EXPECT_EQ(world["gives_up"], nullptr);
  EXPECT_EQ(world["in_time"], 0.1);
  EXPECT_EQ(world["conditions"][1]["from"], 2.5);
  EXPECT_EQ(world["conditions"][1]["service"], 0.02);
  const Scenario wired = on_machine(scenario, {.wire = 0.001});
  EXPECT_EQ(wired.worlds[0].conditions[1].outside_seconds, 0.001);
}

}  // namespace
}  // namespace weir::simulator
