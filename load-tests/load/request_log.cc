#include "load-tests/load/request_log.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace weir::load {

namespace {

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kShed:
      return "shed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kError:
      return "error";
    case Outcome::kTimeout:
      break;
  }
  return "timeout";
}

}  // namespace

std::string make_csv(const std::vector<LoggedRequest>& requests) {
  std::string text = "first_due_seconds,due_seconds,ended_seconds,outcome\n";
  for (const LoggedRequest& one : requests) {
    fmt::format_to(std::back_inserter(text), "{:.6f},{:.6f},", limiters::to_seconds(one.first_due),
                   limiters::to_seconds(one.due));
    if (one.ended)
      fmt::format_to(std::back_inserter(text), "{:.6f},{}\n", limiters::to_seconds(*one.ended),
                     word_of(one.outcome));
    else
      text += ",open\n";
  }
  return text;
}

}  // namespace weir::load
