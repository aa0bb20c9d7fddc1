#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/wait_queue.h"
#include "proxy/http/message.h"

// From a request to what the gate may know of it; it does not know the gate.
namespace weir::exchange {

class Classifier {
 public:
  // `exempt_paths` are exact paths, without query, that pass by the limiter.
  explicit Classifier(std::vector<std::string> exempt_paths)
      : exempt_paths_(std::move(exempt_paths)) {}

  bool exempt(const http::RequestHead& head) const;
  limiters::Arrival classify(const http::RequestHead& head) const;

 private:
  std::vector<std::string> exempt_paths_;
};

}  // namespace weir::exchange
