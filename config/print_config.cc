#include <algorithm>

#include "config/key_table.h"
#include "config/load_config.h"
#include "config/utf8.h"

namespace weir::config {
namespace {

bool is_plain(std::string_view text) {
  constexpr std::string_view kInside =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+-";
  constexpr std::string_view kNotFirst = "_.:+-";
  constexpr std::array<std::string_view, 3> kNulls = {"null", "Null", "NULL"};
  return !text.empty() && text.find_first_not_of(kInside) == std::string_view::npos &&
         kNotFirst.find(text.front()) == std::string_view::npos && text.back() != ':' &&
         std::find(kNulls.begin(), kNulls.end(), text) == kNulls.end();
}

// A scalar that the loader reads as `text`, substitution included.
std::string scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '$') result += '$';
    result += c;
  }
  return result + "\"";
}

std::string comment(const Provenance& provenance, std::string_view path) {
  const auto found = provenance.find(path);
  if (found == provenance.end()) return "  # default";
  std::string text = "  # ";
  for (const char c : found->second.source) text += is_clean({&c, 1}) ? c : '?';
  if (found->second.line > 0) text += ":" + std::to_string(found->second.line);
  return text;
}

class Printer {
 public:
  explicit Printer(const Provenance& provenance) : provenance_(provenance) {}

  void print(const Key& key, const std::vector<std::string>& values) {
    const size_t dot = key.path.rfind('.');
    const bool nested = dot != std::string_view::npos;
    open(nested ? key.path.substr(0, dot) : std::string_view());
    const std::string name(nested ? key.path.substr(dot + 1) : key.path);
    const std::string origin = comment(provenance_, key.path);
    if (key.shape == Shape::kValue) {
      line(name + ": " + scalar(values.front()) + origin);
    } else if (values.empty()) {
      line(name + ": []" + origin);
    } else {
      line(name + ":" + origin);
      const std::string member = key.item_member.empty() ? "" : std::string(key.item_member) + ": ";
      for (const std::string& value : values) line("  - " + member + scalar(value));
    }
  }

  // What is required and missing stands as a comment, so that the text still loads.
  void print_missing(const Key& key) {
    open("");
    line("# " + std::string(key.path) + ": required, not given");
  }

  std::string take() { return std::move(text_); }

 private:
  // Makes `section` the current one and writes the headings that this needs.
  void open(std::string_view section) {
    if (section == section_) return;
    const std::string_view old = section_;
    depth_ = 0;
    for (size_t begin = 0; begin < section.size();) {
      const size_t end = std::min(section.find('.', begin), section.size());
      const std::string_view heading = section.substr(0, end);
      const bool stands = old == heading || (old.starts_with(heading) && old[end] == '.');
      if (!stands) line(std::string(section.substr(begin, end - begin)) + ":");
      ++depth_;
      begin = end + 1;
    }
    section_ = section;
  }

  void line(const std::string& text) { text_.append(2 * depth_, ' ').append(text).append("\n"); }

  const Provenance& provenance_;
  std::string text_;
  std::string_view section_;  // in the key table
  size_t depth_ = 0;
};

}  // namespace

std::string print_config(const Config& config, const Provenance& provenance) {
  Printer printer(provenance);
  for (const Key& key : key_table()) {
    const Endpoint& backend = config.backend.address;
    const bool missing =
        (key.path == "listen" && config.listen.empty()) ||
        (key.path == "backend.address" && backend.host.empty() && backend.path.empty());
    if (missing) {
      printer.print_missing(key);
    } else {
      printer.print(key, key.write(config));
    }
  }
  return printer.take();
}

}  // namespace weir::config
