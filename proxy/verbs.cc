#include "proxy/verbs.h"

#include <fmt/format.h>
#include <llhttp.h>
#include <spdlog/version.h>
#include <uv.h>

#include <CLI/CLI.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "config/key_table.h"
#include "config/load_config.h"
#include "proxy/console.h"
#include "proxy/doctor.h"
#include "proxy/file_limit.h"
#include "proxy/server.h"
#include "proxy/version.h"

namespace weir {
namespace {

// A flag that stands for one key of the file.
struct KeyFlag {
  const char* names;
  const char* key;
  const char* help;
  std::vector<std::string> values = {};
};

struct CommandLine {
  std::string file;
  std::vector<KeyFlag> keys = {
      {"--listen", "listen", "Where clients connect: host:port, [v6]:port, :port or unix:/path"},
      {"--backend", "backend", "The service: host:port, [v6]:port or unix:/path"},
      {"--workers", "workers", "Event loops that carry traffic"},
      {"--algorithm", "limiter.algorithm",
       "How the limit is found: knee, gradient, gradient2, aimd, vegas, fixed"},
      {"--status", "status", "Read-only listener: metrics, probes, live page; or off"},
      {"--admin", "admin", "Listener for changes, on loopback or unix:/path only; or off"},
      {"--access-log", "access_log.mode", "off, errors (failures and sheds) or all"},
      {"--drain-seconds", "drain_seconds", "How long open requests may take to finish at the end"},
      {"-l,--log-level", "log.level", "trace, debug, info, warn or error"},
  };
  std::vector<std::string> settings;  // key=value
};

std::string library_versions() {
  return fmt::format("llhttp {}.{}.{} (strict), libuv {}, spdlog {}.{}.{}, fmt {}.{}.{}",
                     LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH,
                     uv_version_string(), SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH,
                     FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

void add_flags(CLI::App& verb, CommandLine& line) {
  verb.add_option("-c,--config", line.file, "YAML file; - reads standard input");
  for (KeyFlag& flag : line.keys) {
    const auto option =
        verb.add_option(flag.names, flag.values, fmt::format("{} (key {})", flag.help, flag.key))
            ->type_name("VALUE")
            ->allow_extra_args(false);
    const config::Key* const key = config::find_key(flag.key);
    if (key == nullptr || key->shape != config::Shape::kList) option->expected(1);
  }
  verb.add_option(
          "--set", line.settings,
          "Any key of the file: --set client.idle_timeout=60s; again for the next of a list, [] "
          "for none of it")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void apply(config::Loaded& loaded, std::string_view key, std::string_view value,
           const std::string& origin) {
  if (auto fault = config::set(loaded.config, loaded.provenance, key, value, origin))
    loaded.faults.push_back(std::move(*fault));
}

// File first, flags over it, then the rules between keys.
config::Loaded load(const CommandLine& line) {
  config::Loaded loaded;
  if (!line.file.empty()) loaded = config::load_config_file(line.file, config::real_environment());
  for (const KeyFlag& flag : line.keys) {
    const std::string names = flag.names;
    for (const std::string& value : flag.values)
      apply(loaded, flag.key, value, "flag " + names.substr(names.rfind(',') + 1));
  }
  for (const std::string& setting : line.settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      loaded.faults.push_back({"flag --set", 0, 0, setting, "expected KEY=VALUE"});
    } else {
      apply(loaded, setting.substr(0, equals), setting.substr(equals + 1), "flag --set");
    }
  }
  config::check_complete(loaded);
  return loaded;
}

// As in the place of a fault.
std::string name_of_source(const CommandLine& line) {
  return line.file.empty() ? "flags" : line.file == "-" ? "stdin" : line.file;
}

// False when there are faults; everything is said either way.
bool report(const config::Loaded& loaded, const CommandLine& line, Console& console) {
  for (const config::Fault& fault : loaded.faults)
    console.complain(config::to_string(fault) + '\n');
  for (const config::Fault& warning : loaded.warnings)
    console.complain(fmt::format("warning: {}\n", config::to_string(warning)));
  if (!loaded.faults.empty() || !loaded.warnings.empty()) {
    console.complain(
        config::closing_line(name_of_source(line), loaded.faults.size(), loaded.warnings.size()) +
        '\n');
  }
  return loaded.faults.empty();
}

int run(const CommandLine& line, Console& console) {
  config::Loaded loaded = load(line);
  if (!report(loaded, line, console)) return 1;
  // Before the first loop, which takes some.
  const FileLimit files = raise_file_limit(reserved_files(loaded.config.workers));
  if (const int least = least_files(loaded.config.workers); files.open_files < least) {
    console.complain(fmt::format(
        "weir: the limit of {} open files is too low, expected at least {}; raise LimitNOFILE or "
        "`ulimit -Hn`\n",
        files.open_files, least));
    return 1;
  }
  return Server(std::move(loaded.config), std::move(loaded.provenance)).run();
}

int validate(const CommandLine& line, Console& console) {
  const config::Loaded loaded = load(line);
  if (!report(loaded, line, console)) return 1;
  console.say(fmt::format("{}: valid\n", name_of_source(line)));
  return 0;
}

int print_config(const CommandLine& line, Console& console) {
  const config::Loaded loaded = load(line);
  if (!report(loaded, line, console)) return 1;
  console.say(config::print_config(loaded.config, loaded.provenance));
  return 0;
}

int check(const CommandLine& line, Console& console) {
  const config::Loaded loaded = load(line);
  if (!report(loaded, line, console)) return 1;
  return check_host(loaded.config, console) ? 0 : 1;
}

int act(int argc, char** argv, Console& console) {
  CLI::App app(
      "weir stands in front of one service, learns from latency how many requests it can run at\n"
      "once, lets that many through, keeps a short queue, and answers the rest at once with 503\n"
      "and a Retry-After worth obeying.\n\n"
      "  weir run --listen :8080 --backend 127.0.0.1:9000    no file needed\n"
      "  weir run -c weir.yaml                               flags override the file\n"
      "  weir validate -c weir.yaml                          every fault of the file in one go\n"
      "  weir check -c weir.yaml                             is this host fit for it?\n",
      "weir");
  app.set_version_flag("--version",
                       fmt::format("weir {} ({})\n{}", kVersion, kCommit, library_versions()));
  app.require_subcommand(0, 1);
  CommandLine line;
  struct Verb {
    const char* name;
    const char* help;
    int (*act)(const CommandLine&, Console&);
  };
  const Verb verbs[] = {
      {"run",
       "Serve until SIGTERM, SIGINT, SIGQUIT or SIGHUP, then drain; a second of the first three "
       "stops at once",
       run},
      {"validate", "Check a configuration without touching the network", validate},
      {"print-config", "The effective configuration and where each value came from", print_config},
      {"check", "The doctor: file limit, cgroup, ports, backend; with a hint for each", check},
  };
  std::vector<std::pair<CLI::App*, const Verb*>> subcommands;
  for (const Verb& verb : verbs) {
    subcommands.emplace_back(app.add_subcommand(verb.name, verb.help), &verb);
    add_flags(*subcommands.back().first, line);
  }
  app.footer(
      "Exit codes: 0 done (run: drained), 1 not started or something is wrong,\n"
      "2 stopped by a second signal, 3 the drain's time was over.\n"
      "SIGUSR1 reopens the access log.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, complaint;
    const int code = app.exit(error, out, complaint);
    console.say(out.str());
    console.complain(complaint.str());
    return code == 0 ? 0 : 1;
  }
  for (const auto& [subcommand, verb] : subcommands)
    if (subcommand->parsed()) return verb->act(line, console);
  console.say(app.help());
  return 1;
}

}  // namespace

int run_verb(int argc, char** argv) {
  Console console;
  return console.exit_code(act(argc, argv, console));
}

}  // namespace weir
