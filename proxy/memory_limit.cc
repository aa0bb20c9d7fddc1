#include "proxy/memory_limit.h"

#include <algorithm>
#include <fstream>

namespace weir {
namespace {

// Version 1 has no word for "no limit", but a number that no machine reaches.
constexpr int64_t kUnlimited = int64_t{1} << 60;

// None when there is no such file, or it says "max".
std::optional<int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (!(file >> number) || number >= kUnlimited) return std::nullopt;
  return number;
}

// Of the group and of all around it up to the mount, which in a container is the group itself,
// whatever path the host knows it by.
std::optional<int64_t> least(const std::string& mount, std::string group, const char* file) {
  std::optional<int64_t> found;
  while (true) {
    if (const auto limit = number_in(mount + group + "/" + file))
      found = std::min(*limit, found.value_or(*limit));
    if (group.empty()) return found;
    group.resize(group.rfind('/'));
  }
}

bool has_word(std::string_view list, std::string_view word) {
  return ("," + std::string(list) + ",").find("," + std::string(word) + ",") != std::string::npos;
}

}  // namespace

std::optional<int64_t> read_memory_limit(const std::string& root) {
  std::optional<int64_t> found;
  std::ifstream groups(root + "/proc/self/cgroup");
  // "number:controllers:/group"; version 2 names no controllers.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(":/", first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string group = line.substr(second + 1);
    if (group == "/") group.clear();
    const std::string mounts = root + "/sys/fs/cgroup";
    std::optional<int64_t> limit;
    if (controllers.empty())
      limit = least(mounts, group, "memory.max");
    else if (has_word(controllers, "memory"))
      limit = least(mounts + "/memory", group, "memory.limit_in_bytes");
    if (limit) found = std::min(*limit, found.value_or(*limit));
  }
  return found;
}

}  // namespace weir
