#include "load-tests/simulator/recorded_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "load-tests/pieces/quantities.h"

namespace weir::simulator {
namespace {

constexpr size_t kMostFaults = 10;
constexpr double kDay = 24 * 3600;
constexpr double kMostDays = 30;  // of a log; more is a clock that jumped, or not seconds

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos
             ? ""
             : text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

// Quotes as RFC 4180 has them, within a line; none when they do not end.
std::optional<std::vector<std::string>> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  if (quoted) return std::nullopt;
  for (std::string& each : fields) each = trimmed(each);
  return fields;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  std::variant<std::vector<Recorded>, std::vector<Fault>> read() {
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      ++line_;
      if (!trimmed(line).empty()) read_line(line);
      if (columns_ == 0 && faults_ > 0) break;
    }
    if (!file.is_open() || file.bad())
      return std::vector<Fault>{path_ + ": cannot be read, expected a log in CSV"};
    if (columns_ == 0 && faults_ == 0)
      return std::vector<Fault>{path_ +
                                ":1: nothing, expected a header with the columns "
                                "arrival_seconds and service_seconds"};
    if (faults_ == 0 && (rows_.size() < 2 || rows_.back().at_seconds <= 0))
      return std::vector<Fault>{fmt::format(
          "{}:{}: the end after {} requests at one moment, expected some time between the first "
          "and the last",
          path_, line_, rows_.size())};
    if (faults_ > kMostFaults) said_.push_back(fmt::format("and {} more", faults_ - kMostFaults));
    if (faults_ > 0) return std::move(said_);
    return std::move(rows_);
  }

 private:
  void fault(const std::string& what) {
    if (++faults_ <= kMostFaults) said_.push_back(fmt::format("{}:{}: {}", path_, line_, what));
  }

  void read_line(const std::string& line) {
    const auto fields = fields_of(line);
    if (!fields) return fault("a quote that does not end, expected it to end in its line");
    if (columns_ == 0) return read_header(*fields);
    if (fields->size() != columns_)
      return fault(
          fmt::format("fields: {}, expected {} as in the header", fields->size(), columns_));
    const Recorded row{.at_seconds = read_arrival((*fields)[*arrival_]),
                       .work_seconds = read_service((*fields)[*service_]),
                       .priority = class_ ? read_class((*fields)[*class_]) : uint8_t{0}};
    if (faults_ == 0) rows_.push_back(row);
  }

  void read_header(std::vector<std::string> names) {
    if (names.front().starts_with("\xEF\xBB\xBF")) names.front().erase(0, 3);
    for (const auto& [name, column] : {std::pair{"arrival_seconds", &arrival_},
                                       {"service_seconds", &service_},
                                       {"class", &class_}}) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) continue;
      *column = static_cast<size_t>(found - names.begin());
      if (std::find(found + 1, names.end(), name) != names.end())
        return fault(fmt::format("two columns \"{}\", expected one", name));
    }
    if (!arrival_ || !service_)
      return fault(fmt::format(
          "the columns \"{}\", expected a header with arrival_seconds and service_seconds",
          fmt::join(names, ", ")));
    columns_ = names.size();
  }

  // Since the first.
  double read_arrival(const std::string& text) {
    const auto value = pieces::parse_number(text);
    if (!value) {
      fault(fmt::format("arrival_seconds \"{}\", expected a number of seconds", text));
      return 0;
    }
    if (!first_) first_ = value;
    if (!last_text_.empty() && *value < last_) {
      fault(fmt::format("arrival_seconds {} after {}, expected no going backwards (sort by it)",
                        text, last_text_));
    } else if (*value - *first_ > kMostDays * kDay) {
      fault(fmt::format(
          "arrival_seconds {}, expected it within {} days of the first (are these seconds?)", text,
          kMostDays));
    } else {
      last_ = *value;
      last_text_ = text;
    }
    return *value - *first_;
  }

  double read_service(const std::string& text) {
    const auto value = pieces::parse_number(text);
    if (value && *value > 0 && *value <= kDay) return *value;
    fault(fmt::format("service_seconds \"{}\", expected a number of seconds above 0, at most a day",
                      text));
    return 0;
  }

  uint8_t read_class(const std::string& text) {
    const auto value = pieces::parse_count(text);
    if (value && *value <= UINT8_MAX) return static_cast<uint8_t>(*value);
    fault(fmt::format("class \"{}\", expected a whole number from 0 to 255", text));
    return 0;
  }

  const std::string& path_;
  size_t line_ = 0, columns_ = 0;  // columns: 0 before the header
  std::optional<size_t> arrival_, service_, class_;
  std::optional<double> first_;
  double last_ = 0;
  std::string last_text_;
  std::vector<Recorded> rows_;
  size_t faults_ = 0;
  std::vector<Fault> said_;
};

}  // namespace

std::variant<std::vector<Recorded>, std::vector<Fault>> read_log(const std::string& path) {
  return Reader(path).read();
}

}  // namespace weir::simulator
