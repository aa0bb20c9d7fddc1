#pragma once

#include "config/config.h"
#include "proxy/console.h"

// Looks whether this host is fit for a configuration; it changes nothing.
namespace weir {

// Says one line for each finding, with a hint where something is wrong. True when nothing is.
bool check_host(const config::Config& config, Console& console);

}  // namespace weir
