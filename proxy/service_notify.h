#pragma once

#include <string_view>

// Tells the service supervisor (systemd, Type=notify) how far the process is; it does nothing when
// nobody asked for it.
namespace weir {

// Sends e.g. "READY=1" or "STOPPING=1" as a datagram to $NOTIFY_SOCKET. Never blocks; a supervisor
// that does not listen is no failure of ours.
void notify_service(std::string_view state);

}  // namespace weir
