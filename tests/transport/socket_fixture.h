#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket.h"
#include "proxy/transport/socket_address.h"
#include "proxy/transport/transport.h"

// The small language in which tests of real sockets are written: a loop that runs until something
// is true, a raw peer, and news that are remembered.
namespace weir::transport {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Words = std::vector<std::string>;

inline std::string word_of(CloseReason why) {
  switch (why) {
    case CloseReason::kReset:
      return "reset";
    case CloseReason::kRefused:
      return "refused";
    case CloseReason::kTimedOut:
      return "timed out";
    case CloseReason::kUnreachable:
      return "unreachable";
    case CloseReason::kUnresolved:
      return "unresolved";
    case CloseReason::kFailed:
      return "failed";
  }
  return "?";
}

inline int option_of(const Fd& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.get(), level, name, &value, &size), 0);
  return value;
}

// Of a silent peer that does not answer the kernel; 0: never.
inline int seconds_until_given_up(const Fd& socket) {
  if (option_of(socket, SOL_SOCKET, SO_KEEPALIVE) == 0) return 0;
  return option_of(socket, IPPROTO_TCP, TCP_KEEPIDLE) +
         option_of(socket, IPPROTO_TCP, TCP_KEEPINTVL) *
             option_of(socket, IPPROTO_TCP, TCP_KEEPCNT);
}

// Remembers what it was told. `on_news`, if set, runs after each piece of news, which may be its
// last act: it may destroy the transport.
class News final : public TransportEvents {
 public:
  void on_open() override { add("open"); }
  void on_bytes(std::span<const std::byte> bytes) override {
    received += text_of(bytes);
    if (words.empty() || words.back() != "bytes") words.emplace_back("bytes");
    if (on_news) on_news("bytes");
  }
  void on_end_ahead() override { add("end ahead"); }
  void on_end() override { add("end"); }
  void on_drained() override { add("drained"); }
  void on_closed(CloseReason why) override { add("closed: " + word_of(why)); }
  bool heard(const std::string& word) const {
    for (const auto& one : words)
      if (one == word) return true;
    return false;
  }

  Words words;  // neighbouring "bytes" count once
  std::string received;
  std::function<void(const std::string& word)> on_news;

 private:
  void add(const std::string& word) {
    words.push_back(word);
    if (on_news) on_news(word);
  }
};

// The other end of a connection, without any loop.
class Peer {
 public:
  Peer() = default;
  explicit Peer(Fd fd) : fd_(std::move(fd)) {}
  // False when the kernel did not take all of it.
  bool say(std::string_view text) {
    return ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(text.size());
  }
  // Takes what has come, up to `at_most` bytes.
  void listen(size_t at_most = SIZE_MAX) {
    std::array<char, 65536> bytes;
    while (at_most > 0) {
      const ssize_t got =
          ::recv(fd_.get(), bytes.data(), std::min(bytes.size(), at_most), MSG_DONTWAIT);
      if (got == 0) ended = true;
      if (got < 0 && errno != EAGAIN) cut = true;
      if (got <= 0) return;
      received.append(bytes.data(), static_cast<size_t>(got));
      at_most -= static_cast<size_t>(got);
    }
  }
  void end() { ::shutdown(fd_.get(), SHUT_WR); }
  void leave() { fd_.reset(); }
  void reset() {
    const linger none{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    fd_.reset();
  }
  int fd() const { return fd_.get(); }

  std::string received;
  bool ended = false;
  bool cut = false;

 private:
  Fd fd_;
};

inline SocketAddress loopback(uint16_t port = 0) {
  return *SocketAddress::from_numeric("127.0.0.1", port);
}

// A socket bound to `address`; listens when `backlog` is given.
inline Fd bound(const SocketAddress& address, int backlog = -1) {
  Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::bind(fd.get(), address.system(), address.system_size()), 0);
  if (backlog >= 0) {
    EXPECT_EQ(::listen(fd.get(), backlog), 0);
  }
  return fd;
}

inline SocketAddress address_of(const Fd& fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  return SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&storage), size);
}

// Begins to connect; loopback is done at once unless the backlog is full.
inline Fd connected_to(const SocketAddress& address) {
  Fd fd = open_stream_socket(address.family());
  if (::connect(fd.get(), address.system(), address.system_size()) != 0) {
    EXPECT_TRUE(errno == EINPROGRESS || errno == EAGAIN) << error_word(errno);
  }
  return fd;
}

enum class Kind { kTcp, kUnix };
inline void PrintTo(Kind kind, std::ostream* out) { *out << (kind == Kind::kTcp ? "TCP" : "Unix"); }

struct Pair {
  Fd ours;
  Peer peer;
};

inline Pair connected_pair(Kind kind) {
  if (kind == Kind::kUnix) {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    return {Fd(fds[0]), Peer(Fd(fds[1]))};
  }
  const Fd door = bound(loopback(), 1);
  Fd peer = connected_to(address_of(door));
  Fd ours(::accept4(door.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  tune_stream_socket(ours.get(), AF_INET);
  return {std::move(ours), Peer(std::move(peer))};
}

// A directory of its own, gone with the test.
class OwnDirectory {
 public:
  OwnDirectory() : path_(::testing::TempDir() + "weir-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  OwnDirectory(const OwnDirectory&) = delete;
  OwnDirectory& operator=(const OwnDirectory&) = delete;
  ~OwnDirectory() {
    ::unlink(file("socket").c_str());
    ::rmdir(path_.c_str());
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class SocketTest : public ::testing::Test {
 protected:
  // Runs the loop until `condition` holds; false when it does not within ten seconds.
  bool becomes(const std::function<bool()>& condition) {
    const loop::TimePoint give_up = loop.timeline().now() + seconds(10);
    bool met = false;
    loop::Timeline::Timer look_again;
    std::function<void()> look = [&] {
      met = condition();
      if (met || loop.timeline().now() > give_up) return loop.stop();
      look_again = loop.timeline().after(milliseconds(1), look);
    };
    look_again = loop.timeline().after(milliseconds(0), look);
    loop.run();
    return met;
  }
  // Lets the loop run for that long; returns how often it woke up.
  int wakes_during(milliseconds time) {
    int wakes = 0;
    uv_check_t check;
    uv_check_init(loop.uv(), &check);
    check.data = &wakes;
    uv_check_start(&check, [](uv_check_t* one) { ++*static_cast<int*>(one->data); });
    auto done = loop.timeline().after(time, [&] { loop.stop(); });
    loop.run();
    bool closed = false;
    check.data = &closed;
    uv_close(reinterpret_cast<uv_handle_t*>(&check),
             [](uv_handle_t* one) { *static_cast<bool*>(one->data) = true; });
    EXPECT_TRUE(becomes([&] { return closed; }));
    return wakes;
  }

  loop::EventLoop loop;
  News news;
};

}  // namespace weir::transport
