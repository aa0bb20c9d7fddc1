#include "config/value_kinds.h"

#include <charconv>
#include <span>

// Values without a unit.
namespace weir::config {
namespace {

constexpr size_t kLongestText = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Complaint complaint(std::string_view text, std::string_view trouble, const std::string& expected) {
  return config::quoted(text) + " " + std::string(trouble) + ", expected " + expected;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::all_of(text.begin(), text.end(), [kOthers](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_request_path(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '?' && c != '#';
         });
}

bool has_form(std::string_view text, TextForm form) {
  switch (form) {
    case TextForm::kToken:
      return is_token(text);
    case TextForm::kRequestPath:
      return is_request_path(text);
    case TextForm::kLogPath:
      return text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
  }
  return false;
}

}  // namespace

Complaint IntegerKind::read(std::string_view text, int& to) const {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return complaint(text, "is not a whole number", expected());
  }
  if (digits.size() > 1 && digits.front() == '0') {
    return complaint(text, "has a leading zero", expected());
  }
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value < min || value > max) {
    return complaint(text, "is out of range", expected());
  }
  to = value;
  return {};
}
std::string IntegerKind::write(int value) { return std::to_string(value); }
std::string IntegerKind::expected() const {
  return "a whole number from " + write(min) + " to " + write(max);
}

Complaint NumberKind::read(std::string_view text, double& to) const {
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view rest = text.substr(std::min(point + 1, text.size()));
  const bool digits = !whole.empty() && std::all_of(whole.begin(), whole.end(), is_digit) &&
                      std::all_of(rest.begin(), rest.end(), is_digit) &&
                      (point == text.size() || !rest.empty());
  if (!digits) return complaint(text, "is not a decimal number", expected());
  if (whole.size() > 1 && whole.front() == '0') {
    return complaint(text, "has a leading zero", expected());
  }
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool below = min_bound == Bound::kIncluded ? value < min : value <= min;
  const bool above = max_bound == Bound::kIncluded ? value > max : value >= max;
  if (parsed.ec != std::errc() || below || above) {
    return complaint(text, "is out of range", expected());
  }
  to = value;
  return {};
}
std::string NumberKind::write(double value) {
  std::array<char, 512> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return {text.data(), end.ptr};
}
std::string NumberKind::expected() const {
  if (min_bound == Bound::kIncluded && max_bound == Bound::kIncluded) {
    return "a number from " + write(min) + " to " + write(max);
  }
  return std::string("a number ") + (min_bound == Bound::kIncluded ? "of at least " : "above ") +
         write(min) + (max_bound == Bound::kIncluded ? " and at most " : " and below ") +
         write(max);
}

Complaint SwitchKind::read(std::string_view text, bool& to) const {
  if (text != "true" && text != "false") {
    constexpr std::array<std::string_view, 6> kYes = {"yes", "Yes", "on", "On", "True", "TRUE"};
    constexpr std::array<std::string_view, 6> kNo = {"no", "No", "off", "Off", "False", "FALSE"};
    const auto is_in = [text](const auto& words) {
      return std::find(words.begin(), words.end(), text) != words.end();
    };
    const std::string hint = is_in(kYes)  ? "; did you mean \"true\"?"
                             : is_in(kNo) ? "; did you mean \"false\"?"
                                          : "";
    return *complaint(text, "is not a boolean", expected()) + hint;
  }
  to = text == "true";
  return {};
}
std::string SwitchKind::write(bool value) { return value ? "true" : "false"; }
std::string SwitchKind::expected() { return "true or false"; }

Complaint EndpointKind::read(std::string_view text, Endpoint& to) const {
  auto parsed = parse_endpoint(text, use);
  if (const auto* trouble = std::get_if<std::string>(&parsed))
    return config::quoted(text) + " " + *trouble;
  to = std::get<Endpoint>(std::move(parsed));
  return {};
}
std::string EndpointKind::write(const Endpoint& value) { return to_string(value); }
std::string EndpointKind::expected() const {
  return use == EndpointUse::kListen ? "an address as host:port, [v6]:port, :port or unix:/path"
                                     : "an address as host:port, [v6]:port or unix:/path";
}

