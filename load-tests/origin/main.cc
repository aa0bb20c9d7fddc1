#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "load-tests/origin/flags.h"
#include "load-tests/origin/origin.h"
#include "load-tests/pieces/address.h"
#include "proxy/loop/signal_watch.h"

int main(int count, char** words) {
  using namespace weir;
  loop::ignore_broken_pipes();
  const auto read = origin::read_flags(count, words);
  if (const auto* farewell = std::get_if<origin::Farewell>(&read)) {
    std::fputs(farewell->text.c_str(), farewell->exit_code == 0 ? stdout : stderr);
    return farewell->exit_code;
  }
  const auto& options = std::get<origin::Options>(read);
  const auto address = pieces::find_address(options.listen);
  if (const auto* wrong = std::get_if<std::string>(&address)) {
    fmt::print(stderr, "weir-origin: --listen: {}\n", *wrong);
    return 1;
  }
  pieces::raise_file_limit();
  loop::EventLoop loop;
  std::string error;
  const auto server = origin::Origin::open(loop, options.service, options.body_bytes,
                                           std::get<transport::SocketAddress>(address), error);
  if (server == nullptr) {
    fmt::print(stderr, "weir-origin: {}\n", error);
    return 1;
  }
  const loop::SignalWatch terminated(loop, SIGTERM, [&] { loop.stop(); });
  const loop::SignalWatch interrupted(loop, SIGINT, [&] { loop.stop(); });
  fmt::print("weir-origin: listening on {}, {}\n", server->address().text(),
             origin::describe(options.service));
  std::fflush(stdout);
  loop.run();
  return 0;
}
