#pragma once

#include <functional>
#include <string_view>

#include "limiters/timeline.h"

// Tells the service supervisor (systemd, Type=notify) how far the process is and that it
// is well; it does nothing when nobody asked for it.
namespace weir {

// Sends e.g. "READY=1" or "STOPPING=1" as a datagram to $NOTIFY_SOCKET. Never blocks; a supervisor
// that does not listen is no failure of ours.
void notify_service(std::string_view state);

// Says "WATCHDOG=1" as long as all is well, three times in the interval that the supervisor asks
// for in $WATCHDOG_USEC; without that it does nothing.
class ServiceWatchdog {
 public:
  // `timeline` outlives it.
  ServiceWatchdog(limiters::Timeline& timeline, std::function<bool()> is_well);
  ServiceWatchdog(const ServiceWatchdog&) = delete;
  ServiceWatchdog& operator=(const ServiceWatchdog&) = delete;

 private:
  void feed();

  limiters::Timeline& timeline_;
  const std::function<bool()> is_well_;
  const limiters::Duration interval_;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir
