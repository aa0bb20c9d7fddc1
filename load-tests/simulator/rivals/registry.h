#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "load-tests/simulator/rule.h"

// Every rival by name, each with the defaults of its source; it knows no scenario.
namespace weir::simulator::rivals {

// Null: no such name.
std::unique_ptr<Rule> make_rule(std::string_view name, uint64_t seed);
std::vector<std::string_view> rule_names();

}  // namespace weir::simulator::rivals
