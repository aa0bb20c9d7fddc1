#include "proxy/http/message.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <type_traits>

#include "proxy/http/eight_bytes.h"
#include "proxy/http/short_copy.h"
#include "proxy/http/sixteen_bytes.h"

namespace weir::http {
namespace {

struct Known {
  Name name;
  std::string_view text;
};

constexpr std::array kKnown{
    Known{Name::kAge, "Age"},
    Known{Name::kConnection, "Connection"},
    Known{Name::kContentLength, "Content-Length"},
    Known{Name::kContentType, "Content-Type"},
    Known{Name::kDate, "Date"},
    Known{Name::kExpect, "Expect"},
    Known{Name::kForwarded, "Forwarded"},
    Known{Name::kHost, "Host"},
    Known{Name::kHttp2Settings, "HTTP2-Settings"},
    Known{Name::kKeepAlive, "Keep-Alive"},
    Known{Name::kProxyAuthenticate, "Proxy-Authenticate"},
    Known{Name::kProxyAuthorization, "Proxy-Authorization"},
    Known{Name::kProxyConnection, "Proxy-Connection"},
    Known{Name::kProxyStatus, "Proxy-Status"},
    Known{Name::kRetryAfter, "Retry-After"},
    Known{Name::kServer, "Server"},
    Known{Name::kTe, "TE"},
    Known{Name::kTrailer, "Trailer"},
    Known{Name::kTransferEncoding, "Transfer-Encoding"},
    Known{Name::kUpgrade, "Upgrade"},
    Known{Name::kVia, "Via"},
    Known{Name::kXForwardedFor, "X-Forwarded-For"},
    Known{Name::kXForwardedHost, "X-Forwarded-Host"},
    Known{Name::kXForwardedProto, "X-Forwarded-Proto"},
    Known{Name::kXRequestId, "X-Request-ID"},
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Length and two letters tell the known names apart, so at most a few are ever compared. That bytes
// other than letters share a bucket with some does no harm.
constexpr size_t kBuckets = 64;
constexpr size_t bucket_of(std::string_view text) {
  constexpr unsigned kCase = 'a' - 'A';
  const unsigned first = static_cast<unsigned char>(text.front()) | kCase;
  const unsigned last = static_cast<unsigned char>(text.back()) | kCase;
  return (text.size() * 7 + first * 3u + last) % kBuckets;
}

struct Table {
  std::array<std::array<uint8_t, 4>, kBuckets> places{};  // index into kKnown plus one; 0: none
};
constexpr Table kTable = [] {
  Table table;
  for (size_t i = 0; i < kKnown.size(); ++i) {
    auto& bucket = table.places[bucket_of(kKnown[i].text)];
    size_t free = 0;
    while (bucket[free] != 0) ++free;  // a full bucket is out of range, hence no constant
    bucket[free] = static_cast<uint8_t>(i + 1);
  }
  return table;
}();

constexpr bool in_order() {
  for (size_t i = 0; i < kKnown.size(); ++i)
    if (static_cast<size_t>(kKnown[i].name) != i + 1) return false;
  return true;
}
static_assert(in_order(), "the table follows the enumeration");

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  size_t at = 0;
  // Nearly always spelt alike, and what differs by more than case mostly does so at its beginning.
  for (; at + sizeof(uint64_t) <= a.size(); at += sizeof(uint64_t)) {
    const uint64_t difference = EightBytes(a.data() + at).bits() ^ EightBytes(b.data() + at).bits();
    if (difference == 0) continue;
    if ((difference & ~EightBytes::each('a' - 'A')) != 0) return false;
    break;
  }
  // When all before is alike, what is left is the end of the last eight bytes.
  const size_t last = a.size() - sizeof(uint64_t);
  if (at > last && EightBytes(a.data() + last).bits() == EightBytes(b.data() + last).bits())
    return true;
  return std::equal(a.begin() + static_cast<std::ptrdiff_t>(at), a.end(),
                    b.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char x, char y) { return x == y || lower(x) == lower(y); });
}

Name name_of(std::string_view text) {
  if (text.empty()) return Name::kOther;
  for (const uint8_t place : kTable.places[bucket_of(text)]) {
    if (place == 0) break;
    const Known& known = kKnown[place - 1u];
    if (equal_ignoring_case(known.text, text)) return known.name;
  }
  return Name::kOther;
}

std::string_view text_of(Name name) {
  return name == Name::kOther ? std::string_view() : kKnown[static_cast<size_t>(name) - 1].text;
}

// ---- headers ----

namespace {

// What a gateway adds to nearly every message fits without taking memory again.
constexpr size_t kMoreFields = 6;
constexpr size_t kMoreBytes = 256;
// Behind what is held.
constexpr size_t kStopBytes = SixteenBytes::kCount;
// Around a name and a value: ": " and CRLF.
constexpr size_t kFrameBytes = 4;

}  // namespace

Headers Headers::copy() const {
  Headers made;
  made.reserve(size_, bytes_);
  for (const Field& field : *this) made.append(field.name, field.known, field.value, {});
  return made;
}

void Headers::swap(Headers& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(fields_, other.fields_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(names_, other.names_);
  std::swap(bytes_, other.bytes_);
  std::swap(held_, other.held_);
}

void Headers::grow(size_t fields) {
  static_assert(std::is_trivially_copyable_v<Field>);
  auto* const grown =
      reinterpret_cast<Field*>(memory_.take(fields * sizeof(Field), alignof(Field)));
  std::uninitialized_copy(begin(), end(), grown);
  fields_ = grown;
  capacity_ = static_cast<uint32_t>(fields);
}

Headers::Field& Headers::next_field() {
  if (size_ == capacity_) grow(std::max<size_t>(8, size_t{capacity_} * 2));
  return *new (fields_ + size_++) Field;
}

void Headers::append(std::string_view name, Name known, std::string_view first,
                     std::string_view second) {
  const size_t value_size = first.size() + second.size();
  char* const begin = memory_.take(name.size() + value_size + kFrameBytes);
  char* const value = copy_short(copy_short(begin, name), ": ");
  copy_short(copy_short(copy_short(value, first), second), "\r\n");
  next_field() = {{begin, name.size()}, {value, value_size}, known, true};
  names_.add(known);
  bytes_ += name.size() + value_size;
}

void Headers::add(Name name, std::string_view first, std::string_view second) {
  const std::string_view text = text_of(name);
  assert(!text.empty());
  append(text, name, first, second);
}

void Headers::hold(std::string_view text, size_t fields) {
  clear();
  const size_t room = fields + kMoreFields;
  memory_.reserve(room * sizeof(Field) + alignof(Field) + text.size() + kStopBytes + kMoreBytes);
  grow(room);
  char* const copy = memory_.take(text.size() + kStopBytes);
  std::memcpy(copy, text.data(), text.size());
  std::memset(copy + text.size(), 0, kStopBytes);
  held_ = {copy, text.size()};
}

void Headers::add_held(std::string_view name, std::string_view value, Shape shape) {
  assert(name.data() >= held_.data() && value.data() + value.size() <= held_.data() + held_.size());
  const Name known = name_of(name);
  next_field() = {name, value, known, shape == Shape::kInOnePiece};
  names_.add(known);
  bytes_ += name.size() + value.size();
}

void Headers::remove(Name name) {
  if (!names_.has(name)) return;
  names_.remove(name);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < size_; ++i) {
    if (fields_[i].known == name) {
      bytes_ -= fields_[i].name.size() + fields_[i].value.size();
    } else {
      fields_[kept++] = fields_[i];
    }
  }
  size_ = kept;
}

void Headers::remove_at(size_t index) {
  bytes_ -= fields_[index].name.size() + fields_[index].value.size();
  std::copy(fields_ + index + 1, fields_ + size_, fields_ + index);
  --size_;
  names_ = {};
  for (const Field& field : *this) names_.add(field.known);
}

size_t Headers::count(Name name) const {
  if (!names_.has(name)) return 0;
  return static_cast<size_t>(
      std::count_if(begin(), end(), [&](const Field& field) { return field.known == name; }));
}

std::optional<std::string_view> Headers::get(Name name) const {
  if (!names_.has(name)) return std::nullopt;
  for (const Field& field : *this)
    if (field.known == name) return field.value;
  return std::nullopt;
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Field& field : *this)
    if (equal_ignoring_case(field.name, name)) return field.value;
  return std::nullopt;
}

