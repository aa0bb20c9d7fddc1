#include "load-tests/simulator/oracle_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace weir::simulator {
namespace {

namespace fs = std::filesystem;

class OracleStoreTest : public testing::Test {
 protected:
  OracleStoreTest() {
    world.name = "w";
    world.conditions = {{.workers = 4, .load = 2}, {.from_seconds = 3, .workers = 2, .load = 4}};
    world.seconds = 6;
    world.warm_up_seconds = 1;
    fs::remove_all(folder);
    EXPECT_EQ(OracleStore::fault_of(folder), std::nullopt);
  }
  ~OracleStoreTest() override { fs::remove_all(folder); }

  static constexpr OracleEffort kFive{.rounds = 5};
  Oracle find(int seeds = 1, OracleEffort effort = kFive) const {
    return OracleStore(folder).find(world, seeds, 60, effort);
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
    return found;
  }
  // What is kept of the only world, made to say another goodput.
  void tamper(double goodput) const {
    const fs::path path = files().at(0);
    nlohmann::json json;
    std::ifstream(path) >> json;
    json["found"]["goodput_per_second"] = goodput;
    std::ofstream(path) << json;
  }

  const std::string folder = testing::TempDir() + "/oracles-" + std::to_string(getpid());
  World world;
};

TEST_F(OracleStoreTest, FindsWhatTheSearchFindsTheFirstTimeAndTheSecond) {
  const Oracle searched = find_oracle(world, 1, 60, kFive);
  for (int time = 1; time <= 2; ++time) {
    SCOPED_TRACE(time);
    const Oracle found = find();
    EXPECT_EQ(found.goodput_per_second, searched.goodput_per_second);
    ASSERT_EQ(found.phases.size(), searched.phases.size());
    for (size_t i = 0; i < found.phases.size(); ++i) {
      EXPECT_EQ(found.phases[i].from_seconds, searched.phases[i].from_seconds);
      EXPECT_EQ(found.phases[i].until_seconds, searched.phases[i].until_seconds);
      EXPECT_EQ(found.phases[i].limit, searched.phases[i].limit);
      EXPECT_EQ(found.phases[i].needed, searched.phases[i].needed);
      EXPECT_EQ(found.phases[i].limiting, searched.phases[i].limiting);
      EXPECT_EQ(found.phases[i].goodput_per_second, searched.phases[i].goodput_per_second);
    }
  }
  EXPECT_EQ(files().size(), 1U) << "nothing unfinished is left";
}

TEST_F(OracleStoreTest, DoesNotSearchASecondTime) {
  find();
  tamper(12345);
  EXPECT_EQ(find().goodput_per_second, 12345);
}

TEST_F(OracleStoreTest, AnotherWorldOrAnotherSearchIsAnotherQuestion) {
  find();
  tamper(12345);
  EXPECT_NE(find(2).goodput_per_second, 12345);
  find(2, {.rounds = 5, .seeds = 1});
  EXPECT_EQ(files().size(), 3U);
  world.lapse_every_seconds = 1;
  world.lapse_seconds = 0.01;
  EXPECT_NE(find().goodput_per_second, 12345);
  world.lapse_every_seconds = 0;
  world.conditions[1].load = 4.5;
  EXPECT_NE(find().goodput_per_second, 12345);
  EXPECT_EQ(files().size(), 5U);
}

TEST_F(OracleStoreTest, WhatCannotBeReadIsSearchedAndWrittenAnew) {
  const Oracle before = find();
  for (const std::string broken : {"", "{", "[]", "{\"question\":1}"}) {
    SCOPED_TRACE(broken);
    std::ofstream(files().at(0)) << broken;
    EXPECT_EQ(find().goodput_per_second, before.goodput_per_second);
    tamper(12345);
    EXPECT_EQ(find().goodput_per_second, 12345);
  }
}

TEST_F(OracleStoreTest, RecordedWorldsAreNotKept) {
  world.conditions.resize(1);
  world.recorded = std::make_shared<const std::vector<Recorded>>(
      std::vector<Recorded>{{.at_seconds = 2, .work_seconds = 0.01}});
  find();
  EXPECT_TRUE(files().empty());
}

TEST_F(OracleStoreTest, AFolderThatCannotBeMadeOrWrittenToIsNamed) {
  const std::string file = folder + "/file";
  std::ofstream(file) << "x";
  for (const std::string& path : {file, file + "/below", std::string("/proc/self")}) {
    SCOPED_TRACE(path);
    EXPECT_THAT(
        OracleStore::fault_of(path).value_or(""),
        testing::AllOf(testing::StartsWith(path + ": "), testing::HasSubstr("expected a folder")));
  }
}

}  // namespace
}  // namespace weir::simulator
