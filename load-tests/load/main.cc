#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "load-tests/load/flags.h"
#include "load-tests/load/report.h"
#include "load-tests/load/request_log.h"
#include "load-tests/load/run.h"
#include "load-tests/pieces/address.h"
#include "proxy/loop/signal_watch.h"

namespace weir::load {
namespace {

// A line that is written over once a second where somebody sees it.
class ProgressLine {
 public:
  ProgressLine(loop::EventLoop& loop, const Options& options, Run& run)
      : loop_(loop), options_(options), run_(run), on_terminal_(::isatty(STDERR_FILENO) == 1) {
    const bool shown = options.progress == ShowProgress::kAlways ||
                       (options.progress == ShowProgress::kOnTerminal && on_terminal_);
    if (shown) wait();
  }
  ~ProgressLine() {
    if (on_terminal_ && timer_.pending()) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  void wait() {
    timer_ = loop_.timeline().after(std::chrono::seconds(1), [this] {
      const std::string line = make_progress_line(options_, run_.progress());
      fmt::print(stderr, "{}{}{}", on_terminal_ ? "\r" : "", line, on_terminal_ ? "\x1b[K" : "\n");
      wait();
    });
  }

  loop::EventLoop& loop_;
  const Options& options_;
  Run& run_;
  bool on_terminal_;
  loop::Timeline::Timer timer_;
};

int fail(const std::string& text) {
  fmt::print(stderr, "weir-load: {}\n", text);
  return 1;
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  return static_cast<bool>(file);
}

// The table gives way to JSON where both would go to the same place.
int report(const Options& options, RunResult& result) {
  if (options.json != "-") fmt::print("{}", make_table(options, result));
  if (options.json == "-") {
    fmt::print("{}", make_json(options, result));
  } else if (!options.json.empty()) {
    if (!write(options.json, make_json(options, result)))
      return fail(fmt::format("cannot write {}", options.json));
  }
  if (!options.requests.empty() && !write(options.requests, make_csv(result.requests)))
    return fail(fmt::format("cannot write {}", options.requests));
  return result.interrupted ? 1 : 0;
}

int work(const Options& options, const transport::SocketAddress& address) {
  loop::EventLoop loop;
  Run run(loop, options.run, address, [&loop] { loop.stop(); });
  {
    const loop::SignalWatch terminated(loop, SIGTERM, [&run] { run.interrupt(); });
    const loop::SignalWatch interrupted(loop, SIGINT, [&run] { run.interrupt(); });
    const ProgressLine progress(loop, options, run);
    loop.run();
  }
  if (!run.result())
    return fail(fmt::format("cannot reach {}: {}", options.address, run.unreachable()));
  return report(options, *run.result());
}

}  // namespace
}  // namespace weir::load

int main(int count, char** words) {
  using namespace weir;
  loop::ignore_broken_pipes();
  const auto read = load::read_flags(count, words);
  if (const auto* farewell = std::get_if<load::Farewell>(&read)) {
    std::fputs(farewell->text.c_str(), farewell->exit_code == 0 ? stdout : stderr);
    return farewell->exit_code;
  }
  const auto& options = std::get<load::Options>(read);
  const auto address = pieces::find_address(options.address);
  if (const auto* wrong = std::get_if<std::string>(&address))
    return load::fail("--target: " + *wrong);
  pieces::raise_file_limit();
  return load::work(options, std::get<transport::SocketAddress>(address));
}
