#include "load-tests/simulator/scenario_values.h"

#include <fmt/format.h>

#include <cmath>

#include "config/fault.h"
#include "config/utf8.h"
#include "limiters/timeline.h"
#include "load-tests/pieces/quantities.h"

namespace weir::simulator {

std::string text_of(const YAML::Node& node) {
  if (!node.IsScalar()) throw Wrong{node.Mark(), "expected one value"};
  if (!config::is_clean(node.Scalar()))
    throw Wrong{node.Mark(), config::quoted(node.Scalar()) + " is not clean UTF-8, expected text"};
  return node.Scalar();
}

bool yes_of(const YAML::Node& node) {
  const std::string text = text_of(node);
  if (text != "true" && text != "false")
    throw Wrong{node.Mark(), "\"" + text + "\" is neither true nor false"};
  return text == "true";
}

double number_of(const YAML::Node& node) {
  const std::string text = text_of(node);
  const auto value = pieces::parse_number(text);
  if (!value || *value < 0)
    throw Wrong{node.Mark(), "\"" + text + "\" is not a number, expected one from 0 on"};
  return *value;
}

double share_of(const YAML::Node& node) {
  const double value = number_of(node);
  if (value > 1)
    throw Wrong{node.Mark(), "\"" + text_of(node) + "\" is not a share, expected 0 to 1"};
  return value;
}

double signed_number_of(const YAML::Node& node) {
  const std::string text = text_of(node);
  const bool negative = text.starts_with('-');
  if (const auto value = pieces::parse_number(negative ? text.substr(1) : text))
    return negative ? -*value : *value;
  throw Wrong{node.Mark(), "\"" + text + "\" is not a number"};
}

double seconds_of(const YAML::Node& node) {
  const std::string text = text_of(node);
  if (const auto value = pieces::parse_duration(text)) return limiters::to_seconds(*value);
  throw Wrong{node.Mark(), "\"" + text + "\" is not a duration, expected one like 10ms, 2s or 5m"};
}

std::vector<double> shares_of(const YAML::Node& node, size_t most) {
  if (!node.IsSequence() || node.size() == 0 || node.size() > most)
    throw Wrong{node.Mark(), (node.IsSequence() ? "a list of " + std::to_string(node.size())
                                                : std::string("no list")) +
                                 ", expected a list of one to " + std::to_string(most) + " shares"};
  std::vector<double> shares;
  double sum = 0;
  for (const YAML::Node& each : node) sum += shares.emplace_back(share_of(each));
  if (std::abs(sum - 1) > 1e-6)
    throw Wrong{node.Mark(), fmt::format("shares that are {:.6g} together, expected 1", sum)};
  return shares;
}

std::vector<double> numbers_above_zero_of(const YAML::Node& node) {
  if (!node.IsSequence()) throw Wrong{node.Mark(), "no list, expected a list of numbers above 0"};
  std::vector<double> numbers;
  for (const YAML::Node& each : node)
    if (numbers.emplace_back(number_of(each)) <= 0)
      throw Wrong{each.Mark(), "0, expected a number above 0"};
  return numbers;
}

}  // namespace weir::simulator
