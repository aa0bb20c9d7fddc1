#include "proxy/transport/socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace weir::transport {
namespace {

int option(const Fd& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.get(), level, name, &value, &size), 0);
  return value;
}

TEST(StreamSocketTest, APeerThatVanishesIsGivenUpAfterTwoMinutes) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Fd socket = open_stream_socket(family);
    if (!socket) continue;  // a machine without it
    tune_stream_socket(socket.get(), family);
    EXPECT_EQ(option(socket, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(
        option(socket, IPPROTO_TCP, TCP_KEEPIDLE) +
            option(socket, IPPROTO_TCP, TCP_KEEPINTVL) * option(socket, IPPROTO_TCP, TCP_KEEPCNT),
        120);
  }
}

TEST(StreamSocketTest, SmallWritesAreNotDelayed) {
  const Fd socket = open_stream_socket(AF_INET);
  tune_stream_socket(socket.get(), AF_INET);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_NODELAY), 1);
}

}  // namespace
}  // namespace weir::transport
