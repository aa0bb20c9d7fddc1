#include "load-tests/simulator/outdone.h"

#include <gtest/gtest.h>

#include <sstream>

namespace weir::simulator {
namespace {

WorldCell cell(std::string world, std::string limiter, double goodput_share, double w99) {
  WorldCell cell;
  cell.scenario = "s";
  cell.world = std::move(world);
  cell.limiter = std::move(limiter);
  for (const double stray : {-0.01, 0.0, 0.01}) {
    Score score;
    score.goodput_share = goodput_share + stray;
    score.w99 = w99;
    cell.seeds.push_back(score);
  }
  return cell;
}

std::vector<std::string> rows_of(const BenchResult& result) {
  std::vector<std::string> rows;
  std::istringstream text(outdone(result));
  for (std::string line; std::getline(text, line);) rows.push_back(line);
  return rows;
}

TEST(Outdone, WhoDoesHardlyMoreDoesNot) {
  const BenchResult result{.cells = {cell("even", "knee", 0.9, 2), cell("even", "envoy", 0.92, 1)},
                           .oracles = {}};
  EXPECT_EQ(rows_of(result).size(), 2U);
}

TEST(Outdone, TheMostThatIsDoneIsToldApartByWhatItCostsInLatencyAndElsewhere) {
  const BenchResult result{.cells = {cell("a", "knee", 0.8, 2), cell("a", "quick", 0.9, 2),
                                     cell("a", "quicker", 0.85, 1), cell("a", "slow", 0.95, 9),
                                     cell("b", "knee", 0.9, 2), cell("b", "quick", 0.25, 2),
                                     cell("b", "quicker", 0.9, 2), cell("b", "slow", 0.99, 3)},
                           .oracles = {}};
  const std::vector<std::string> rows = rows_of(result);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[2], "| s a | 0.80, 2.0 | quick 0.90, 2.0 (0.25) | slow 0.95, 9.0 (0.95) |");
  EXPECT_EQ(rows[3], "| s b | 0.90, 2.0 |  | slow 0.99, 3.0 (0.95) |");
}

TEST(Outdone, WhoIsAloneIsNot) {
  EXPECT_EQ(outdone({.cells = {cell("a", "knee", 0.5, 2)}, .oracles = {}}), "");
}

}  // namespace
}  // namespace weir::simulator
