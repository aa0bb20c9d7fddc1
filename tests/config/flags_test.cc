#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string set_text(Loaded& loaded, std::string_view key, std::string_view value,
                     std::string_view origin) {
  const auto fault = set(loaded.config, loaded.provenance, key, value, origin);
  return fault ? to_string(*fault) : "";
}

TEST(Flags, AreEnoughWithoutAFile) {
  Loaded loaded;
  EXPECT_EQ(set_text(loaded, "listen", ":8080", "flag --listen"), "");
  EXPECT_EQ(set_text(loaded, "backend", "127.0.0.1:9000", "flag --backend"), "");
  check_complete(loaded);
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), IsEmpty());
  EXPECT_EQ(loaded.config.backend.address, (Endpoint{"127.0.0.1", 9000, ""}));
}

TEST(Flags, OverrideTheFile) {
  Loaded loaded = load("listen: ':1'\nbackend: a:1\nworkers: 2");
  EXPECT_EQ(set_text(loaded, "workers", "4", "flag --workers"), "");
  EXPECT_EQ(set_text(loaded, "backend.address", "b:2", "flag --backend"), "");
  EXPECT_EQ(loaded.config.workers, 4);
  EXPECT_EQ(loaded.config.backend.address.host, "b");
  EXPECT_EQ(loaded.provenance.at("workers").source, "flag --workers");
}

TEST(Flags, AListIsReplacedOnceAndThenGrows) {
  Loaded loaded = load("listen: [':1', ':2']\nbackend: a:1");
  EXPECT_EQ(set_text(loaded, "listen", ":3", "flag --listen"), "");
  EXPECT_EQ(set_text(loaded, "listen", ":4", "flag --listen"), "");
  EXPECT_THAT(values(loaded.config)["listen"], ElementsAre(":3", ":4"));
}

TEST(Flags, AListCanBeEmptied) {
  Loaded loaded = load("listen: ':1'\nbackend: a:1");
  EXPECT_EQ(set_text(loaded, "exempt", "[]", "flag --set"), "");
  EXPECT_THAT(values(loaded.config)["exempt"], IsEmpty());
  EXPECT_EQ(loaded.provenance.at("exempt").source, "flag --set");
  EXPECT_EQ(set_text(loaded, "exempt", "/a", "flag --set"), "");
  EXPECT_THAT(values(loaded.config)["exempt"], ElementsAre("/a"));
  EXPECT_EQ(set_text(loaded, "exempt", "[]", "flag --set"), "");
  EXPECT_THAT(values(loaded.config)["exempt"], IsEmpty());
  EXPECT_EQ(set_text(loaded, "workers", "[]", "flag --set"),
            "flag --set: workers: \"[]\" is not a whole number, expected a whole number from 1 to "
            "256");
  EXPECT_EQ(set_text(loaded, "listen", "[]", "flag --listen"), "");
  check_complete(loaded);
  EXPECT_THAT(texts(loaded.faults),
              ElementsAre("flag --listen: listen: required but missing, expected an address to "
                          "listen on, such as --listen :8080 or `listen: 0.0.0.0:8080` in the "
                          "file"));
}

TEST(Flags, HaveTheSameFaultsAndChangeNothingThen) {
  Loaded loaded = load("listen: ':1'\nbackend: a:1\nworkers: 2");
  EXPECT_EQ(
      set_text(loaded, "workers", "0", "flag --workers"),
      "flag --workers: workers: \"0\" is out of range, expected a whole number from 1 to 256");
  EXPECT_EQ(set_text(loaded, "listen", "x", "flag --listen"),
            "flag --listen: listen: \"x\" has no port, expected host:port, [v6]:port, :port or "
            "unix:/path");
  EXPECT_EQ(set_text(loaded, "log.level", "", "flag -l"),
            "flag -l: log.level: no value, expected trace, debug, info, warn or error");
  EXPECT_EQ(set_text(loaded, "log.level", "warning", "flag -l"),
            "flag -l: log.level: \"warning\" is not known, expected trace, debug, info, warn or "
            "error; did you mean \"warn\"?");
  EXPECT_EQ(set_text(loaded, "log.levl", "info", "flag --set"),
            "flag --set: log.levl: unknown key; did you mean \"log.level\"?");
  EXPECT_EQ(loaded.config.workers, 2);
  EXPECT_EQ(loaded.config.listen.size(), 1U);
}

