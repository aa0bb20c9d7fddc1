#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "limiters/params.h"

// What each partition of the callers is called, for whoever looks at one; it does not know what
// they ask for.
namespace weir::observe {

// From any thread. Of several who are taken for one the name is that of who asks for most, by the
// vote of Boyer and Moore (1981), so that it seldom changes; only then is a lock taken, and nothing
// is waited for nor allocated.
class PartitionNames {
 public:
  // What is longer than kLongest bytes is cut.
  void note(uint16_t partition, std::string_view name);
  // Empty: nobody has asked, or he does not say who he is.
  std::string of(size_t partition) const;
  static constexpr size_t kLongest = 64;

 private:
  struct Name {
    std::atomic<uint64_t> hash{0};  // 0: none
    std::atomic<uint32_t> votes{0};
    uint8_t size = 0;
    std::array<char, kLongest> text{};
  };
  mutable std::mutex mutex_;  // of sizes and texts
  std::array<Name, limiters::kPartitions> names_;
};

}  // namespace weir::observe
