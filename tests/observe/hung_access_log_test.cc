#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>

#include "proxy/loop/real_clock.h"
#include "proxy/observe/access_log.h"

namespace {

constexpr const char* kDeadMount = "/dead/mount/log";
std::binary_semaphore asked{0}, mounted_again{0};

auto threads() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return std::distance(begin(all), end(all));
}

}  // namespace

// In place of the system's, for this program: nothing else hangs when told to.
extern "C" int open(const char* path, int flags, ...) {
  if (std::string_view(path) == kDeadMount) {
    asked.release();
    mounted_again.acquire();
    path = "/dev/null";
  }
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, 0640));
}

namespace weir::observe {
namespace {

using std::chrono::seconds;

TEST(HungAccessLogTest, APathWhoseOpeningHangsIsNotWaitedForAtTheEndAndTellsNobodyLater) {
  static std::atomic<int> told = 0;
  // Its thread's, once that hangs.
  static auto* const log =
      new AccessLog(AccessLogMode::kOff, kDeadMount, [](const auto&) { ++told; });
  std::string error;
  ASSERT_TRUE(log->open(error)) << error;
  log->open_late([](const auto&) { ++told; });
  asked.acquire();
  const auto began = loop::steady_now();
  EXPECT_EQ(log->close(), AccessLog::Farewell::kHung);
  EXPECT_LT(loop::steady_now() - began, AccessLog::kMostAtEnd + seconds(1));
  mounted_again.release();
  while (threads() > 1) std::this_thread::yield();
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace weir::observe
