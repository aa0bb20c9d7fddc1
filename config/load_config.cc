#include "config/load_config.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <tuple>

#include "config/key_table.h"
#include "config/schema_walk.h"
#include "config/value_kinds.h"
#include "config/yaml_tree.h"

namespace weir::config {
namespace {

constexpr size_t kLargestFile = size_t{1} << 20;
constexpr std::string_view kEmptyList = "[]";  // as in the file

// What is required may stand in the text that cannot be read: then it is not missing.
void excuse_required_keys(std::string_view file_name, Provenance& provenance) {
  for (const char* key : {"listen", "backend.address"}) {
    provenance[key] = Origin{Origin::Kind::kFaulty, std::string(file_name), 0, 0};
  }
}

Loaded only_fault(std::string_view file_name, std::string text) {
  Loaded loaded;
  excuse_required_keys(file_name, loaded.provenance);
  loaded.faults.push_back({std::string(file_name), 0, 0, "", std::move(text)});
  return loaded;
}

// One byte more than allowed is enough to know that it is too much.
std::string read_bounded(std::istream& stream) {
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  return text;
}

std::string complaint_about_path(std::string_view key_path) {
  if (is_section(key_path)) {
    const auto names = names_in(key_path);
    return "a section, expected one of its keys: " + list_of_choices(names.data(), names.size());
  }
  std::vector<std::string_view> paths;
  for (const Key& key : key_table()) paths.push_back(key.path);
  const std::string guess = did_you_mean(key_path, paths);
  if (!guess.empty()) return "unknown key" + guess;
  const size_t dot = std::min(key_path.rfind('.'), key_path.size());
  const std::string_view section = key_path.substr(0, dot);
  return is_section(section) ? unknown_key(section, key_path.substr(dot + 1))
                             : unknown_key("", key_path);
}

}  // namespace

Loaded load_config(std::string_view text, std::string_view file_name,
                   const Environment& environment) {
  if (text.size() > kLargestFile) return only_fault(file_name, "larger than 1MiB, too large");
  Loaded loaded;
  YamlTree tree = read_yaml(text, file_name);
  loaded.faults = std::move(tree.faults);
  walk(tree.root, file_name, environment, loaded);
  if (tree.root.kind != YamlNode::Kind::kMapping && !loaded.faults.empty()) {
    excuse_required_keys(file_name, loaded.provenance);
  }
  std::stable_sort(loaded.faults.begin(), loaded.faults.end(), [](const auto& a, const auto& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return loaded;
}

Loaded load_config_file(const std::string& path, const Environment& environment) {
  if (path == "-") {
    const std::string text = read_bounded(std::cin);
    // To the stream an error is an end.
    if (std::ferror(stdin) != 0)
      return only_fault("stdin", std::string("cannot be read: ") + std::strerror(errno));
    return load_config(text, "stdin", environment);
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return only_fault(path, std::string("cannot be opened: ") + std::strerror(errno));
  const std::string text = read_bounded(stream);
  if (stream.bad() || (stream.fail() && !stream.eof())) {
    return only_fault(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  return load_config(text, path, environment);
}

std::optional<Fault> set(Config& config, Provenance& provenance, std::string_view key_path,
                         std::string_view value, std::string_view origin) {
  const Key* key = find_key(key_path);
  if (key == nullptr) key = shorthand_of(key_path);
  if (key == nullptr) {
    return Fault{std::string(origin), 0, 0, std::string(key_path), complaint_about_path(key_path)};
  }
  const std::string path(key->path);
  const auto earlier = provenance.find(path);
  const bool grows = earlier != provenance.end() && earlier->second.source == origin;
  Config changed = config;
  const bool empties = key->shape == Shape::kList && value == kEmptyList;
  if (empties || (key->shape == Shape::kList && !grows)) key->clear(changed);
  auto complaint = empties ? std::nullopt : read_value(*key, changed, value);
  const auto kind = complaint ? Origin::Kind::kFaulty : Origin::Kind::kGiven;
  provenance[path] = Origin{kind, std::string(origin), 0, 0};
  if (complaint) return Fault{std::string(origin), 0, 0, path, *std::move(complaint)};
  config = std::move(changed);
  return {};
}

}  // namespace weir::config
