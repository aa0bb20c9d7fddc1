#pragma once

#include <yaml-cpp/yaml.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

// The values that a scenario's keys can have, from YAML; it does not know the keys.
namespace weir::simulator {

// Thrown while a file is read only, and caught there.
struct Wrong {
  YAML::Mark mark;
  std::string what;
};

// Each throws Wrong where there is something else.
std::string text_of(const YAML::Node& node);
bool yes_of(const YAML::Node& node);
double number_of(const YAML::Node& node);  // from 0 on
double share_of(const YAML::Node& node);   // 0 to 1
double signed_number_of(const YAML::Node& node);
double seconds_of(const YAML::Node& node);
// One to `most` of them, together one.
std::vector<double> shares_of(const YAML::Node& node, size_t most);
std::vector<double> numbers_above_zero_of(const YAML::Node& node);

// The enumerators of Choice, by the words for 0, 1, 2 ...
template <typename Choice, size_t kCount>
Choice choice_of(const YAML::Node& node, const std::array<std::string_view, kCount>& words) {
  const std::string text = text_of(node);
  for (size_t i = 0; i < kCount; ++i)
    if (words[i] == text) return static_cast<Choice>(i);
  std::string expected;
  for (const std::string_view word : words) {
    if (!expected.empty()) expected += ", ";
    expected += word;
  }
  throw Wrong{node.Mark(), "\"" + text + "\" is not known, expected one of " + expected};
}

}  // namespace weir::simulator
