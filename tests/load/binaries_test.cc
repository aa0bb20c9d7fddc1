#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "load-tests/pieces/address.h"
#include "proxy/transport/socket.h"

namespace weir {
namespace {

using nlohmann::json;

// A program that runs, and what it writes to its standard output.
class Program {
 public:
  explicit Program(std::vector<std::string> words) {
    int pipe[2];
    EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    output_ = ::fdopen(pipe[0], "r");
  }
  ~Program() {
    if (pid_ > 0) stop();
    std::fclose(output_);
  }

  std::string read_line() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
      line += static_cast<char>(c);
    return line;
  }
  std::string read_all() {
    std::string text;
    for (int c = std::fgetc(output_); c != EOF; c = std::fgetc(output_))
      text += static_cast<char>(c);
    return text;
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int stop() {
    ::kill(pid_, SIGTERM);
    return wait();
  }

 private:
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

json fetch(const std::string& address, const std::string& path) {
  const auto target = std::get<transport::SocketAddress>(pieces::find_address(address));
  const transport::Fd fd(::socket(target.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(fd.get(), target.system(), target.system_size()), 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(::send(fd.get(), request.data(), request.size(), 0),
            static_cast<ssize_t>(request.size()));
  std::string text;
  char piece[4096];
  for (ssize_t got; (got = ::recv(fd.get(), piece, sizeof piece, 0)) > 0;)
    text.append(piece, static_cast<size_t>(got));
  return json::parse(text.substr(text.find("\r\n\r\n") + 4), nullptr, false);
}

TEST(BinariesTest, ALightLoadIsServedInTheServiceTimeAndCountedAlikeOnBothSides) {
  Program origin({WEIR_ORIGIN, "--listen", "127.0.0.1:0", "--service-time", "20ms"});
  const std::string ready = origin.read_line();
  ASSERT_TRUE(ready.starts_with("weir-origin: listening on 127.0.0.1:")) << ready;
  EXPECT_TRUE(ready.ends_with(", 10 workers x 20ms, capacity 500 requests/s")) << ready;
  const size_t begin = ready.find("127.");
  const std::string address = ready.substr(begin, ready.find(',') - begin);

  Program load({WEIR_LOAD, "--target", "http://" + address + "/x", "--profile", "50:1s,100:1s",
                "--json", "-", "--series", "--quiet"});
  const json report = json::parse(load.read_all());
  EXPECT_EQ(load.wait(), 0);
  const json& totals = report["totals"];
  EXPECT_NEAR(totals["due"].get<double>(), 150, 40);
  EXPECT_EQ(totals["ok"], totals["due"]);
  EXPECT_EQ(totals["errors"], 0);
  EXPECT_EQ(totals["timeouts"], 0);
  EXPECT_GE(totals["ok_latency_ms"]["p50"], 19.9);
  EXPECT_LE(totals["ok_latency_ms"]["p50"], 40);
  EXPECT_EQ(report["phases"].size(), 2u);
  EXPECT_GE(report["series"].size(), 20u);

  const json stats = fetch(address, "/stats");
  EXPECT_EQ(stats["arrivals"], totals["due"]);
  EXPECT_EQ(stats["served"], totals["ok"]);
  EXPECT_EQ(stats["in_service"], 0);
  fetch(address, "/restart");
  EXPECT_EQ(fetch(address, "/stats")["arrivals"], 0);
  EXPECT_EQ(origin.stop(), 0);
}

}  // namespace
}  // namespace weir
