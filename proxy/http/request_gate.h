#pragma once

#include <cstdint>
#include <optional>

#include "proxy/http/codec.h"
#include "proxy/http/message.h"

// Judges what a request head of HTTP/1 says about its body, its host and its connection; it does
// not know the bytes it came in.
namespace weir::http {

// Whether the client wants the connection to go on after the response.
enum class Persistence : uint8_t {
  kCloses,
  kPersists,
  kPersistsWhenTold  // HTTP/1.0: only when the response says keep-alive
};

// Fills in authority, body, upgrade and expects_continue of `head`, whose other parts have been
// read. Whatever could be understood in two ways is refused: by whom we forward to, or by whom
// stands in front of us.
[[nodiscard]] std::optional<ProtocolError> pass_gate(RequestHead& head, Persistence& persistence);

}  // namespace weir::http
