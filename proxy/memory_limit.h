#pragma once

#include <cstdint>
#include <optional>
#include <string>

// How much memory the process may use before the kernel ends it; it does not know what for.
namespace weir {

// Bytes: the least limit of the process's control group and those around it, of either version;
// none where nothing is limited. `root` stands before every path, for tests.
std::optional<int64_t> read_memory_limit(const std::string& root = {});

}  // namespace weir
