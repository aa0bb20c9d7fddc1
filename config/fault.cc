#include "config/fault.h"

#include "config/utf8.h"

namespace weir::config {
namespace {

constexpr size_t kLongestQuote = 60;

std::string count(size_t number, std::string_view noun) {
  std::string text = number == 0 ? "no" : std::to_string(number);
  text.append(" ").append(noun);
  if (number != 1) text += 's';
  return text;
}

}  // namespace

std::string to_string(const Fault& fault) {
  std::string text;
  if (!fault.file.empty()) {
    text = fault.file;
    if (fault.line > 0) {
      text += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
    }
    text += ": ";
  }
  if (!fault.key.empty()) text += fault.key + ": ";
  return text + fault.text;
}

std::string closing_line(std::string_view file, size_t faults, size_t warnings) {
  std::string text(file);
  text += ": " + count(faults, "fault");
  if (warnings > 0) text += ", " + count(warnings, "warning");
  return text;
}

std::string quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string result = "\"";
  for (size_t at = 0; at < text.size();) {
    if (result.size() > kLongestQuote) return result + "…\"";
    const size_t length = clean_character_length(text.substr(at));
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(text[at]);
      result.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
    result.append(text.substr(at, length));
    at += length == 0 ? 1 : length;
  }
  return result + "\"";
}

}  // namespace weir::config
