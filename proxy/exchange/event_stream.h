#pragma once

#include "proxy/http/message.h"

// Which answers are streams of events (EventSource of the HTML standard), which may stand for days
// and say nothing; it does not know what follows from that.
namespace weir::exchange {

bool is_event_stream(const http::ResponseHead& head);

}  // namespace weir::exchange
