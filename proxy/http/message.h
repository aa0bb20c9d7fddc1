#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// An ordered list of fields in one block of memory. Views given out stay valid until the next
// change.
class Headers {
 public:
  struct Field {
    std::string_view name;  // as received
    std::string_view value;
    Name known = Name::kOther;
  };

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  Field operator[](size_t index) const;

  void add(std::string_view name, std::string_view value);
  void add(Name name, std::string_view value);
  // Removes every field of that name; `name` is not kOther.
  void remove(Name name);
  // Removes the field at `index`; later ones move up.
  void remove_at(size_t index);

  size_t count(Name name) const;
  // The first value of that name.
  std::optional<std::string_view> get(Name name) const;
  std::optional<std::string_view> get(std::string_view name) const;

  // Bytes of all names and values, without separators.
  size_t bytes() const { return bytes_; }
  void clear();
  void reserve(size_t fields, size_t bytes);

  // For readers, which have all fields in one piece: starts over with a copy of `text`, with room
  // for `fields` of them and some more. They are then named, as parts of held(), by add_held().
  void hold(std::string_view text, size_t fields);
  std::string_view held() const { return block_; }
  void add_held(std::string_view name, std::string_view value);

 private:
  struct Slot {
    uint32_t name_at;
    uint32_t name_size;
    uint32_t value_at;
    uint32_t value_size;
    Name known;
  };
  void append(std::string_view name, std::string_view value, Name known);

  std::string block_;
  std::vector<Slot> fields_;
  size_t bytes_ = 0;
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

struct RequestHead {
  std::string method;
  std::string target;     // as received: origin, absolute or asterisk form
  std::string authority;  // of the target when absolute, else of Host; empty only on HTTP/1.0
  Version version = Version::kHttp11;
  Headers
      headers;  // as received, hop-by-hop fields included; a codec that sends ignores those it owns
  BodyLength body;
  std::string upgrade;            // the protocol asked for by `Connection: upgrade`; empty: none
  bool expects_continue = false;  // `Expect: 100-continue` on HTTP/1.1

  // The path of the target without its query; "*" for the asterisk form.
  std::string_view path() const;
};

struct ResponseHead {
  int status = 0;  // 100 to 599
  std::string reason;
  Version version = Version::kHttp11;
  Headers headers;
  BodyLength body;

  bool informational() const { return status >= 100 && status < 200 && status != 101; }
};

// Idempotent by RFC 9110 section 9.2.2: may be repeated when nobody knows whether it was done.
bool is_idempotent(std::string_view method);
// The phrase of the status registry; empty when it has none.
std::string_view reason_phrase(int status);

}  // namespace weir::http
