#include "proxy/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace weir {
namespace {

// Far beyond what one process serves; keeps an unlimited rlimit in the range of an int.
constexpr rlim_t kMostFiles = 4'000'000;

FileLimit counted(rlim_t open_files, int reserved) {
  const long files = static_cast<long>(std::min(open_files, kMostFiles));
  return {files, static_cast<int>(std::max(1L, (files - reserved) / 2))};
}

}  // namespace

FileLimit read_file_limit(int reserved) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return counted(limit.rlim_max, reserved);
}

FileLimit raise_file_limit(int reserved) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  const bool worked = ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
  return counted(worked ? raised.rlim_cur : limit.rlim_cur, reserved);
}

int reserved_files(int workers) { return 96 + 8 * workers; }

int least_files(int workers) { return 24 + 8 * workers; }

}  // namespace weir
