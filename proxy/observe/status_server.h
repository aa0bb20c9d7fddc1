#pragma once

#include <functional>
#include <vector>

#include "proxy/observe/access_log_switch.h"
#include "proxy/observe/history.h"
#include "proxy/observe/metrics.h"
#include "proxy/observe/plain_server.h"

// What the status and the admin listener answer; they do not know how a change is carried out.
namespace weir::observe {

// Read only: probes, metrics, the limit and why, the live page. All outlive the routes.
std::vector<PlainServer::Route> status_routes(const Sources& sources, const Metrics& metrics,
                                              const History& history,
                                              const limiters::Timeline& timeline,
                                              std::function<bool()> draining);

struct AdminActions {
  std::function<std::string()> config_dump;
  std::function<void()> drain;
  AccessLogSwitch& access_log;
};
// Changes, by POST only, and what helps to decide on them. All outlive the routes.
std::vector<PlainServer::Route> admin_routes(const Sources& sources, const History& history,
                                             const limiters::Timeline& timeline,
                                             AdminActions actions);

}  // namespace weir::observe
