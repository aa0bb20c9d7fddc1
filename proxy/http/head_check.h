#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "proxy/http/codec.h"
#include "proxy/http/message.h"

// Takes the raw bytes of a head apart and refuses what two readers could read in two ways;
// it does not know what the fields mean.
namespace weir::http {

// `text` is what HeadReader found, `fields` the number of its field lines. Fills in method, target,
// version and headers of `head`; after an error they hold anything.
//
// The start line is `token SP target SP HTTP/1.x` with single blanks, the target printable ASCII;
// each field is `token ":" OWS value OWS CRLF`, its value without control bytes other than HTAB, so
// nothing is folded and no CR or LF stands alone.
[[nodiscard]] std::optional<ProtocolError> take_apart(std::string_view text, size_t fields,
                                                      const HeadLimits& limits, RequestHead& head);

// The lines of a head behind its first, through the blank one. Starts `headers` over; what is wrong
// with the lines, or nullptr.
[[nodiscard]] const char* take_fields(std::string_view lines, size_t fields, Headers& headers);
// The same of what the headers hold already, from `at` on.
[[nodiscard]] const char* take_held_fields(size_t at, Headers& headers);

}  // namespace weir::http
