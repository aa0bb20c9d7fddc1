#include "proxy/exchange/classifier.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace weir::exchange {
namespace {

bool claims_all(const PriorityRule& rule) { return rule.path.empty() && rule.header.empty(); }

// `/a` is at and above `/a` and `/a/b`, not `/ab`.
bool is_below(std::string_view path, std::string_view top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || top.ends_with('/') || path[top.size()] == '/';
}

bool fits(const PriorityRule& rule, const http::RequestHead& head) {
  if (!rule.path.empty()) return is_below(head.path(), rule.path);
  if (rule.header.empty()) return false;
  const auto value = head.headers.get(rule.header);
  return value && (!rule.value || *value == *rule.value);
}

// FNV-1a, from a seed of our own; its high bits, multiplied once more, hang on every byte.
uint16_t hash_of(std::string_view text, uint64_t seed) {
  constexpr int kBits = std::bit_width(limiters::kPartitions) - 1;
  static_assert(std::has_single_bit(limiters::kPartitions));
  uint64_t hash = seed ^ 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
  return static_cast<uint16_t>(hash >> (64 - kBits));
}

}  // namespace

Classifier::Classifier(std::vector<std::string> exempt_paths, std::vector<PriorityRule> priorities,
                       PartitionRule partitions)
    : exempt_paths_(std::move(exempt_paths)),
      priorities_(std::move(priorities)),
      partitions_(std::move(partitions)) {
  const auto rest = std::ranges::find_if(priorities_, claims_all);
  if (rest != priorities_.end()) unclaimed_ = static_cast<uint8_t>(rest - priorities_.begin());
}

bool Classifier::exempt(const http::RequestHead& head) const {
  return std::ranges::find(exempt_paths_, head.path()) != exempt_paths_.end();
}

limiters::Arrival Classifier::classify(const http::RequestHead& head,
                                       std::optional<std::string_view> partition) const {
  const uint16_t cell = partition ? hash_of(*partition, partitions_.seed) : uint16_t{0};
  return {.priority = priority_of(head), .partition = cell, .deadline = limiters::TimePoint::max()};
}

uint8_t Classifier::priority_of(const http::RequestHead& head) const {
  for (size_t i = 0; i < priorities_.size(); ++i)
    if (fits(priorities_[i], head)) return static_cast<uint8_t>(i);
  return unclaimed_;
}

std::string_view Classifier::name_of(uint8_t priority) const {
  return priority < priorities_.size() ? std::string_view(priorities_[priority].name)
                                       : std::string_view();
}

}  // namespace weir::exchange
