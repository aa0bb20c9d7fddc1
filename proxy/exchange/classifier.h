#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/wait_queue.h"
#include "proxy/http/message.h"

// From a request to what the gate may know of it; it does not know the gate.
namespace weir::exchange {

// Which requests have one priority: those for `path` or below it, those with the field `header`
// (and that value), or, with neither, those that nobody else claims.
struct PriorityRule {
  std::string name;
  std::string path = {};
  std::string header = {};
  std::optional<std::string> value = {};
};

// By what callers are told apart; with neither they are not.
struct PartitionRule {
  bool client_address = false;
  std::string header = {};
  uint64_t seed = 0;  // of the hash, so that nobody can choose whom to be taken for
};

class Classifier {
 public:
  // `exempt_paths` are exact paths, without query, that pass by the limiter. `priorities`: the most
  // important first, one of them without a condition; the first that fits counts.
  explicit Classifier(std::vector<std::string> exempt_paths,
                      std::vector<PriorityRule> priorities = {}, PartitionRule partitions = {});

  bool exempt(const http::RequestHead& head) const;
  // `partition`: what partition_of() gave.
  limiters::Arrival classify(const http::RequestHead& head,
                             std::optional<std::string_view> partition = {}) const;
  // Who asks, a view into its arguments, empty for a request without the field; none where callers
  // are not told apart.
  std::optional<std::string_view> partition_of(const http::RequestHead& head,
                                               std::string_view client_address) const {
    if (partitions_.client_address) return client_address;
    if (partitions_.header.empty()) return std::nullopt;
    return head.headers.get(partitions_.header).value_or(std::string_view());
  }
  // Of that priority; empty where there is one for all.
  std::string_view name_of(uint8_t priority) const;

 private:
  uint8_t priority_of(const http::RequestHead& head) const;

  std::vector<std::string> exempt_paths_;
  std::vector<PriorityRule> priorities_;
  uint8_t unclaimed_ = 0;
  PartitionRule partitions_;
};

}  // namespace weir::exchange
