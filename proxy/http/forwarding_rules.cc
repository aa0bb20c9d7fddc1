#include "proxy/http/forwarding_rules.h"

namespace weir::http {
namespace {

enum class Direction : bool { kRequest, kResponse };

// More options than a message may have fields by default; a longer Connection only burns time.
constexpr size_t kMostOptions = 128;

// Removed whoever names them.
constexpr NameSet kForOneHop{
    Name::kConnection,         Name::kHttp2Settings,   Name::kKeepAlive, Name::kProxyAuthenticate,
    Name::kProxyAuthorization, Name::kProxyConnection, Name::kUpgrade};
// May be removed or be the reason to remove others.
constexpr NameSet kOfConcern = kForOneHop | NameSet{Name::kExpect, Name::kTe};

// What Connection may not name away: framing and routing, and what hops in front said about the
// client. A caller could else have its trail wiped by the proxies that are to leave it.
constexpr NameSet kProtected{
    Name::kContentLength, Name::kForwarded,     Name::kHost,           Name::kTransferEncoding,
    Name::kVia,           Name::kXForwardedFor, Name::kXForwardedHost, Name::kXForwardedProto};

// TE and Trailer have rules of their own, so being named changes nothing.
bool needs_no_look(std::string_view option) {
  constexpr NameSet kRuled = kForOneHop | NameSet{Name::kTe, Name::kTrailer};
  return kRuled.has(name_of(option)) || equal_ignoring_case(option, "close");
}

// The options of all Connection fields that may name a field of this message, as a list of its own;
// nearly always empty.
std::string named_fields(const Headers& headers) {
  std::string named;
  size_t options = 0;
  for (size_t i = 0; i < headers.size(); ++i) {
    const Headers::Field& field = headers[i];
    if (field.known != Name::kConnection) continue;
    for_each_element(field.value, [&](std::string_view option) {
      if (needs_no_look(option) || ++options > kMostOptions) return;
      named.append(option).push_back(',');
    });
  }
  return named;
}

bool names(std::string_view list, std::string_view name) {
  bool found = false;
  for_each_element(list,
                   [&](std::string_view option) { found |= equal_ignoring_case(option, name); });
  return found;
}

bool asks_for_trailers(std::string_view te) {
  bool found = false;
  for_each_element(te, [&](std::string_view coding) {
    found |= equal_ignoring_case(coding.substr(0, coding.find_first_of("; \t")), "trailers");
  });
  return found;
}

struct Kept {
  bool upgrade = false;
  bool expect = false;
};

void remove_hop_by_hop(Headers& headers, Direction direction, Kept kept) {
  if (!headers.names().has_any(kOfConcern)) return;
  const std::string named = named_fields(headers);
  bool trailers_wanted = false;
  for (size_t i = headers.size(); i-- > 0;) {
    const Headers::Field& field = headers[i];
    if (field.known == Name::kOther && named.empty()) continue;
    bool remove = kForOneHop.has(field.known);
    if (field.known == Name::kUpgrade && kept.upgrade) remove = false;
    if (field.known == Name::kExpect && !kept.expect) remove = true;
    if (field.known == Name::kTe) {
      trailers_wanted |= direction == Direction::kRequest && asks_for_trailers(field.value);
      remove = true;
    }
    if (!remove && !named.empty() && !kProtected.has(field.known))
      remove = names(named, field.name);
    if (remove) headers.remove_at(i);
  }
  if (trailers_wanted) headers.add(Name::kTe, "trailers");
}

// Adds to the end of a list that may stand in several fields; they become one, since many readers
// look at one only.
void append_to_list(Headers& headers, Name name, std::string_view element) {
  if (!headers.names().has(name)) return headers.add(name, element);
  std::string list;
  for (size_t i = 0; i < headers.size(); ++i) {
    const Headers::Field& field = headers[i];
    if (field.known != name || field.value.empty()) continue;
    if (!list.empty()) list += ", ";
    list += field.value;
  }
  if (!list.empty()) list += ", ";
  list += element;
  headers.remove(name);
  headers.add(name, list);
}

std::string_view number_of(Version version) {
  switch (version) {
    case Version::kHttp10:
      return "1.0 ";
    case Version::kHttp11:
      return "1.1 ";
    case Version::kHttp2:
      return "2.0 ";
  }
  return "1.1 ";
}

void add_via(Headers& headers, Version received, std::string_view name) {
  headers.add(Name::kVia, number_of(received), name);
}

// A value of RFC 7239: a token as it is, anything else quoted. What would need escapes is no host.
void append_pair(std::string& list, std::string_view key, std::string_view value) {
  if (value.empty() || value.find_first_of("\"\\") != std::string_view::npos) return;
  const bool token = value.find_first_of(":[](),/;<=>?@{} ") == std::string_view::npos;
  if (!list.empty()) list += ';';
  list.append(key).append(token ? "=" : "=\"").append(value).append(token ? "" : "\"");
}

std::string forwarded_element(std::string_view authority, const Hop& hop, bool has_address) {
  std::string element;
  const bool v6 = hop.peer_address.find(':') != std::string_view::npos;
  if (v6) {
    append_pair(element, "for", "[" + std::string(hop.peer_address) + "]");
  } else {
    append_pair(element, "for", has_address ? hop.peer_address : "unknown");
  }
  append_pair(element, "host", authority);
  append_pair(element, "proto", hop.scheme);
  return element;
}

void say_who_asked(RequestHead& head, const ForwardingParams& params, const Hop& hop) {
  const bool has_address = !hop.peer_address.empty() && hop.peer_address != "unix";
  if (params.x_forwarded) {
    if (has_address) append_to_list(head.headers, Name::kXForwardedFor, hop.peer_address);
    if (!head.headers.names().has(Name::kXForwardedProto))
      head.headers.add(Name::kXForwardedProto, hop.scheme);
    if (!head.authority.empty() && !head.headers.names().has(Name::kXForwardedHost))
      head.headers.add(Name::kXForwardedHost, head.authority);
  }
  if (params.forwarded)
    append_to_list(head.headers, Name::kForwarded,
                   forwarded_element(head.authority, hop, has_address));
}

void to_origin_form(RequestHead& head) {
  const std::string_view target = head.target;
  if (target.empty() || target.front() == '/' || target == "*") return;
  const size_t colon = target.find("://");
  if (colon == std::string_view::npos) return;
  const size_t rest = target.find_first_of("/?", colon + 3);
  if (rest == std::string_view::npos) {
    head.target = head.method == "OPTIONS" ? "*" : "/";
  } else if (target[rest] == '/') {
    head.target = target.substr(rest);
  } else {
    std::string path = "/";
    head.target = head.headers.keep(path.append(target.substr(rest)));
  }
}

void drop_h2c(std::string& upgrade) {
  const auto is_h2c = [](std::string_view protocol) {
    return equal_ignoring_case(protocol, "h2c");
  };
  bool found = false;
  for_each_element(upgrade, [&](std::string_view protocol) { found |= is_h2c(protocol); });
  if (!found) return;
  std::string rest;
  for_each_element(upgrade, [&](std::string_view protocol) {
    if (is_h2c(protocol)) return;
    if (!rest.empty()) rest += ", ";
    rest += protocol;
  });
  upgrade = std::move(rest);
}

}  // namespace

bool has_been_here(const RequestHead& head, const ForwardingParams& params) {
  if (!head.headers.names().has(Name::kVia) || params.pseudonym.empty()) return false;
  for (size_t i = 0; i < head.headers.size(); ++i) {
    const Headers::Field& field = head.headers[i];
    if (field.known == Name::kVia && field.value.find(params.pseudonym) != field.value.npos)
      return true;
  }
  return false;
}

void apply_request_rules(RequestHead& head, const ForwardingParams& params, const Hop& hop) {
  to_origin_form(head);
  if (!head.upgrade.empty()) drop_h2c(head.upgrade);
  remove_hop_by_hop(head.headers, Direction::kRequest,
                    {.upgrade = false, .expect = head.expects_continue});
  if (params.via)
    add_via(head.headers, head.version,
            params.pseudonym.empty() ? params.via_name : params.pseudonym);
  say_who_asked(head, params, hop);
}

void apply_response_rules(ResponseHead& head, const ForwardingParams& params) {
  remove_hop_by_hop(head.headers, Direction::kResponse,
                    {.upgrade = head.status == 101, .expect = true});
  if (params.via && head.status >= 200) add_via(head.headers, head.version, params.via_name);
}

}  // namespace weir::http
