#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/key_table.h"
#include "config/load_config.h"

// A small language for tests of the configuration; it reads no file but the example.
namespace weir::config {

inline Environment variables(std::map<std::string, std::string, std::less<>> values) {
  return [values](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return {};
    return found->second;
  };
}

inline Loaded load(std::string_view text) { return load_config(text, "weir.yaml", variables({})); }

inline Loaded load_complete(std::string_view text) {
  Loaded loaded = load(text);
  check_complete(loaded);
  return loaded;
}

inline std::vector<std::string> texts(const std::vector<Fault>& faults) {
  std::vector<std::string> result;
  for (const Fault& fault : faults) result.push_back(to_string(fault));
  return result;
}

// Every value of the config, key by key.
inline std::map<std::string, std::vector<std::string>> values(const Config& config) {
  std::map<std::string, std::vector<std::string>> result;
  for (const Key& key : key_table()) result[std::string(key.path)] = key.write(config);
  return result;
}

inline std::string example_text() {
  std::ifstream stream(WEIR_EXAMPLE_CONFIG, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace weir::config