TEST(Flags, AKeyThatIsNoneIsToldWhatThereIs) {
  Loaded loaded = load("listen: ':1'\nbackend: a:1");
  EXPECT_EQ(set_text(loaded, "idle_timeout", "1s", "flag --set"),
            "flag --set: idle_timeout: unknown key; did you mean \"backend.idle_timeout\"?");
  EXPECT_EQ(set_text(loaded, "log", "info", "flag --set"),
            "flag --set: log: a section, expected one of its keys: level or format");
  EXPECT_EQ(set_text(loaded, "log.colour", "red", "flag --set"),
            "flag --set: log.colour: unknown key, expected level or format");
  EXPECT_THAT(set_text(loaded, "colour", "red", "flag --set"),
              testing::StartsWith("flag --set: colour: unknown key, expected listen, workers, "));
}

TEST(Flags, RulesBetweenKeysNameTheFlag) {
  Loaded loaded = load("listen: ':1'\nbackend: a:1");
  EXPECT_EQ(set_text(loaded, "admin", "127.0.0.1:1", "flag --admin"), "");
  check_complete(loaded);
  EXPECT_THAT(texts(loaded.faults), ElementsAre("flag --admin: admin.address: \"127.0.0.1:1\" is "
                                                "also listen (:1), expected another address"));
}

TEST(PrintConfig, SaysWhereEachValueCameFrom) {
  Loaded loaded = load("listen: [':1', 'unix:/s']\nbackend: a:1\nlimiter: {max: 7}\nexempt: []");
  EXPECT_EQ(set_text(loaded, "workers", "3", "flag --workers"), "");
  check_complete(loaded);
  const std::string text = print_config(loaded.config, loaded.provenance);
  EXPECT_THAT(text, HasSubstr("listen:  # weir.yaml:1\n"
                              "  - address: \":1\"\n"
                              "  - address: unix:/s\n"
                              "workers: 3  # flag --workers\n"
                              "drain_seconds: 25  # default\n"
                              "exempt: []  # weir.yaml:4\n"
                              "priorities: []  # default\n"
                              "partition_by: none  # default\n"
                              "backend:\n"
                              "  address: a:1  # weir.yaml:2\n"
                              "  connect_timeout: 1s  # default\n"));
  EXPECT_THAT(text, HasSubstr("  max: 7  # weir.yaml:3\n"
                              "  dry_run: false  # default\n"
                              "  fixed:\n"
                              "    limit: 20  # default\n"
                              "  aimd:\n"
                              "    timeout: 5s  # default\n"));
}

TEST(PrintConfig, LoadsAgainToTheSame) {
  const char* files[] = {
      "",
      "listen: ':1'\nbackend: a:1",
      "listen: ['[::]:1', 'unix:/a b: #c\\\"$$']\nbackend: '[::1]:2'\nstatus: off\nadmin: off",
      "exempt: ['/a\"b', '/c\\d', '/$$e', '/{f}', '/g:', '/~']\nforwarding: {via_name: 'null'}",
      "forwarding: {via_name: '#!~`|*&%'}\naccess_log: {mode: all, path: './a: b # c é'}",
      "client: {max_body_size: 10MB, max_connections: 9, half_close: serve, idle_timeout: 1m1ns}",
      "queue: {max_wait: 250us, max_waiting: 0}\ndrain_seconds: 2.5s\nlog: {level: trace}",
      "priorities: [a when path /a/, b when header x-b, 'c when header c=d e=$$f', rest]",
      "partition_by: header x-$$tenant",
      "limiter: {algorithm: aimd, dry_run: true, gradient: {tolerance: 1.1, smoothing: 0.0001}}",
  };
  for (const char* file : files) {
    SCOPED_TRACE(file);
    const Loaded first = load(file);
    ASSERT_THAT(texts(first.faults), IsEmpty());
    const std::string printed = print_config(first.config, first.provenance);
    SCOPED_TRACE(printed);
    const Loaded again = load(printed);
    EXPECT_THAT(texts(again.faults), IsEmpty());
    EXPECT_EQ(values(again.config), values(first.config));
  }
}

}  // namespace
}  // namespace weir::config
