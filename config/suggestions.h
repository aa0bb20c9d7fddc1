#pragma once

#include <span>
#include <string>
#include <string_view>

// Guesses which word was meant.
namespace weir::config {

// Inserted, removed, replaced and swapped neighbouring characters between the two (optimal string
// alignment distance).
size_t edit_distance(std::string_view one, std::string_view other);

// The candidate nearest to `word`, the first of several; empty when none is near enough to be
// meant: at most a third of the word's characters differ, at least one may.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// `; did you mean "x"?` for the nearest candidate, empty when there is none.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace weir::config
