#include "proxy/observe/access_line.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

namespace weir::observe {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

void add_escaped(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

void add_quoted(std::string& out, std::string_view text) {
  out += '"';
  size_t begun = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (plain(text[i])) continue;
    out.append(text, begun, i - begun);
    add_escaped(out, text[i]);
    begun = i + 1;
  }
  out.append(text, begun);
  out += '"';
}

// `,"name":` in one piece, so that most of a line is copied, not composed.
void add_text(std::string& out, std::string_view comma_name, std::string_view text) {
  if (text.empty()) return;
  out += comma_name;
  add_quoted(out, text);
}

template <typename T>
void add_number(std::string& out, std::string_view comma_name, T value) {
  out += comma_name;
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// `value` in exactly `kDigits` digits.
template <size_t kDigits>
void spell(char* to, uint64_t value) {
  for (size_t i = kDigits; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

void add_micros(std::string& out, uint64_t micros) {
  std::array<char, 7> fraction{'.'};
  spell<6>(fraction.data() + 1, micros);
  out.append(fraction.data(), fraction.size());
}

void add_seconds(std::string& out, std::string_view comma_name,
                 const std::optional<limiters::Duration>& duration) {
  if (!duration) return;
  const auto micros = static_cast<uint64_t>(std::max<int64_t>(duration->count(), 0)) / 1000;
  add_number(out, comma_name, micros / 1000000);
  add_micros(out, micros % 1000000);
}

}  // namespace

void AccessLine::spell_second(int64_t second) {
  namespace chrono = std::chrono;
  second_ = second;
  const chrono::sys_seconds when{chrono::seconds(second)};
  const auto day = chrono::floor<chrono::days>(when);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(when - day);
  spell<4>(&text_[0], static_cast<uint64_t>(static_cast<int>(date.year())));
  text_[4] = text_[7] = '-';
  spell<2>(&text_[5], static_cast<unsigned>(date.month()));
  spell<2>(&text_[8], static_cast<unsigned>(date.day()));
  text_[10] = 'T';
  spell<2>(&text_[11], static_cast<uint64_t>(time.hours().count()));
  text_[13] = text_[16] = ':';
  spell<2>(&text_[14], static_cast<uint64_t>(time.minutes().count()));
  spell<2>(&text_[17], static_cast<uint64_t>(time.seconds().count()));
}

void AccessLine::append(std::string& out, const exchange::ExchangeFacts& facts,
                        int64_t start_microseconds) {
  const int64_t second = start_microseconds / 1000000;
  if (second != second_) spell_second(second);
  out += R"({"start":")";
  out.append(text_.data(), text_.size());
  add_micros(out, static_cast<uint64_t>(start_microseconds % 1000000));
  out += "Z\"";
  add_text(out, R"(,"method":)", facts.method);
  add_text(out, R"(,"path":)", facts.target);
  add_text(out, R"(,"authority":)", facts.authority);
  add_text(out, R"(,"version":)", facts.version);
  add_number(out, R"(,"status":)", facts.status);
  add_number(out, R"(,"bytes_in":)", facts.request_bytes);
  add_number(out, R"(,"bytes_out":)", facts.response_bytes);
  add_text(out, R"(,"ending":)", exchange::word_of(facts.ending));
  add_text(out, R"(,"stage":)", exchange::word_of(facts.stage));
  if (!facts.priority_name.empty()) add_text(out, R"(,"priority":)", facts.priority_name);
  if (facts.partition_name) add_text(out, R"(,"partition":)", *facts.partition_name);
  if (facts.rejection) {
    add_text(out, R"(,"reason":)", exchange::word_of(*facts.rejection));
    add_text(out, R"(,"mode":)",
             facts.ending == exchange::Ending::kRejected ? "enforced" : "dry_run");
  }
  add_seconds(out, R"(,"queue_wait_seconds":)", facts.queue_wait);
  add_seconds(out, R"(,"connect_seconds":)", facts.connect);
  add_seconds(out, R"(,"backend_seconds":)", facts.backend);
  add_seconds(out, R"(,"total_seconds":)", facts.total);
  if (facts.retry_after_seconds)
    add_number(out, R"(,"retry_after_seconds":)", *facts.retry_after_seconds);
  add_number(out, R"(,"limit":)", facts.limit);
  add_number(out, R"(,"in_flight":)", facts.in_flight);
  add_number(out, R"(,"waiting":)", facts.waiting);
  add_text(out, R"(,"client":)", facts.peer_address);
  add_text(out, R"(,"request_id":)", facts.request_id);
  add_text(out, R"(,"error":)", facts.error_text);
  if (facts.retried) out += R"(,"retried":true)";
  if (facts.exempt) out += R"(,"exempt":true)";
  out += "}\n";
}

}  // namespace weir::observe
