#include "proxy/observe/partition_names.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

TEST(PartitionNames, AreEmptyUntilSomebodyAsks) {
  PartitionNames names;
  EXPECT_EQ(names.of(3), "");
  names.note(3, "acme");
  names.note(4, "");
  EXPECT_EQ(names.of(3), "acme");
  EXPECT_EQ(names.of(4), "");
}

TEST(PartitionNames, OfSeveralThatAreTakenForOneItIsTheBusiest) {
  PartitionNames names;
  names.note(3, "modest");
  for (int i = 0; i < 100; ++i) {
    names.note(3, "greedy");
    if (i % 5 == 0) names.note(3, "modest");
  }
  EXPECT_EQ(names.of(3), "greedy");
}

TEST(PartitionNames, WhoHasGoneIsOutvotedInTheEnd) {
  PartitionNames names;
  for (int i = 0; i < 100000; ++i) names.note(3, "gone");
  for (int i = 0; i < 2000; ++i) names.note(3, "here");
  EXPECT_EQ(names.of(3), "here");
}

TEST(PartitionNames, AreCut) {
  PartitionNames names;
  names.note(0, std::string(1000, 'x'));
  EXPECT_EQ(names.of(0), std::string(PartitionNames::kLongest, 'x'));
}

}  // namespace
}  // namespace weir::observe
