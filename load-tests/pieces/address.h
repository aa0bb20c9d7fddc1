#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "proxy/transport/socket_address.h"

// Addresses as the tools' flags take them; it does not know who listens there.
namespace weir::pieces {

// "127.0.0.1:9000", "[::1]:9000", "localhost:9000", ":9000" (all addresses) or "unix:/path". Asks
// the resolver and so may block. Otherwise the answer is what is wrong.
std::variant<transport::SocketAddress, std::string> find_address(std::string_view text);

// As many open files as the system lets this user have.
void raise_file_limit();

}  // namespace weir::pieces
