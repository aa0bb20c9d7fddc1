#include "config/suggestions.h"

#include <algorithm>
#include <vector>

namespace weir::config {
namespace {

// No key is longer; what is longer cannot be near, and must not cost quadratic time.
constexpr size_t kLongestWord = 64;
// A shorter beginning could be that of anything.
constexpr size_t kShortestForm = 3;

bool is_short_form(std::string_view one, std::string_view other) {
  return one.size() >= kShortestForm && other.starts_with(one);
}

}  // namespace

size_t edit_distance(std::string_view one, std::string_view other) {
  const size_t width = other.size() + 1;
  std::vector<size_t> rows((one.size() + 1) * width);
  for (size_t j = 0; j < width; ++j) rows[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    rows[i * width] = i;
    for (size_t j = 1; j < width; ++j) {
      const size_t replace = rows[(i - 1) * width + j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      size_t best = std::min({replace, rows[(i - 1) * width + j] + 1, rows[i * width + j - 1] + 1});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        best = std::min(best, rows[(i - 2) * width + j - 2] + 1);
      }
      rows[i * width + j] = best;
    }
  }
  return rows.back();
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kLongestWord) return {};
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance >= least) continue;
    least = distance;
    found = candidate;
  }
  if (!found.empty()) return found;
  const auto form = std::ranges::find_if(candidates, [word](std::string_view candidate) {
    return is_short_form(word, candidate) || is_short_form(candidate, word);
  });
  return form == candidates.end() ? std::string_view() : *form;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view found = nearest(word, candidates);
  return found.empty() ? "" : "; did you mean \"" + std::string(found) + "\"?";
}

}  // namespace weir::config
