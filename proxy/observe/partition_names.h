#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "limiters/params.h"

// What each partition of the callers was last called, for whoever looks at one; it does not know
// what they ask for.
namespace weir::observe {

// From any thread. Locks only when a name is another than before.
class PartitionNames {
 public:
  // What is longer than kLongest bytes is cut.
  void note(uint16_t partition, std::string_view name);
  // Empty: nobody has asked.
  std::string of(size_t partition) const;
  static constexpr size_t kLongest = 64;

 private:
  std::array<std::atomic<uint64_t>, limiters::kPartitions> known_{};  // hashes; 0: none
  mutable std::mutex mutex_;
  std::array<std::string, limiters::kPartitions> names_;
};

}  // namespace weir::observe
