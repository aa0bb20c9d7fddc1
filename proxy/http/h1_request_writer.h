#pragma once

#include <cstddef>

#include "proxy/buffer.h"
#include "proxy/http/message.h"

// How a request head and its trailers stand on the wire of HTTP/1.1; it does not know what was sent
// before.
namespace weir::http {

// Host first, from `head.authority`; then the fields but for those the codec owns; then the framing
// from `head.body` and what Connection has to name. All return how many bytes they have appended.
size_t append_request_head(Buffer& out, const RequestHead& head);
// `bytes` is not empty. Returns the bytes of the framing alone.
size_t append_chunk(Buffer& out, Buffer bytes);
// The last chunk and the end of the message.
size_t append_last_chunk(Buffer& out, const Headers& trailers);

}  // namespace weir::http
