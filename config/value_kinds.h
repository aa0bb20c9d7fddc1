#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "config/endpoint.h"
#include "config/fault.h"
#include "config/suggestions.h"
#include "limiters/params.h"

// The kinds of values: how each is read, written and described. A kind knows its range, but not
// which key it stands for. Each has
//   read(text, to):  what is wrong and what is expected; none when `to` was set
//   write(value):    what read() takes for the same value
//   expected():      "a duration from 1ms to 1h, such as 10s"
namespace weir::config {

using limiters::Duration;
using Complaint = std::optional<std::string>;

// `100us`, `1.5s`, `1m30s`; units ns, us, ms, s, m, h from large to small. A bare number is
// refused.
struct DurationKind {
  Duration min;
  Duration max;
  std::string_view example;
  Complaint read(std::string_view text, Duration& to) const;
  static std::string write(Duration value);
  std::string expected() const;
};

// The same for a key that has its unit in the name: a bare number means seconds.
struct SecondsKind {
  Duration min;
  Duration max;
  std::string_view example;
  Complaint read(std::string_view text, Duration& to) const;
  static std::string write(Duration value);
  std::string expected() const;
};

// `64KiB`; units B, KiB, MiB, GiB (1024) and KB, MB, GB (1000). A bare number is refused.
struct SizeKind {
  uint64_t min;
  uint64_t max;
  std::string_view example;
  Complaint read(std::string_view text, uint64_t& to) const;
  static std::string write(uint64_t value);
  std::string expected() const;
};

// A decimal number without the forms that YAML reads in surprising ways (010, 0x10, 1_000).
struct IntegerKind {
  int min;
  int max;
  Complaint read(std::string_view text, int& to) const;
  static std::string write(int value);
  std::string expected() const;
};

enum class Bound : uint8_t { kIncluded, kExcluded };

struct NumberKind {
  double min;
  Bound min_bound;
  double max;
  Bound max_bound;
  Complaint read(std::string_view text, double& to) const;
  static std::string write(double value);
  std::string expected() const;
};

// true or false; yes, no, on and off are refused because YAML versions disagree about them.
struct SwitchKind {
  Complaint read(std::string_view text, bool& to) const;
  static std::string write(bool value);
  static std::string expected();
};

struct EndpointKind {
  EndpointUse use;
  Complaint read(std::string_view text, Endpoint& to) const;
  static std::string write(const Endpoint& value);
  std::string expected() const;
};

enum class TextForm : uint8_t {
  kToken,        // RFC 9110 section 5.6.2
  kRequestPath,  // begins with a slash, no space, query or fragment
  kLogPath       // stdout, stderr or the path of a file
};

struct TextKind {
  TextForm form;
  Complaint read(std::string_view text, std::string& to) const;
  static std::string write(const std::string& value) { return value; }
  std::string expected() const;
};

// "NAME", "NAME when path /x", "NAME when header x-y" or "NAME when header x-y=z".
struct PriorityKind {
  static Complaint read(std::string_view text, PriorityConfig& to);
  static std::string write(const PriorityConfig& value);
  static std::string expected();
};

// "none", "client_address" or "header x-y".
struct PartitionKind {
  static Complaint read(std::string_view text, PartitionConfig& to);
  static std::string write(const PartitionConfig& value);
  static std::string expected();
};

// "fixed, aimd, vegas or gradient"
std::string list_of_choices(const std::string_view* names, size_t count);
Complaint complaint_about_choice(std::string_view text, const std::string_view* names,
                                 size_t count);

// The enumerators of E, by the words for 0, 1, 2 …
template <typename E, size_t N>
struct ChoiceKind {
  std::array<std::string_view, N> names;
  Complaint read(std::string_view text, E& to) const {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return complaint_about_choice(text, names.data(), N);
    to = static_cast<E>(found - names.begin());
    return {};
  }
  std::string write(E value) const { return std::string(names[static_cast<size_t>(value)]); }
  std::string expected() const { return list_of_choices(names.data(), N); }
};

// Adds the word that is also taken, before a guess at the end.
std::string with_alternative(std::string text, std::string_view word);

// A kind, or a word that stands for none.
template <typename Kind>
struct OptionalKind {
  std::string_view word;
  Kind kind;
  template <typename T>
  Complaint read(std::string_view text, std::optional<T>& to) const {
    if (text == word) {
      to.reset();
      return {};
    }
    T value{};
    if (const auto complaint = kind.read(text, value)) {
      return with_alternative(*complaint, word);
    }
    to = value;
    return {};
  }
  template <typename T>
  std::string write(const std::optional<T>& value) const {
    return value ? kind.write(*value) : std::string(word);
  }
  std::string expected() const { return with_alternative(kind.expected(), word); }
};

}  // namespace weir::config
