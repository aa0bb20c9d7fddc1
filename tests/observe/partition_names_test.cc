#include "proxy/observe/partition_names.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

TEST(PartitionNames, KeepTheLastNameOfEach) {
  PartitionNames names;
  EXPECT_EQ(names.of(3), "");
  names.note(3, "acme");
  names.note(4, "");
  names.note(3, "bob");
  EXPECT_EQ(names.of(3), "bob");
  EXPECT_EQ(names.of(4), "");
}

TEST(PartitionNames, AreCut) {
  PartitionNames names;
  names.note(0, std::string(1000, 'x'));
  EXPECT_EQ(names.of(0), std::string(PartitionNames::kLongest, 'x'));
}

}  // namespace
}  // namespace weir::observe
