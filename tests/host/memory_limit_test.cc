#include "proxy/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir {
namespace {

class MemoryLimitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "weir_XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::optional<int64_t> limit() const { return read_memory_limit(root_); }

  std::string root_;
};

TEST_F(MemoryLimitTest, WithoutControlGroupsThereIsNone) { EXPECT_EQ(limit(), std::nullopt); }

TEST_F(MemoryLimitTest, AContainerOfVersion2SeesItsOwnAtTheMount) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/memory.max", "134217728\n");
  EXPECT_EQ(limit(), 134217728);
}

TEST_F(MemoryLimitTest, TheLeastOfTheGroupAndThoseAroundItCounts) {
  write("/proc/self/cgroup", "0::/system.slice/weir.service\n");
  write("/sys/fs/cgroup/system.slice/weir.service/memory.max", "300000000\n");
  write("/sys/fs/cgroup/system.slice/memory.max", "200000000\n");
  write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(limit(), 200000000);
}

TEST_F(MemoryLimitTest, OfVersion1TheMemoryControllerIsAsked) {
  write("/proc/self/cgroup", "9:name=systemd:/\n5:cpu,memory:/box\n3:cpuset:/other\n0::/\n");
  write("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "268435456\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), 268435456);
}

TEST_F(MemoryLimitTest, AContainerThatKnowsOnlyTheHostsPathStillFindsIt) {
  write("/proc/self/cgroup", "5:memory:/docker/0123abc\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n");
  EXPECT_EQ(limit(), 67108864);
}

TEST_F(MemoryLimitTest, WhatNoMachineReachesIsNone) {
  write("/proc/self/cgroup", "5:memory:/\n0::/\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(limit(), std::nullopt);
}

}  // namespace
}  // namespace weir
