#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "limiters/regulator.h"
#include "proxy/exchange/ending.h"

// Sentences of weir's log; they do not know where they go.
namespace weir::observe {

// "1 connection", "2 connections"
std::string counted(int64_t count, std::string_view noun);
// The limit and what led to it.
std::string line_of(const limiters::Decision& decision);
// A request that failed for a reason that lies behind weir. `backend`: the service's address, as
// far as it is known to who calls.
std::string line_of(const exchange::ExchangeFacts& facts, std::string_view backend);

}  // namespace weir::observe
