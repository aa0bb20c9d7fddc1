#pragma once

#include <string_view>

#include "config/load_config.h"
#include "config/yaml_tree.h"

// Reads a tree into a Config by the key table: every key once, every value of its kind. It knows
// neither files nor rules between keys.
namespace weir::config {

// Adds to `loaded` what the mapping at `root` says and what is wrong with it; an empty text says
// nothing and is no fault.
void walk(const YamlNode& root, std::string_view file_name, const Environment& environment,
          Loaded& loaded);

}  // namespace weir::config
