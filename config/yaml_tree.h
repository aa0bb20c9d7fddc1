#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"

// A YAML text as a tree with the place of every node, without the parts of YAML that surprise:
// anchors, aliases, tags and further documents are faults. It knows no key of ours.
namespace weir::config {

struct YamlNode {
  enum class Kind : uint8_t {
    kNothing,  // an empty value, `~` or `null`
    kRefused,  // an alias: its fault stands already
    kScalar,
    kList,
    kMapping
  };
  Kind kind = Kind::kNothing;
  int line = 0;  // from 1
  int column = 0;
  std::string text;                // of a scalar, before any substitution
  std::vector<YamlNode> children;  // the items of a list; of a mapping key, value, key, value …
};

struct YamlTree {
  YamlNode root;
  // Empty when the text is not to be read as YAML or is too deep or too large; `faults` says why.
  std::vector<Fault> faults;
};

// Never throws.
YamlTree read_yaml(std::string_view text, std::string_view file_name);

}  // namespace weir::config
