#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// Puts the values of environment variables into one scalar value; it does not know YAML.
namespace weir::config {

// Value of a variable; none when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
// The variables of this program.
Environment real_environment();

struct SubstitutionFault {
  std::string text;
};

// Replaces ${NAME}, ${NAME:-default} (also taken when the variable is empty, as in a shell) and $$
// for a dollar, once: what a variable holds is not looked at again.
std::variant<std::string, SubstitutionFault> substitute(std::string_view text,
                                                        const Environment& environment);

}  // namespace weir::config
