#include <gtest/gtest.h>

#include <random>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

// Loads, checks and prints; what loads without faults must load again to the same.
void try_text(const std::string& text) {
  Loaded loaded = load(text);
  check_complete(loaded);
  for (const Fault& fault : loaded.faults) ASSERT_FALSE(fault.text.empty());
  const std::string printed = print_config(loaded.config, loaded.provenance);
  const Loaded again = load(printed);
  ASSERT_EQ(texts(again.faults), std::vector<std::string>()) << printed;
  ASSERT_EQ(values(again.config), values(loaded.config)) << text;
}

// Without its comments, so that most changes hit something.
std::string bare_example() {
  std::istringstream lines(example_text());
  std::string bare;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && line[first] != '#') bare += line + "\n";
  }
  return bare;
}

TEST(Fuzz, TruncatedTextsNeverBreakTheLoader) {
  const std::string text = bare_example();
  for (size_t length = 0; length <= text.size(); length += 3) try_text(text.substr(0, length));
}

TEST(Fuzz, MutatedTextsNeverBreakTheLoader) {
  const std::string text = bare_example();
  const std::string bytes = "{}[]&*!|>%@`'\"#:-?,~$<\n\t \\0123456789abz\x01\xff\xc3";
  std::mt19937 random(20240607);
  const auto below = [&](size_t limit) { return random() % limit; };
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    std::string changed = text;
    for (size_t edits = 1 + below(6); edits > 0; --edits) {
      const size_t at = below(changed.size());
      switch (below(4)) {
        case 0:
          changed[at] = bytes[below(bytes.size())];
          break;
        case 1:
          changed.insert(at, 1, bytes[below(bytes.size())]);
          break;
        case 2:
          changed.erase(at, 1 + below(40));
          break;
        default:
          changed.insert(at, text.substr(below(text.size()), below(60)));
      }
      if (changed.empty()) changed = "a";
    }
    try_text(changed);
  }
}

TEST(Fuzz, NoiseNeverBreaksTheLoader) {
  const std::string bytes = "{}[]&*!|>%@'\"#:-?,~$<\n\t \\ab1\xc3\xa9";
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (size_t length = random() % 80; length > 0; --length)
      text += bytes[random() % bytes.size()];
    try_text(text);
  }
}

}  // namespace
}  // namespace weir::config