Complaint TextKind::read(std::string_view text, std::string& to) const {
  const bool word = form == TextForm::kLogPath && (text == "stdout" || text == "stderr");
  if (text.size() > kLongestText) return complaint(text, "is too long", expected());
  if (!word && !has_form(text, form)) {
    constexpr std::array<std::string_view, 2> kStreams = {"stdout", "stderr"};
    const std::string hint = form == TextForm::kLogPath ? did_you_mean(text, kStreams) : "";
    return *complaint(text, "does not fit", expected()) + hint;
  }
  to = text;
  return {};
}
std::string TextKind::expected() const {
  switch (form) {
    case TextForm::kToken:
      return "a word of letters, digits and !#$%&'*+-.^_`|~";
    case TextForm::kRequestPath:
      return "a path that begins with a slash, without spaces, query or fragment";
    case TextForm::kLogPath:
      return "stdout, stderr or a path that begins with / or ./";
  }
  return {};
}

Complaint PriorityKind::read(std::string_view text, PriorityConfig& to) {
  const auto refuse = [&] { return complaint(text, "does not fit", expected()); };
  constexpr std::string_view kWhen = " when ", kPath = "path ", kHeader = "header ";
  const size_t when = text.find(kWhen);
  PriorityConfig read{
      .name = std::string(text.substr(0, when)), .path = {}, .header = {}, .value = {}};
  const auto is_token = [](const std::string& word) {
    return !word.empty() && has_form(word, TextForm::kToken);
  };
  if (text.size() > kLongestText || !is_token(read.name)) return refuse();
  if (when != std::string_view::npos) {
    const std::string_view condition = text.substr(when + kWhen.size());
    if (condition.starts_with(kPath)) {
      read.path = condition.substr(kPath.size());
      if (!has_form(read.path, TextForm::kRequestPath)) return refuse();
    } else if (condition.starts_with(kHeader)) {
      const std::string_view field = condition.substr(kHeader.size());
      const size_t equals = field.find('=');
      read.header = field.substr(0, equals);
      if (equals != std::string_view::npos) read.value = field.substr(equals + 1);
      if (!is_token(read.header) || (read.value && read.value->empty())) return refuse();
    } else {
      return refuse();
    }
  }
  to = std::move(read);
  return {};
}
std::string PriorityKind::write(const PriorityConfig& value) {
  if (!value.path.empty()) return value.name + " when path " + value.path;
  if (value.header.empty()) return value.name;
  return value.name + " when header " + value.header + (value.value ? "=" + *value.value : "");
}
std::string PriorityKind::expected() {
  return "a name, alone or with its condition: NAME when path /PATH, NAME when header FIELD "
         "or NAME when header FIELD=VALUE";
}

Complaint PartitionKind::read(std::string_view text, PartitionConfig& to) {
  constexpr std::string_view kHeader = "header ";
  PartitionConfig read;
  read.client_address = text == "client_address";
  if (text.starts_with(kHeader)) read.header = text.substr(kHeader.size());
  const bool sound = read.header.empty()
                         ? text == "none" || read.client_address
                         : text.size() <= kLongestText && has_form(read.header, TextForm::kToken);
  if (!sound) return complaint(text, "does not fit", expected());
  to = std::move(read);
  return {};
}
std::string PartitionKind::write(const PartitionConfig& value) {
  if (value.client_address) return "client_address";
  return value.header.empty() ? "none" : "header " + value.header;
}
std::string PartitionKind::expected() { return "none, client_address or header FIELD"; }

std::string list_of_choices(const std::string_view* names, size_t count) {
  std::string list;
  for (size_t at = 0; at < count; ++at) {
    list.append(at == 0 ? "" : at + 1 == count ? " or " : ", ").append(names[at]);
  }
  return list;
}

Complaint complaint_about_choice(std::string_view text, const std::string_view* names,
                                 size_t count) {
  return config::quoted(text) + " is not known, expected " + list_of_choices(names, count) +
         did_you_mean(text, std::span(names, count));
}

std::string with_alternative(std::string text, std::string_view word) {
  const size_t guess = std::min(text.find("; did you mean"), text.size());
  return text.insert(guess, " (or " + std::string(word) + ")");
}

}  // namespace weir::config
