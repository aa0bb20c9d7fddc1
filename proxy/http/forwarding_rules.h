#pragma once

#include <string>
#include <string_view>

#include "proxy/http/message.h"

// What a gateway changes in the heads that pass through it (RFC 9110 section 7.6): what was meant
// for one hop goes no further, and the next hop learns who asked. It knows no connection and no
// framing, which are the codecs' own.
namespace weir::http {

struct ForwardingParams {
  std::string via_name = "weir";  // a token; also names weir in Proxy-Status
  // In the Via of requests instead: the same and, as a comment, what no other process has nor can
  // guess. Empty: none, and what comes back is not known.
  std::string pseudonym = {};
  bool via = true;
  bool x_forwarded = true;
  bool forwarded = false;  // RFC 7239
};

// Where a request came from.
struct Hop {
  std::string_view peer_address;  // "192.0.2.1", "2001:db8::1", or "unix" when it has none
  std::string_view scheme;        // "http" or "https"
};

// It has been sent on by a weir of that pseudonym before.
bool has_been_here(const RequestHead& head, const ForwardingParams& params);

// In this order:
// 1. An absolute-form target becomes origin form (RFC 9112 section 3.2.4: OPTIONS without a path
//    becomes "*"); the authority stays in `head.authority`.
// 2. Fields meant for this hop are removed: Connection and the fields it names, Keep-Alive,
//    Proxy-Connection, Proxy-Authorization (meant for a proxy that asked for it, and weir does
//    not), Proxy-Authenticate, HTTP2-Settings, Upgrade (what is asked for stands in
//    `head.upgrade`), TE but for `trailers`, Expect unless it is a 100-continue of HTTP/1.1. An
//    upgrade to h2c is not passed on: behind it requests would reach the service unseen.
// 3. Via, X-Forwarded-… and Forwarded are set, so nothing in Connection can take them away. For the
//    same reason Connection cannot name away what hops in front of weir have said there, nor Host
//    and the framing. X-Forwarded-For and Forwarded grow by the peer; X-Forwarded-Proto and -Host
//    are set only where the hop in front has not.
void apply_request_rules(RequestHead& head, const ForwardingParams& params, const Hop& hop);

// The same removal for a response, where Upgrade stays on a 101, and Via on final responses.
void apply_response_rules(ResponseHead& head, const ForwardingParams& params);

}  // namespace weir::http
