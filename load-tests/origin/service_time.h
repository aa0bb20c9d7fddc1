#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "limiters/timeline.h"
#include "load-tests/pieces/random.h"

// How long single requests take; it does not know who works on them.
namespace weir::origin {

using limiters::Duration;
using limiters::TimePoint;

// That share of the requests takes `ratio` times as long as the others, whatever the shape.
struct Slow {
  double share = 0;
  double ratio = 1;
};

// Every shape keeps the mean, and so does a slow share, so that capacity depends on workers and
// mean alone.
class ServiceTime {
 public:
  // "constant", "exponential", "lognormal(SIGMA)" (default 1), "bimodal(SHARE,RATIO)": that share
  // of the requests takes RATIO times as long as the others (default 0.1,40), "pareto(ALPHA)" with
  // ALPHA over 1 (default 2). Empty for anything else.
  static std::optional<ServiceTime> parse(std::string_view shape, Duration mean);

  // The same but for that.
  ServiceTime with_mean(Duration mean) const;
  ServiceTime with_slow(const Slow& slow) const;

  Duration draw(pieces::Random& random) const;
  Duration mean() const { return mean_; }
  const Slow& slow() const { return slow_; }
  // As given to parse().
  const std::string& shape() const { return text_; }

 private:
  enum class Shape : uint8_t { kConstant, kExponential, kLognormal, kBimodal, kPareto };

  double factor(pieces::Random& random) const;

  Shape shape_ = Shape::kConstant;
  Duration mean_{};
  double first_ = 0;
  double second_ = 0;
  Slow slow_;
  std::string text_;
};

}  // namespace weir::origin
