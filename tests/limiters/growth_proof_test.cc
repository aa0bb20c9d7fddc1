#include "limiters/growth_proof.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// A service that once answered so many in 10 ms.
GrowthProof known(double samples = 100) {
  GrowthProof proof;
  proof.note(Level::of(0.010, 5, samples));
  return proof;
}

TEST(GrowthProof, IsNeededFarAboveTheLeastLatencyThatWasSeen) {
  const GrowthProof proof = known();
  EXPECT_FALSE(proof.needed(Level::of(0.024, 20, 50)));
  EXPECT_TRUE(proof.needed(Level::of(0.026, 20, 50)));
}

TEST(GrowthProof, NothingIsFarAboveWhereLittleIsKnown) {
  EXPECT_FALSE(GrowthProof().needed(Level::of(0.100, 20, 50)));
  EXPECT_FALSE(known(99).needed(Level::of(0.100, 20, 50)));
  EXPECT_FALSE(known().needed(Level::of(0.100, 20, 14))) << "a few may be slow by chance";
}

TEST(GrowthProof, AFewQuickAnswersAreNotTheLeast) {
  GrowthProof proof = known();
  proof.note(Level::of(0.001, 5, 50));
  EXPECT_FALSE(proof.needed(Level::of(0.020, 20, 50)));
}

TEST(GrowthProof, TheLeastDoesNotMoveAlongWithWhatLasts) {
  GrowthProof proof = known();
  for (int i = 0; i < 1000; ++i) proof.note(Level::of(0.030, 20, 100));
  EXPECT_TRUE(proof.needed(Level::of(0.030, 20, 50)));
}

TEST(GrowthProof, SomeThatTakeVeryLongAreNotFarAbove) {
  Level near = Level::of(0.010, 20, 45);
  near.add(Level::of(0.400, 20, 5));
  EXPECT_GT(near.mean(), 0.045);
  EXPECT_FALSE(known().needed(near));
}

TEST(GrowthProof, WhatWasProvenIsTheLeast) {
  GrowthProof proof = known();
  proof.given(Level::of(0.040, 20, 250));
  EXPECT_FALSE(proof.needed(Level::of(0.090, 20, 50)));
  EXPECT_TRUE(proof.needed(Level::of(0.110, 20, 50)));
}

TEST(GrowthProof, IsHopelessWhereLatencyIsThreeTimesTheLeastForLong) {
  GrowthProof proof = known();
  EXPECT_FALSE(proof.hopeless());
  for (int i = 0; i < 3; ++i) proof.note(Level::of(0.040, 20, 100));
  EXPECT_FALSE(proof.hopeless()) << "a burst";
  for (int i = 0; i < 6; ++i) proof.note(Level::of(0.040, 20, 100));
  EXPECT_TRUE(proof.hopeless());
  EXPECT_FALSE(GrowthProof().hopeless()) << "nothing is known";
}

TEST(GrowthProof, IsTriedLaterAndLaterUntilGiven) {
  GrowthProof proof = known();
  EXPECT_FALSE(proof.due(249));
  EXPECT_TRUE(proof.due(250));
  proof.put_off();
  EXPECT_FALSE(proof.due(499));
  for (int i = 0; i < 9; ++i) proof.put_off();
  EXPECT_FALSE(proof.due(3999));
  EXPECT_TRUE(proof.due(4000)) << "at most";
  proof.given(Level::of(0.040, 20, 250));
  EXPECT_TRUE(proof.due(250));
}

TEST(GrowthProof, IsTriedWithTwiceAndHalfAsManyMoreInTurn) {
  GrowthProof proof;
  EXPECT_DOUBLE_EQ(proof.begin(), 2);
  EXPECT_DOUBLE_EQ(proof.begin(), 1.5);
  EXPECT_DOUBLE_EQ(proof.begin(), 2);
}

}  // namespace
}  // namespace weir::limiters
