#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/buffer.h"
#include "proxy/http/error_reply.h"
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

enum class BodyToo : bool { kNo, kYes };
// The same of an answer that stands ready, in one piece with its body. Returns the bytes of the
// head.
size_t append_ready_reply(Buffer& out, const ReadyReply& reply, int retry_after_seconds,
                          ConnectionOption option, BodyToo body);

}  // namespace weir::http
