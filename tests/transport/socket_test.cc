#include "proxy/transport/socket.h"

#include <netinet/tcp.h>

#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

TEST(StreamSocketTest, APeerThatVanishesIsGivenUpAfterTwoMinutes) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Fd socket = open_stream_socket(family);
    if (!socket) continue;  // a machine without it
    tune_stream_socket(socket.get(), family);
    EXPECT_EQ(seconds_until_given_up(socket), 120);
  }
}

TEST(StreamSocketTest, SmallWritesAreNotDelayed) {
  const Fd socket = open_stream_socket(AF_INET);
  tune_stream_socket(socket.get(), AF_INET);
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_NODELAY), 1);
}

}  // namespace
}  // namespace weir::transport
