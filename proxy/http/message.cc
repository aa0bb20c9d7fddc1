#include "proxy/http/message.h"

#include <algorithm>
#include <array>
#include <cassert>

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

// Length and two letters tell the known names apart, so at most a few are ever compared.
constexpr size_t kBuckets = 64;
constexpr size_t bucket_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(lower(text.front()));
  const auto last = static_cast<unsigned char>(lower(text.back()));
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
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
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

Headers::Field Headers::operator[](size_t index) const {
  const Slot& slot = fields_[index];
  const std::string_view block = block_;
  return {block.substr(slot.name_at, slot.name_size), block.substr(slot.value_at, slot.value_size),
          slot.known};
}

void Headers::append(std::string_view name, std::string_view value, Name known) {
  const auto at = static_cast<uint32_t>(block_.size());
  const auto name_size = static_cast<uint32_t>(name.size());
  fields_.push_back({at, name_size, at + name_size, static_cast<uint32_t>(value.size()), known});
  block_.append(name).append(value);
  bytes_ += name.size() + value.size();
}

void Headers::add(std::string_view name, std::string_view value) {
  append(name, value, name_of(name));
}

void Headers::add(Name name, std::string_view value) {
  const std::string_view text = text_of(name);
  assert(!text.empty());
  append(text, value, name);
}

void Headers::hold(std::string_view text, size_t fields) {
  clear();
  // What a gateway adds to nearly every message fits without taking memory again.
  constexpr size_t kMoreFields = 6;
  constexpr size_t kMoreBytes = 256;
  reserve(fields + kMoreFields, text.size() + kMoreBytes);
  block_ = text;
}

void Headers::add_held(std::string_view name, std::string_view value) {
  const char* const begin = block_.data();
  assert(name.data() >= begin && value.data() + value.size() <= begin + block_.size());
  fields_.push_back({static_cast<uint32_t>(name.data() - begin), static_cast<uint32_t>(name.size()),
                     static_cast<uint32_t>(value.data() - begin),
                     static_cast<uint32_t>(value.size()), name_of(name)});
  bytes_ += name.size() + value.size();
}

void Headers::remove(Name name) {
  std::erase_if(fields_, [&](const Slot& slot) {
    if (slot.known != name) return false;
    bytes_ -= slot.name_size + slot.value_size;
    return true;
  });
}

void Headers::remove_at(size_t index) {
  bytes_ -= fields_[index].name_size + fields_[index].value_size;
  fields_.erase(fields_.begin() + static_cast<std::ptrdiff_t>(index));
}

size_t Headers::count(Name name) const {
  return static_cast<size_t>(
      std::ranges::count_if(fields_, [&](const Slot& slot) { return slot.known == name; }));
}

std::optional<std::string_view> Headers::get(Name name) const {
  for (size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].known == name) return (*this)[i].value;
  return std::nullopt;
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i)
    if (equal_ignoring_case((*this)[i].name, name)) return (*this)[i].value;
  return std::nullopt;
}

void Headers::clear() {
  block_.clear();
  fields_.clear();
  bytes_ = 0;
}

void Headers::reserve(size_t fields, size_t bytes) {
  fields_.reserve(fields);
  block_.reserve(bytes);
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

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods{"GET",     "HEAD",   "PUT",
                                                     "OPTIONS", "DELETE", "TRACE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

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
