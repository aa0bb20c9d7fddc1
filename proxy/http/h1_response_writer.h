#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/buffer.h"
#include "proxy/http/message.h"

// How a response head stands on the wire of HTTP/1.1; it does not know what was asked.
namespace weir::http {

// What the head says about the connection.
enum class ConnectionOption : uint8_t { kNone, kClose, kKeepAlive, kUpgrade };

// Always written as HTTP/1.1, to clients of HTTP/1.0 too (RFC 9110 section 2.5). `framing` says
// which field announces the body, and need not be head.body: kNone and kUntilClose announce none.
// The fields that the codec owns are left out of the head's own. Returns the bytes appended.
size_t append_response_head(Buffer& out, const ResponseHead& head, BodyLength framing,
                            ConnectionOption option);

}  // namespace weir::http
