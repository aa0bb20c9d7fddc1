#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <variant>

#include "load-tests/forwarder/forwarder.h"
#include "load-tests/forwarder/refusal.h"
#include "load-tests/pieces/address.h"

namespace weir::forwarder {
namespace {

constexpr const char* kAbout =
    "weir-forwarder: carries bytes between clients and one backend, and knows no HTTP. Each "
    "client\n"
    "has a connection of its own to the backend; a small request and its answer are four socket\n"
    "calls. What a proxy costs beyond it is the price of what it does. With --answer it carries\n"
    "nothing and answers each read by itself: two calls, the floor of a shed.";

int fail(const std::string& text) {
  fmt::print(stderr, "weir-forwarder: {}\n", text);
  return 1;
}

int work(const std::string& listen, const std::string& backend, size_t answer_bytes) {
  const auto door = pieces::find_address(listen);
  if (const auto* wrong = std::get_if<std::string>(&door)) return fail("--listen: " + *wrong);
  const auto service = pieces::find_address(backend);
  if (const auto* wrong = std::get_if<std::string>(&service)) return fail("--backend: " + *wrong);
  Forwarder::Outcome outcome = std::get<transport::SocketAddress>(service);
  if (answer_bytes > 0) outcome = refusal_of(answer_bytes);
  pieces::raise_file_limit();
  std::string error;
  const auto made =
      Forwarder::open(std::get<transport::SocketAddress>(door), std::move(outcome), error);
  if (made == nullptr) return fail(error);
  fmt::print("weir-forwarder: listening on {}\n", made->address().text());
  std::fflush(stdout);
  return fail(made->run());
}

}  // namespace
}  // namespace weir::forwarder

int main(int count, char** words) {
  CLI::App app(weir::forwarder::kAbout, "weir-forwarder");
  std::string listen = "127.0.0.1:8080";
  std::string backend = "127.0.0.1:9000";
  app.add_option("--listen", listen, "host:port; port 0 takes a free one")->capture_default_str();
  app.add_option("--backend", backend, "host:port or unix:/path")->capture_default_str();
  size_t answer_bytes = 0;
  app.add_option("--answer", answer_bytes,
                 "answer each read with a 503 of so many bytes, and use no backend")
      ->check(CLI::Range(size_t{64}, size_t{65536}));
  CLI11_PARSE(app, count, words);
  return weir::forwarder::work(listen, backend, answer_bytes);
}