void Headers::clear() {
  memory_.clear();
  fields_ = nullptr;
  size_ = capacity_ = 0;
  names_ = {};
  bytes_ = 0;
  held_ = {};
}

void Headers::reserve(size_t fields, size_t bytes) {
  const size_t room = size_ + fields;
  memory_.reserve(room * sizeof(Field) + alignof(Field) + bytes + fields * kFrameBytes);
  if (room > capacity_) grow(room);
}

// ---- heads ----

std::string_view RequestHead::path() const {
  std::string_view path = target;
  if (!path.starts_with('/')) {
    const size_t scheme = path.find("://");
    if (scheme == std::string_view::npos) return path;
    const size_t slash = path.find_first_of("/?", scheme + 3);
    if (slash == std::string_view::npos || path[slash] == '?') return "/";
    path.remove_prefix(slash);
  }
  return path.substr(0, path.find('?'));
}

bool content_matters(std::string_view method) {
  constexpr std::array<std::string_view, 5> kWithout{"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(kWithout, method) == kWithout.end();
}

bool is_idempotent(std::string_view method) { return method == "PUT" || !content_matters(method); }

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array kPhrases{
      Phrase{100, "Continue"},
      Phrase{101, "Switching Protocols"},
      Phrase{102, "Processing"},
      Phrase{103, "Early Hints"},
      Phrase{200, "OK"},
      Phrase{201, "Created"},
      Phrase{202, "Accepted"},
      Phrase{203, "Non-Authoritative Information"},
      Phrase{204, "No Content"},
      Phrase{205, "Reset Content"},
      Phrase{206, "Partial Content"},
      Phrase{207, "Multi-Status"},
      Phrase{208, "Already Reported"},
      Phrase{226, "IM Used"},
      Phrase{300, "Multiple Choices"},
      Phrase{301, "Moved Permanently"},
      Phrase{302, "Found"},
      Phrase{303, "See Other"},
      Phrase{304, "Not Modified"},
      Phrase{305, "Use Proxy"},
      Phrase{307, "Temporary Redirect"},
      Phrase{308, "Permanent Redirect"},
      Phrase{400, "Bad Request"},
      Phrase{401, "Unauthorized"},
      Phrase{402, "Payment Required"},
      Phrase{403, "Forbidden"},
      Phrase{404, "Not Found"},
      Phrase{405, "Method Not Allowed"},
      Phrase{406, "Not Acceptable"},
      Phrase{407, "Proxy Authentication Required"},
      Phrase{408, "Request Timeout"},
      Phrase{409, "Conflict"},
      Phrase{410, "Gone"},
      Phrase{411, "Length Required"},
      Phrase{412, "Precondition Failed"},
      Phrase{413, "Content Too Large"},
      Phrase{414, "URI Too Long"},
      Phrase{415, "Unsupported Media Type"},
      Phrase{416, "Range Not Satisfiable"},
      Phrase{417, "Expectation Failed"},
      Phrase{421, "Misdirected Request"},
      Phrase{422, "Unprocessable Content"},
      Phrase{423, "Locked"},
      Phrase{424, "Failed Dependency"},
      Phrase{425, "Too Early"},
      Phrase{426, "Upgrade Required"},
      Phrase{428, "Precondition Required"},
      Phrase{429, "Too Many Requests"},
      Phrase{431, "Request Header Fields Too Large"},
      Phrase{451, "Unavailable For Legal Reasons"},
      Phrase{500, "Internal Server Error"},
      Phrase{501, "Not Implemented"},
      Phrase{502, "Bad Gateway"},
      Phrase{503, "Service Unavailable"},
      Phrase{504, "Gateway Timeout"},
      Phrase{505, "HTTP Version Not Supported"},
      Phrase{506, "Variant Also Negotiates"},
      Phrase{507, "Insufficient Storage"},
      Phrase{508, "Loop Detected"},
      Phrase{511, "Network Authentication Required"},
  };
  const auto found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  return found != kPhrases.end() && found->status == status ? found->text : std::string_view();
}

}  // namespace weir::http
