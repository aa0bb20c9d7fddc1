#include "proxy/observe/partition_names.h"

#include <functional>

namespace weir::observe {

void PartitionNames::note(uint16_t partition, std::string_view name) {
  const uint64_t hash = std::hash<std::string_view>()(name) | 1;
  std::atomic<uint64_t>& known = known_[partition];
  if (known.load(std::memory_order_relaxed) == hash) return;
  const std::lock_guard lock(mutex_);
  names_[partition] = name.substr(0, kLongest);
  known.store(hash, std::memory_order_relaxed);
}

std::string PartitionNames::of(size_t partition) const {
  const std::lock_guard lock(mutex_);
  return names_[partition];
}

}  // namespace weir::observe
