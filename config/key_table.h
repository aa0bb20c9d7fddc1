#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/value_kinds.h"

// One table of all keys; it drives the loader, the flags and print-config, so that they cannot
// disagree. A new key is a member in config.h, a row here and its lines in example.yaml.
namespace weir::config {

enum class Shape : uint8_t { kValue, kList };

struct Key {
  std::string_view path = {};  // "client.idle_timeout"
  Shape shape = Shape::kValue;
  std::string expected = {};          // what one value has to look like
  std::string_view doc = {};          // one sentence for people
  std::string_view item_member = {};  // lists: an item may also be a mapping with this key
  // Sets the value, or appends one to the list; the complaint if the text cannot be read.
  std::function<Complaint(Config&, std::string_view)> read = {};
  std::function<void(Config&)> clear = {};  // lists only
  // What read() takes for the current value, or for each item.
  std::function<std::vector<std::string>(const Config&)> write = {};
};

// In the order in which they are printed: sections are contiguous, plain keys before sections.
const std::vector<Key>& key_table();

// None when there is no such key.
const Key* find_key(std::string_view path);

// True when keys begin with "section.".
bool is_section(std::string_view path);

// The key that a plain value stands for where a section is expected, its address; none when the
// section has none.
const Key* shorthand_of(std::string_view section);

// The names that may follow "section." ("" for the whole file), each once.
std::vector<std::string_view> names_in(std::string_view section);

// Reads one value into the config, like Key::read, but first refuses what is no clean text.
Complaint read_value(const Key& key, Config& config, std::string_view text);

// "no such key", with the nearest name in the section or the path where that name is known.
std::string unknown_key(std::string_view section, std::string_view name);

}  // namespace weir::config
