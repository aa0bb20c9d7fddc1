#include "load-tests/simulator/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "limiters/params.h"
#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/draws.h"
#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/recorded_log.h"

namespace weir::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A file of this process, for as long as the test runs.
class LogFile {
 public:
  explicit LogFile(const std::string& text) { std::ofstream(path) << text; }
  ~LogFile() { std::remove(path.c_str()); }
  const std::string path =
      ::testing::TempDir() + "weir-replay-" + std::to_string(::getpid()) + ".csv";
};

std::vector<Recorded> rows_of(const std::string& text) {
  const LogFile file(text);
  auto read = read_log(file.path);
  if (const auto* faults = std::get_if<std::vector<Fault>>(&read)) {
    ADD_FAILURE() << faults->front();
    return {};
  }
  return std::get<std::vector<Recorded>>(read);
}

// Without the file's name.
std::vector<Fault> faults_of(const std::string& text) {
  const LogFile file(text);
  auto read = read_log(file.path);
  const auto* faults = std::get_if<std::vector<Fault>>(&read);
  if (faults == nullptr) return {};
  std::vector<Fault> all;
  for (const Fault& each : *faults)
    all.push_back(each.starts_with(file.path) ? each.substr(file.path.size() + 1) : each);
  return all;
}

std::vector<float> latencies_of(const std::vector<Recorded>& log, const ReplaySpec& spec) {
  const Scenario scenario = replay_of(log, spec);
  std::vector<float> all;
  for (const Outcomes::Step& step :
       Simulation(scenario.worlds.front(), constant_gate(1'000'000), 1, 20).run().steps)
    all.insert(all.end(), step.latencies.begin(), step.latencies.end());
  return all;
}

// Poisson arrivals at `load` times what so many workers can do, 10 ms each in the mean.
std::vector<Recorded> drawn_log(double load, int workers, double seconds) {
  limiters::Random chance(11);
  std::vector<Recorded> log;
  for (double at = 0; at < seconds; at += draw_exponential(chance, 0.010 / (load * workers)))
    log.push_back({.at_seconds = at, .work_seconds = draw_exponential(chance, 0.010)});
  return log;
}

std::string csv_of(const std::vector<Recorded>& log) {
  std::ostringstream text;
  text.precision(17);
  text << "service_seconds,arrival_seconds,class\n";
  for (const Recorded& each : log)
    text << each.work_seconds << "," << 1764092519.25 + each.at_seconds << ",1\n";
  return text.str();
}

