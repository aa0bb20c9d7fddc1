#include "config/substitution.h"

#include <algorithm>
#include <cstdlib>

#include "config/fault.h"

namespace weir::config {
namespace {

constexpr std::string_view kForms = "expected ${NAME}, ${NAME:-default} or $$ for a dollar";

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// `inside` stands between the braces.
std::variant<std::string, SubstitutionFault> expand(std::string_view inside,
                                                    const Environment& environment) {
  const size_t separator = inside.find(":-");
  const std::string_view name = inside.substr(0, separator);
  if (!is_name(name)) {
    return SubstitutionFault{config::quoted(name) + " is not the name of a variable, " +
                             std::string(kForms)};
  }
  auto value = environment(name);
  if (separator == std::string_view::npos) {
    if (value) return *std::move(value);
    return SubstitutionFault{"variable " + std::string(name) +
                             " is not set, expected it in the environment or ${" +
                             std::string(name) + ":-default}"};
  }
  if (value && !value->empty()) return *std::move(value);
  return std::string(inside.substr(separator + 2));
}

}  // namespace

Environment real_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return {};
    return value;
  };
}

std::variant<std::string, SubstitutionFault> substitute(std::string_view text,
                                                        const Environment& environment) {
  std::string result;
  while (true) {
    const size_t dollar = text.find('$');
    result.append(text.substr(0, dollar));
    if (dollar == std::string_view::npos) return result;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      result += '$';
      text.remove_prefix(1);
      continue;
    }
    const size_t close = text.find('}');
    if (!text.starts_with('{') || close == std::string_view::npos) {
      return SubstitutionFault{"a dollar that begins nothing, " + std::string(kForms)};
    }
    auto value = expand(text.substr(1, close - 1), environment);
    if (auto* fault = std::get_if<SubstitutionFault>(&value)) return std::move(*fault);
    result += std::get<std::string>(value);
    text.remove_prefix(close + 1);
  }
}

}  // namespace weir::config
