#include "config/schema_walk.h"

#include <map>
#include <utility>

#include "config/key_table.h"

namespace weir::config {
namespace {

using Kind = YamlNode::Kind;

std::string noun(Kind kind) {
  switch (kind) {
    case Kind::kNothing:
      return "no value";
    case Kind::kRefused:
      return "an alias";
    case Kind::kScalar:
      return "a single value";
    case Kind::kList:
      return "a list";
    case Kind::kMapping:
      return "a mapping";
  }
  return {};
}

std::string joined(const std::string& section, const std::string& name) {
  return section.empty() ? name : section + "." + name;
}

class Walk {
 public:
  Walk(std::string_view file_name, const Environment& environment, Loaded& loaded)
      : file_name_(file_name), environment_(environment), loaded_(loaded) {}

  // `section` is empty for the whole file.
  void read_section(const std::string& section, const YamlNode& mapping) {
    for_each_entry(section, mapping, [&](const YamlNode& name, const YamlNode& value) {
      const std::string path = joined(section, name.text);
      if (const Key* key = find_key(path)) {
        read_key(*key, name, value);
      } else if (is_section(path)) {
        read_subsection(path, name, value);
      } else {
        add_fault(name, path, unknown_key(section, name.text));
      }
    });
  }

 private:
  // Calls `read` for every entry whose key is a name that was not there before.
  template <typename Read>
  void for_each_entry(const std::string& section, const YamlNode& mapping, Read read) {
    std::map<std::string_view, int> lines;
    for (size_t at = 0; at + 1 < mapping.children.size(); at += 2) {
      const YamlNode& name = mapping.children[at];
      if (!check_name(section, name)) continue;
      const auto [earlier, is_new] = lines.emplace(name.text, name.line);
      if (is_new) {
        read(name, mapping.children[at + 1]);
      } else {
        add_fault(name, joined(section, name.text),
                  "duplicate key, expected once; first in line " + std::to_string(earlier->second));
      }
    }
  }

  bool check_name(const std::string& section, const YamlNode& name) {
    if (name.kind != Kind::kScalar) {
      if (name.kind != Kind::kRefused) {
        add_fault(name, section, noun(name.kind) + " as a key, expected a name");
      }
      return false;
    }
    if (name.text == "<<") {
      add_fault(name, section, "a merge key, expected the keys themselves");
      return false;
    }
    const size_t dot = name.text.find('.');
    if (dot != std::string::npos) {
      add_fault(name, section,
                config::quoted(name.text) +
                    " has a dot, expected nesting: the part behind the dot goes " + "below " +
                    config::quoted(name.text.substr(0, dot)));
      return false;
    }
    return true;
  }

  void read_subsection(const std::string& path, const YamlNode& name, const YamlNode& value) {
    const Key* shorthand = shorthand_of(path);
    if (value.kind == Kind::kMapping) {
      read_section(path, value);
    } else if (value.kind == Kind::kScalar && shorthand != nullptr) {
      read_key(*shorthand, name, value);
    } else if (value.kind != Kind::kRefused) {
      const auto names = names_in(path);
      add_fault(value.kind == Kind::kNothing ? name : value, path,
                noun(value.kind) + ", expected a mapping with " +
                    list_of_choices(names.data(), names.size()));
      if (shorthand != nullptr) note(*shorthand, name, Origin::Kind::kFaulty);
    }
  }

  void read_key(const Key& key, const YamlNode& name, const YamlNode& value) {
    const std::string path(key.path);
    note(key, name, Origin::Kind::kGiven);
    const size_t faults_before = loaded_.faults.size();
    if (key.shape == Shape::kValue) {
      read_scalar(key, path, name, value);
    } else {
      read_list(key, name, value);
    }
    if (loaded_.faults.size() > faults_before || value.kind == Kind::kRefused) {
      loaded_.provenance[path].kind = Origin::Kind::kFaulty;
    }
  }

  void read_list(const Key& key, const YamlNode& name, const YamlNode& value) {
    const std::string path(key.path);
    if (value.kind == Kind::kRefused) return;
    if (value.kind == Kind::kNothing) {
      add_fault(name, path, "no value, expected " + key.expected + ", or a list of such");
      return;
    }
    key.clear(loaded_.config);
    if (value.kind != Kind::kList) {
      read_item(key, path, name, value);
      return;
    }
    for (size_t at = 0; at < value.children.size(); ++at) {
      const YamlNode& item = value.children[at];
      read_item(key, path + "[" + std::to_string(at) + "]", item, item);
    }
  }

  void read_item(const Key& key, const std::string& path, const YamlNode& name,
                 const YamlNode& item) {
    if (item.kind != Kind::kMapping || key.item_member.empty()) {
      read_scalar(key, path, name, item);
      return;
    }
    const std::string member = joined(path, std::string(key.item_member));
    const size_t faults_before = loaded_.faults.size();
    bool found = false;
    for_each_entry(path, item, [&](const YamlNode& item_name, const YamlNode& value) {
      if (item_name.text == key.item_member) {
        found = true;
        read_scalar(key, member, item_name, value);
      } else {
        const std::string guess = did_you_mean(item_name.text, std::span(&key.item_member, 1));
        add_fault(
            item_name, joined(path, item_name.text),
            "unknown key" + (guess.empty() ? ", expected " + std::string(key.item_member) : guess));
      }
    });
    // Next to an unknown key the missing one would be the same mistake told twice.
    const bool excused = found || loaded_.faults.size() > faults_before;
    if (!excused) add_fault(item, member, "required but missing, expected " + key.expected);
  }

  void read_scalar(const Key& key, const std::string& path, const YamlNode& name,
                   const YamlNode& value) {
    if (value.kind == Kind::kRefused) return;
    if (value.kind != Kind::kScalar) {
      add_fault(value.kind == Kind::kNothing ? name : value, path,
                noun(value.kind) + ", expected " + key.expected);
      return;
    }
    auto expanded = substitute(value.text, environment_);
    if (const auto* fault = std::get_if<SubstitutionFault>(&expanded)) {
      add_fault(value, path, fault->text);
    } else if (auto complaint = read_value(key, loaded_.config, std::get<std::string>(expanded))) {
      add_fault(value, path, *std::move(complaint));
    }
  }

  void note(const Key& key, const YamlNode& name, Origin::Kind kind) {
    loaded_.provenance[std::string(key.path)] =
        Origin{kind, std::string(file_name_), name.line, name.column};
  }

  void add_fault(const YamlNode& at, std::string key, std::string text) {
    loaded_.faults.push_back(
        {std::string(file_name_), at.line, at.column, std::move(key), std::move(text)});
  }

  std::string_view file_name_;
  const Environment& environment_;
  Loaded& loaded_;
};

}  // namespace

void walk(const YamlNode& root, std::string_view file_name, const Environment& environment,
          Loaded& loaded) {
  if (root.kind == Kind::kNothing || root.kind == Kind::kRefused) return;
  if (root.kind != Kind::kMapping) {
    const auto names = names_in("");
    loaded.faults.push_back({std::string(file_name), root.line, root.column, "",
                             noun(root.kind) + ", expected a mapping with " +
                                 list_of_choices(names.data(), names.size())});
    return;
  }
  Walk(file_name, environment, loaded).read_section("", root);
}

}  // namespace weir::config