TEST(RecordedLog, ColumnsAreFoundByNameAndTimesAreRelative) {
  const std::vector<Recorded> rows = rows_of(
      "\xEF\xBB\xBFpath, class ,service_seconds,arrival_seconds\r\n"
      "\"/a,\"\"b\"\"\",2,0.5,1764092519.25\r\n"
      "\r\n"
      "/c, 0,1e-3,1764092519.25\r\n"
      "/d,255,3,1764092521.75\r\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at_seconds, 0);
  EXPECT_EQ(rows[0].work_seconds, 0.5);
  EXPECT_EQ(rows[0].priority, 2);
  EXPECT_EQ(rows[1].at_seconds, 0);
  EXPECT_EQ(rows[1].work_seconds, 0.001);
  EXPECT_EQ(rows[2].at_seconds, 2.5);
  EXPECT_EQ(rows[2].priority, 255);
}

TEST(RecordedLog, EachBadRowSaysWhereWhatAndWhatWasExpected) {
  EXPECT_THAT(
      faults_of("arrival_seconds,service_seconds,class\n"
                "5,0.1,1\n"
                "4,0.1,1\n"
                "x,0,256\n"
                "6\n"
                "1e300,1,1\n"
                "7,nan,\"1\n"
                "7,90000,\n"),
      ElementsAre(
          "3: arrival_seconds 4 after 5, expected no going backwards (sort by it)",
          "4: arrival_seconds \"x\", expected a number of seconds",
          "4: service_seconds \"0\", expected a number of seconds above 0, at most a day",
          "4: class \"256\", expected a whole number from 0 to 255",
          "5: fields: 1, expected 3 as in the header",
          "6: arrival_seconds 1e300, expected it within 30 days of the first (are these seconds?)",
          "7: a quote that does not end, expected it to end in its line",
          "8: service_seconds \"90000\", expected a number of seconds above 0, at most a day",
          "8: class \"\", expected a whole number from 0 to 255"));
}

TEST(RecordedLog, TenFaultsAreSaidAndTheOthersCounted) {
  std::string text = "arrival_seconds,service_seconds\n";
  for (int i = 0; i < 13; ++i) text += std::to_string(i) + ",-1\n";
  const std::vector<Fault> faults = faults_of(text);
  ASSERT_EQ(faults.size(), 11U);
  EXPECT_THAT(faults[9], StartsWith("11: service_seconds \"-1\""));
  EXPECT_EQ(faults[10], "and 3 more");
}

TEST(RecordedLog, AFileThatIsNoLogIsSaidOnce) {
  const std::string expected = "expected a header with arrival_seconds and service_seconds";
  EXPECT_THAT(faults_of("arrival,service_seconds\n1,1\nx\n"),
              ElementsAre("1: the columns \"arrival, service_seconds\", " + expected));
  EXPECT_THAT(faults_of("arrival_seconds,service_seconds,service_seconds\n1,1,1\n"),
              ElementsAre("1: two columns \"service_seconds\", expected one"));
  EXPECT_THAT(faults_of("\n"), ElementsAre(StartsWith("1: nothing, expected a header")));
  EXPECT_THAT(faults_of("arrival_seconds,service_seconds\n1,1\n1,1\n"),
              ElementsAre("3: the end after 2 requests at one moment, expected some time between "
                          "the first and the last"));
  for (const char* path : {"/nowhere.csv", "/"})
    EXPECT_THAT(std::get<std::vector<Fault>>(read_log(path)),
                ElementsAre(std::string(path) + ": cannot be read, expected a log in CSV"));
}

TEST(Replay, RequestsComeWhenTheyCameWithTheWorkTheyHad) {
  const std::vector<Recorded> log{{.at_seconds = 0, .work_seconds = 0.2},
                                  {.at_seconds = 0.1, .work_seconds = 0.2},
                                  {.at_seconds = 5, .work_seconds = 0.05}};
  const auto near = [](float value) { return ::testing::FloatNear(value, 1e-5F); };
  EXPECT_THAT(latencies_of(log, {.file = "l", .workers = 1}),
              ElementsAre(near(0.2F), near(0.3F), near(0.05F)));
  EXPECT_THAT(latencies_of(log, {.file = "l", .workers = 2}),
              ElementsAre(near(0.2F), near(0.2F), near(0.05F)));
  EXPECT_THAT(latencies_of(log, {.file = "l", .workers = 1, .discipline = Discipline::kSharing}),
              ElementsAre(near(0.3F), near(0.3F), near(0.05F)));
}

TEST(Replay, WhoHasADeadlineLeavesWhenItIsOver) {
  const std::vector<Recorded> log{{.at_seconds = 0, .work_seconds = 1},
                                  {.at_seconds = 0.4, .work_seconds = 0.2},
                                  {.at_seconds = 5, .work_seconds = 0.05}};
  EXPECT_EQ(latencies_of(log, {.file = "l", .workers = 1}).size(), 3U);
  EXPECT_EQ(latencies_of(log, {.file = "l", .workers = 2, .deadline_seconds = 0.5}).size(), 2U);
  // The only worker works on for who has left, longer than the next one waits.
  EXPECT_EQ(latencies_of(log, {.file = "l", .workers = 1, .deadline_seconds = 0.5}).size(), 1U);
}

TEST(Replay, ThereAreAsManyPrioritiesAsClassesAndNoMoreThanWeirHas) {
  const auto priorities = [](uint8_t least) {
    return replay_of({{0, 1, 0}, {1, 1, least}}, {.file = "l", .workers = 1})
        .worlds.front()
        .priorities();
  };
  EXPECT_EQ(priorities(0), 1U);
  EXPECT_EQ(priorities(2), 3U);
  EXPECT_EQ(priorities(255), limiters::kPriorities);
}

TEST(Replay, TheClassReachesTheGate) {
  struct Watching final : Gate {
    explicit Watching(std::vector<int>& to) : seen(to) {}
    Answer arrive(Ticket& ticket) override {
      seen.push_back(ticket.priority);
      return Answer::kTurnedAway;
    }
    void responded(Ticket&, Outcome) override {}
    void finished(Ticket&, Outcome) override {}
    void left(Ticket&) override {}
    double limit() const override { return 0; }
    int in_flight() const override { return 0; }
    int waiting() const override { return 0; }
    std::vector<int>& seen;
  };
  std::vector<int> seen;
  const Scenario scenario =
      replay_of({{0, 1, 3}, {1, 1, 0}, {1, 1, 255}}, {.file = "l", .workers = 1});
  Simulation(
      scenario.worlds.front(),
      [&seen](const World&, limiters::Timeline&, uint64_t) {
        return std::make_unique<Watching>(seen);
      },
      1, 10)
      .run();
  EXPECT_THAT(seen, ElementsAre(3, 0, 255));
}

TEST(Replay, TheConditionsSayWhatIsOfferedAndWhatCanBeDone) {
  std::vector<Recorded> log;
  for (int i = 0; i <= 2000; ++i)  // a second half that comes twice as hard
    log.push_back({.at_seconds = i * 0.05, .work_seconds = i < 1000 ? 0.05 : 0.1});
  const Scenario scenario =
      replay_of(log, {.file = "some/where.csv", .workers = 2, .warm_up_seconds = 7});
  const World& world = scenario.worlds.front();
  EXPECT_EQ(scenario.name, "replay");
  EXPECT_EQ(scenario.title,
            "where.csv, 2001 requests in 100 s, 0.75 times what 2 workers can do, first come "
            "first served");
  EXPECT_EQ(world.name, "where");
  EXPECT_EQ(world.warm_up_seconds, 7);
  EXPECT_DOUBLE_EQ(world.unloaded(0.99), 0.1);
  EXPECT_DOUBLE_EQ(world.deadline(), 1);
  EXPECT_DOUBLE_EQ(world.seconds, 101);
  EXPECT_NEAR(world.at(20).load, 0.5, 0.02);
  EXPECT_NEAR(world.at(80).load, 1, 0.04);
  EXPECT_DOUBLE_EQ(world.at(20).capacity(), 40);
  EXPECT_DOUBLE_EQ(world.at(80).capacity(), 20);
}

TEST(Replay, ABenchJudgesItLikeAnyScenario) {
  const std::vector<Recorded> log = drawn_log(2, 4, 30);
  const BenchResult result = run_bench(
      {.scenarios = {replay_of(log, {.file = "l", .workers = 4})}, .limiters = {"knee", "fixed:1"}},
      nullptr);
  EXPECT_NEAR(result.oracles.front().found.goodput_per_second, 400, 25);
  EXPECT_GT(result.cells[0].seeds.front().goodput_share, 0.9);
  EXPECT_NEAR(result.cells[1].seeds.front().goodput_share, 0.25, 0.05);
}

// What the binary says to both outputs, and how it ends.
std::pair<std::string, int> weir_sim(const std::string& words) {
  std::FILE* pipe = ::popen((std::string(WEIR_SIM) + " " + words + " 2>&1").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  const int status = ::pclose(pipe);
  return {text, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(ReplayBinary, ALogGivesATableJsonAndAPage) {
  const LogFile log(csv_of(drawn_log(1.5, 4, 15)));
  const std::string page = log.path + ".html";
  const std::string words =
      "replay " + log.path + " --workers 4 --deadline 300ms --limiter knee fixed:1 --html " + page;
  const auto [table, ended] = weir_sim(words + " --details");
  EXPECT_EQ(ended, 0) << table;
  EXPECT_THAT(table, HasSubstr("| goodput_share              | replay | worst |"));
  EXPECT_THAT(table, HasSubstr("| fixed:1"));
  std::stringstream written;
  written << std::ifstream(page).rdbuf();
  EXPECT_THAT(written.str(), HasSubstr("times what 4 workers can do, first come first served"));
  std::remove(page.c_str());
  const auto [json, ended_too] = weir_sim(words + " --service sharing --json");
  EXPECT_EQ(ended_too, 0);
  EXPECT_GT(nlohmann::json::parse(json)["cells"][0]["seeds"][0]["goodput_share"], 0.8);
  std::remove(page.c_str());
}

TEST(ReplayBinary, WhatIsWrongIsSaidAndEndsWithTwo) {
  const LogFile good(csv_of(drawn_log(1, 1, 2)));
  const std::string replay = "replay " + good.path;
  const std::vector<std::pair<std::string, std::string>> cases{
      {replay, "weir-sim: --workers is missing: a log does not say"},
      {replay + " --workers 2 --deadline soon",
       "weir-sim: --deadline \"soon\" is not a duration above 0, expected one like 500ms"},
      {replay + " --workers 2 --warm-up 5m", "weir-sim: --warm-up 5m, expected less than the log"},
      {replay + " --workers 2 --limiter nobody", "weir-sim: limiter \"nobody\" is not known"},
      {replay + " --workers 2 --html /nowhere/page", "weir-sim: /nowhere/page: cannot be written"},
      {"replay /nowhere.csv --workers 2",
       "weir-sim: /nowhere.csv: cannot be read, expected a log in CSV"}};
  for (const auto& [words, expected] : cases) {
    const auto [text, ended] = weir_sim(words);
    EXPECT_EQ(ended, 2) << words;
    EXPECT_THAT(text, StartsWith(expected));
  }
  std::ofstream(good.path, std::ios::app) << "0,1,1\n";
  const auto [text, ended] = weir_sim(replay + " --workers 2");
  EXPECT_EQ(ended, 2);
  EXPECT_THAT(text, HasSubstr("service_seconds \"0\", expected a number of seconds above 0"));
  EXPECT_THAT(text, StartsWith("weir-sim: " + good.path + ":"));
  EXPECT_THAT(weir_sim("replay --help").first, HasSubstr("arrival_seconds"));
}

}  // namespace
}  // namespace weir::simulator
