#pragma once

#include <string_view>

// What stands between "http://" and the path, and in Host; it does not know to whom it leads.
namespace weir::http {

// `host [":" port]` of RFC 3986 with a host that is not empty: no user, no blanks, no list. A port
// has at most five digits and is at most 65535; it may be empty, as the RFC allows.
bool is_authority(std::string_view text);
// Letters compare without case, and the port of the scheme ("http" or "https", any case) is the
// same as none. Both are authorities or empty.
bool same_authority(std::string_view a, std::string_view b, std::string_view scheme);

}  // namespace weir::http
