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

class Classifier {
 public:
  // `exempt_paths` are exact paths, without query, that pass by the limiter. `priorities`: the most
  // important first, one of them without a condition; the first that fits counts.
  explicit Classifier(std::vector<std::string> exempt_paths,
                      std::vector<PriorityRule> priorities = {});

  bool exempt(const http::RequestHead& head) const;
  limiters::Arrival classify(const http::RequestHead& head) const;
  // Of that priority; empty where there is one for all.
  std::string_view name_of(uint8_t priority) const;

 private:
  uint8_t priority_of(const http::RequestHead& head) const;

  std::vector<std::string> exempt_paths_;
  std::vector<PriorityRule> priorities_;
  uint8_t unclaimed_ = 0;
};

}  // namespace weir::exchange
