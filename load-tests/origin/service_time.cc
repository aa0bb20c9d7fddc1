#include "load-tests/origin/service_time.h"

#include <cmath>
#include <vector>

#include "load-tests/pieces/quantities.h"

namespace weir::origin {

namespace {

// "name(1,2)" taken apart; empty when it is not of that form.
struct Call {
  std::string_view name;
  std::vector<double> arguments;
};

std::optional<Call> parse_call(std::string_view text) {
  Call call{.name = text.substr(0, text.find('(')), .arguments = {}};
  if (call.name.size() == text.size()) return call;
  if (!text.ends_with(')')) return {};
  text = text.substr(call.name.size() + 1, text.size() - call.name.size() - 2);
  for (const std::string_view piece : pieces::split(text, ',')) {
    const auto number = pieces::parse_number(piece);
    if (!number) return {};
    call.arguments.push_back(*number);
  }
  return call;
}

}  // namespace

std::optional<ServiceTime> ServiceTime::parse(std::string_view shape, Duration mean) {
  const auto call = parse_call(shape);
  if (!call) return {};
  ServiceTime made;
  made.mean_ = mean;
  made.text_ = std::string(shape);
  const auto& given = call->arguments;
  const auto argument = [&](size_t index, double standard) {
    return index < given.size() ? given[index] : standard;
  };
  if (call->name == "constant" && given.empty()) return made;
  if (call->name == "exponential" && given.empty()) {
    made.shape_ = Shape::kExponential;
    return made;
  }
  if (call->name == "lognormal" && given.size() <= 1) {
    made.shape_ = Shape::kLognormal;
    made.first_ = argument(0, 1);
    if (made.first_ >= 0 && made.first_ <= 5) return made;
  }
  if (call->name == "bimodal" && given.size() <= 2) {
    made.shape_ = Shape::kBimodal;
    made.first_ = argument(0, 0.1);
    made.second_ = argument(1, 40);
    if (made.first_ >= 0 && made.first_ <= 1 && made.second_ > 0) return made;
  }
  if (call->name == "pareto" && given.size() <= 1) {
    made.shape_ = Shape::kPareto;
    made.first_ = argument(0, 2);
    if (made.first_ > 1) return made;
  }
  return {};
}

ServiceTime ServiceTime::with_mean(Duration mean) const {
  ServiceTime made = *this;
  made.mean_ = mean;
  return made;
}

ServiceTime ServiceTime::with_slow(const Slow& slow) const {
  ServiceTime made = *this;
  made.slow_ = slow;
  return made;
}

Duration ServiceTime::draw(pieces::Random& random) const {
  if (shape_ == Shape::kConstant && slow_.share <= 0) return mean_;
  double factor = this->factor(random);
  if (slow_.share > 0) {
    factor /= 1 + slow_.share * (slow_.ratio - 1);
    if (random.uniform() < slow_.share) factor *= slow_.ratio;
  }
  return Duration(std::llround(static_cast<double>(mean_.count()) * factor));
}

// Each has mean 1: E[exp(s Z - s^2/2)] = 1; with share p and ratio r, short = 1/(1 - p + p r);
// Pareto with least value m has mean m a/(a - 1).
double ServiceTime::factor(pieces::Random& random) const {
  switch (shape_) {
    case Shape::kExponential:
      return random.exponential();
    case Shape::kLognormal:
      return std::exp(first_ * random.normal() - first_ * first_ / 2);
    case Shape::kBimodal: {
      const double brief = 1 / (1 - first_ + first_ * second_);
      return random.uniform() < first_ ? brief * second_ : brief;
    }
    case Shape::kPareto:
      return (first_ - 1) / first_ * std::pow(1 - random.uniform(), -1 / first_);
    case Shape::kConstant:
      break;
  }
  return 1;
}

}  // namespace weir::origin
