#include <charconv>
#include <span>

#include "config/value_kinds.h"

// Values with a unit: durations and sizes.
namespace weir::config {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr std::array kTimeUnits = {
    Unit{"h", 3'600'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},        Unit{"us", 1'000},         Unit{"ns", 1}};
constexpr std::array kSizeUnits = {Unit{"GiB", uint64_t{1} << 30},
                                   Unit{"MiB", uint64_t{1} << 20},
                                   Unit{"KiB", uint64_t{1} << 10},
                                   Unit{"GB", 1'000'000'000},
                                   Unit{"MB", 1'000'000},
                                   Unit{"KB", 1'000},
                                   Unit{"B", 1}};
// What is larger is out of every range; below it no sum of a few terms overflows.
constexpr uint64_t kHuge = uint64_t{1} << 61;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while(std::string_view& text, bool (*wanted)(char)) {
  const auto end = std::find_if_not(text.begin(), text.end(), wanted);
  const std::string_view taken = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

// One number and its unit. `value` is in the smallest unit, at most kHuge.
struct Term {
  std::string_view number;
  std::string_view unit_name;
  const Unit* unit = nullptr;  // none: not known, or missing
  uint64_t value = 0;
};

// `factor` times 0.fraction, cut to a whole number. Places after the ninth are not looked at: with
// nine, no product overflows.
uint64_t share_of(uint64_t factor, std::string_view fraction) {
  uint64_t share = 0;
  uint64_t whole = 1;
  for (const char digit : fraction.substr(0, 9)) {
    share = share * 10 + static_cast<uint64_t>(digit - '0');
    whole *= 10;
  }
  return factor / whole * share + factor % whole * share / whole;
}

// The next term; none when there is no number.
std::optional<Term> take_term(std::string_view& text, std::span<const Unit> units) {
  Term term;
  const std::string_view all = text;
  const std::string_view whole = take_while(text, is_digit);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_while(text, is_digit);
    if (fraction.empty()) return {};
  }
  if (whole.empty()) return {};
  term.number = all.substr(0, all.size() - text.size());
  term.unit_name = take_while(text, [](char c) { return !is_digit(c) && c != '.'; });
  for (const Unit& unit : units) {
    if (unit.name == term.unit_name) term.unit = &unit;
  }
  if (term.unit == nullptr) return term;
  uint64_t number = 0;
  const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (parsed.ec != std::errc() || number > kHuge / term.unit->factor) {
    term.value = kHuge;
    return term;
  }
  term.value = std::min(kHuge, number * term.unit->factor + share_of(term.unit->factor, fraction));
  return term;
}

std::string names_of(std::span<const Unit> units) {
  std::string names;
  for (const Unit& unit : units) names.append(names.empty() ? "" : ", ").append(unit.name);
  return names;
}

// The largest unit that leaves no rest.
std::string write_with(std::span<const Unit> units, uint64_t value) {
  const Unit* best = &units.back();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0 && unit.factor > best->factor) best = &unit;
  }
  return std::to_string(value / best->factor) + std::string(best->name);
}

std::string expectation(std::string_view noun, const std::string& min, const std::string& max,
                        std::string_view example) {
  return std::string(noun) + " from " + min + " to " + max + ", such as " + std::string(example);
}

struct Measured {
  std::string trouble;  // empty: `value` was read
  uint64_t value = 0;
};

// The sum of the terms, which must be in order from large to small units.
Measured measure(std::string_view text, std::span<const Unit> units) {
  const std::string_view all = text;
  uint64_t sum = 0;
  const Unit* last = nullptr;
  while (!text.empty() || last == nullptr) {
    const auto term = take_term(text, units);
    if (!term) return {"is not a number with a unit"};
    if (term->unit == nullptr && term->unit_name.empty()) {
      return {term->number.size() == all.size() ? "has no unit" : "has no unit at its end"};
    }
    if (term->unit == nullptr) {
      return {"has the unknown unit " + config::quoted(term->unit_name) +
              " (known: " + names_of(units) + ")"};
    }
    if (last != nullptr && term->unit->factor >= last->factor) {
      return {"has its units out of order"};
    }
    last = term->unit;
    sum = std::min(kHuge, sum + term->value);
  }
  return {"", sum};
}

Complaint complaint(std::string_view text, const std::string& trouble,
                    const std::string& expected) {
  return config::quoted(text) + " " + trouble + ", expected " + expected;
}

Complaint read_duration(std::string_view text, Duration min, Duration max,
                        const std::string& expected, Duration& to) {
  const Measured measured = measure(text, kTimeUnits);
  if (!measured.trouble.empty()) return complaint(text, measured.trouble, expected);
  const Duration value(static_cast<int64_t>(measured.value));
  if (value < min || value > max) return complaint(text, "is out of range", expected);
  to = value;
  return {};
}

}  // namespace

Complaint DurationKind::read(std::string_view text, Duration& to) const {
  return read_duration(text, min, max, expected(), to);
}
std::string DurationKind::write(Duration value) {
  if (value == Duration::zero()) return "0s";
  return write_with(kTimeUnits, static_cast<uint64_t>(value.count()));
}
std::string DurationKind::expected() const {
  return expectation("a duration", write(min), write(max), example);
}

Complaint SecondsKind::read(std::string_view text, Duration& to) const {
  const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  if (bare && text.size() > 1 && text.front() == '0') {
    return complaint(text, "has a leading zero", expected());
  }
  if (!bare) return read_duration(text, min, max, expected(), to);
  const auto trouble = read_duration(std::string(text) + "s", min, max, expected(), to);
  return trouble ? complaint(text, "is out of range", expected()) : std::nullopt;
}
std::string SecondsKind::write(Duration value) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(value);
  return seconds == value ? std::to_string(seconds.count()) : DurationKind::write(value);
}
std::string SecondsKind::expected() const {
  return expectation("seconds or a duration", DurationKind::write(min), DurationKind::write(max),
                     example);
}

Complaint SizeKind::read(std::string_view text, uint64_t& to) const {
  const Measured measured = measure(text, kSizeUnits);
  if (!measured.trouble.empty()) return complaint(text, measured.trouble, expected());
  if (measured.value < min || measured.value > max) {
    return complaint(text, "is out of range", expected());
  }
  to = measured.value;
  return {};
}
std::string SizeKind::write(uint64_t value) {
  // Powers of two first: 1024000B is 1000KiB rather than 1024KB.
  const std::span<const Unit> binary = std::span(kSizeUnits).first(3);
  for (const Unit& unit : binary) {
    if (value != 0 && value % unit.factor == 0) {
      return std::to_string(value / unit.factor) + std::string(unit.name);
    }
  }
  return write_with(kSizeUnits, value);
}
std::string SizeKind::expected() const {
  return expectation("a size", write(min), write(max), example);
}

}  // namespace weir::config
