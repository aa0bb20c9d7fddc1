#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/head_memory.h"

// Heads of requests and responses, whatever version carried them; it knows no bytes on the wire and
// no connection.
namespace weir::http {

enum class Version : uint8_t { kHttp10, kHttp11, kHttp2 };

// The fields that weir itself reads or writes, so that nobody compares their names twice.
enum class Name : uint8_t {
  kOther,
  kAge,
  kConnection,
  kContentLength,
  kContentType,
  kDate,
  kExpect,
  kForwarded,
  kHost,
  kHttp2Settings,
  kKeepAlive,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyConnection,
  kProxyStatus,
  kRetryAfter,
  kServer,
  kTe,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kVia,
  kXForwardedFor,
  kXForwardedHost,
  kXForwardedProto,
  kXRequestId,
};

// Case does not matter; kOther for any name not listed above.
Name name_of(std::string_view text);
// The usual spelling; empty for kOther.
std::string_view text_of(Name name);
// ASCII letters only, as HTTP compares names and tokens.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Some of those names, kOther being one.
class NameSet {
 public:
  constexpr NameSet() = default;
  constexpr NameSet(std::initializer_list<Name> names) {
    for (const Name name : names) add(name);
  }

  constexpr void add(Name name) { bits_ |= bit_of(name); }
  constexpr void remove(Name name) { bits_ &= ~bit_of(name); }
  constexpr bool has(Name name) const { return (bits_ & bit_of(name)) != 0; }
  constexpr bool has_any(NameSet of) const { return (bits_ & of.bits_) != 0; }
  constexpr NameSet operator|(NameSet other) const {
    other.bits_ |= bits_;
    return other;
  }

 private:
  static constexpr uint32_t bit_of(Name name) {
    static_assert(static_cast<unsigned>(Name::kXRequestId) < 32);
    return uint32_t{1} << static_cast<unsigned>(name);
  }

  uint32_t bits_ = 0;
};

// An ordered list of fields. Views given out stay valid until clear() or hold(), or the end of who
// owns the list, wherever it has been moved.
class Headers {
 public:
  struct Field {
    std::string_view name;  // as received
    std::string_view value;
    Name known = Name::kOther;
    // Name and value lie in one piece with what stands between and behind them on the wire of
    // HTTP/1, ": " and CRLF, so that they can be written without being put together.
    bool in_one_piece = false;
  };

  Headers() = default;
  Headers(Headers&& other) noexcept { swap(other); }
  Headers& operator=(Headers&& other) noexcept {
    Headers moved(std::move(other));
    swap(moved);
    return *this;
  }
  Headers copy() const;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Field& operator[](size_t index) const { return fields_[index]; }
  const Field* begin() const { return fields_; }
  const Field* end() const { return fields_ + size_; }

  void add(std::string_view name, std::string_view value) {
    append(name, name_of(name), value, {});
  }
  // The value may come in two parts.
  void add(Name name, std::string_view first, std::string_view second = {});
  // Removes every field of that name; `name` is not kOther.
  void remove(Name name);
  // Removes the field at `index`; later ones move up.
  void remove_at(size_t index);

  // Those that the list has fields of; so that nobody searches it for what is mostly not there.
  NameSet names() const { return names_; }
  size_t count(Name name) const;
  // The first value of that name.
  std::optional<std::string_view> get(Name name) const;
  std::optional<std::string_view> get(std::string_view name) const;

  // Bytes of all names and values, without separators.
  size_t bytes() const { return bytes_; }
  void clear();
  // Room for that many fields more, and that many bytes of names and values.
  void reserve(size_t fields, size_t bytes);

  // For readers, which have all fields in one piece: starts over with a copy of `text`, with room
  // for `fields` of them and some more. They are then named, as parts of held(), by add_held().
  void hold(std::string_view text, size_t fields);
  // Sixteen zero bytes lie behind it, so that it can be looked at sixteen at a time up to its end.
  std::string_view held() const { return held_; }
  enum class Shape : bool { kAny, kInOnePiece };
  void add_held(std::string_view name, std::string_view value, Shape shape = Shape::kAny);
  // A copy of other text of the same head, which lives as long as the fields.
  std::string_view keep(std::string_view text) { return memory_.keep(text); }

 private:
  void append(std::string_view name, Name known, std::string_view first, std::string_view second);
  Field& next_field();
  void grow(size_t fields);
  void swap(Headers& other) noexcept;

  HeadMemory memory_;
  Field* fields_ = nullptr;  // in memory_
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
  NameSet names_;
  size_t bytes_ = 0;
  std::string_view held_;
};

// Calls `visit(std::string_view element)` for each non-empty element of a comma-separated list,
// blanks trimmed.
template <typename Visit>
void for_each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    std::string_view element = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    const size_t first = element.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    visit(element.substr(first, element.find_last_not_of(" \t") - first + 1));
  }
}

// How long a message's body is, as its head says.
struct BodyLength {
  enum class Kind : uint8_t {
    kNone,       // no body and no field that speaks of one
    kKnown,      // `bytes` long, zero included
    kUnknown,    // chunked
    kUntilClose  // responses only: ends with the connection
  };
  Kind kind = Kind::kNone;
  uint64_t bytes = 0;
};

// Of heads that were read, the views lie in what `headers` holds; so they move, and are not copied.
struct RequestHead {
  std::string_view method;
  std::string_view target;     // as received: origin, absolute or asterisk form
  std::string_view authority;  // of the target when absolute, else of Host; empty when neither says
  Version version = Version::kHttp11;
  // As received, hop-by-hop fields included; a codec that sends ignores those it owns.
  Headers headers;
  BodyLength body;
  std::string upgrade;            // the protocol asked for by `Connection: upgrade`; empty: none
  bool expects_continue = false;  // `Expect: 100-continue` on HTTP/1.1

  // The path of the target without its query; "*" for the asterisk form.
  std::string_view path() const;
};

struct ResponseHead {
  int status = 0;  // 100 to 599
  std::string_view reason;
  Version version = Version::kHttp11;
  Headers headers;
  BodyLength body;

  bool informational() const { return status >= 100 && status < 200 && status != 101; }
};

// Idempotent by RFC 9110 section 9.2.2: may be repeated when nobody knows whether it was done.
bool is_idempotent(std::string_view method);
// The content of such a request means something: of GET, HEAD, DELETE, OPTIONS and TRACE it has no
// defined meaning (RFC 9110, 9.3), and the service may not look at it.
bool content_matters(std::string_view method);
// The phrase of the status registry; empty when it has none.
std::string_view reason_phrase(int status);

}  // namespace weir::http
