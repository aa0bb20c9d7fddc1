#include "proxy/observe/partition_names.h"

#include <algorithm>
#include <functional>

namespace weir::observe {
namespace {

constexpr uint32_t kMostVotes = 1000;  // so that who has gone is outvoted soon

}  // namespace

// Loops that vote at once may lose a vote.
void PartitionNames::note(uint16_t partition, std::string_view name) {
  Name& is = names_[partition];
  const uint64_t hash = std::hash<std::string_view>()(name) | 1;
  const uint32_t votes = is.votes.load(std::memory_order_relaxed);
  if (is.hash.load(std::memory_order_relaxed) == hash) {
    if (votes < kMostVotes) is.votes.store(votes + 1, std::memory_order_relaxed);
    return;
  }
  if (votes > 0) return is.votes.store(votes - 1, std::memory_order_relaxed);
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  is.size = static_cast<uint8_t>(std::min(name.size(), kLongest));
  std::copy_n(name.begin(), is.size, is.text.begin());
  is.hash.store(hash, std::memory_order_relaxed);
  is.votes.store(1, std::memory_order_relaxed);
}

std::string PartitionNames::of(size_t partition) const {
  const std::lock_guard lock(mutex_);
  const Name& is = names_[partition];
  return {is.text.data(), is.size};
}

}  // namespace weir::observe
