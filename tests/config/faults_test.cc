#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

struct Case {
  std::string yaml;
  std::vector<std::string> faults;  // without "weir.yaml:"
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.yaml.substr(0, 200));
    std::vector<std::string> expected;
    for (const std::string& fault : one.faults) expected.push_back("weir.yaml:" + fault);
    EXPECT_THAT(texts(load(one.yaml).faults), ElementsAreArray(expected));
  }
}

const std::string kSections =
    "listen, workers, drain_seconds, exempt, priorities, partition_by, backend, client, "
    "forwarding, limiter, queue, shed, "
    "status, admin, access_log or log";

TEST(Faults, Keys) {
  check({
      {"limiter:\n  algoritm: fixed",
       {"2:3: limiter.algoritm: unknown key; did you mean \"algorithm\"?"}},
      {"workerz: 1", {"1:1: workerz: unknown key; did you mean \"workers\"?"}},
      {"client: {idleTimeout: 1s}",
       {"1:10: client.idleTimeout: unknown key; did you mean \"idle_timeout\"?"}},
      {"connect_timeout: 1s",
       {"1:1: connect_timeout: unknown key; did you mean \"backend.connect_timeout\"?"}},
      {"colour: red", {"1:1: colour: unknown key, expected " + kSections}},
      {"limiter: {vegas: {alpha: 3}}",
       {"1:19: limiter.vegas.alpha: unknown key, expected probe_multiplier"}},
      {"listen: {adress: ':80'}", {"1:10: listen.adress: unknown key; did you mean \"address\"?"}},
      {"listen: [{tls: 1}]", {"1:11: listen[0].tls: unknown key, expected address"}},
      {"workers: 1\nworkers: 2", {"2:1: workers: duplicate key, expected once; first in line 1"}},
      {"log: {level: info, level: warn}",
       {"1:20: log.level: duplicate key, expected once; first in line 1"}},
      {"listen: {address: ':80', address: ':81'}",
       {"1:26: listen.address: duplicate key, expected once; first in line 1"}},
      {"log.level: info",
       {"1:1: \"log.level\" has a dot, expected nesting: the part behind the dot goes below "
        "\"log\""}},
      {"<<: {workers: 2}", {"1:1: a merge key, expected the keys themselves"}},
      {"log:\n  <<: {level: warn}", {"2:3: log: a merge key, expected the keys themselves"}},
      {"[a, b]: 1", {"1:1: a list as a key, expected a name"}},
      {"? {a: b}\n: 1", {"1:3: a mapping as a key, expected a name"}},
      {"~: 1", {"1:1: no value as a key, expected a name"}},
  });
}

TEST(Faults, YamlThatSurprises) {
  check({
      {"workers: &n 2",
       {"1:10: an anchor, expected a plain value: anchors and aliases are not "
        "supported"}},
      {"workers: *n", {"1:10: not valid YAML: the referenced anchor is not defined"}},
      {"log: &l {level: info}\nworkers: *l",
       {"1:6: an anchor, expected a plain value: anchors and aliases are not supported",
        "2:10: an alias, expected the value itself"}},
      {"a: &a [*a]",
       {"1:1: a: unknown key, expected " + kSections,
        "1:4: an anchor, expected a plain value: anchors and aliases are not supported",
        "1:8: an alias, expected the value itself"}},
      {"workers: !!int 2", {"1:10: a tag, expected a plain value: tags are not supported"}},
      {"workers: 2\n---\nworkers: 3", {"2:1: a second document, expected one"}},
      {"workers: x\n---\n",
       {"1:10: workers: \"x\" is not a whole number, expected a whole number from 1 to 256",
        "2:1: a second document, expected one"}},
      {"- workers", {"1:1: a list, expected a mapping with " + kSections}},
      {"workers", {"1:1: a single value, expected a mapping with " + kSections}},
      {"log: [\n", {"2:1: not valid YAML: end of sequence flow not found"}},
      {"log:\n  level: \"info\n", {"2:10: not valid YAML: a quote that is not closed"}},
      {"log: {level: info}\naccess_log:\n  path: '/a # it\n\n",
       {"3:9: not valid YAML: a quote that is not closed"}},
      {"log: {level: 'info'}\nlisten: \":80\nbackend: a:1\n",
       {"2:9: not valid YAML: a quote that is not closed"}},
      {"log: {level: 'info', format: \"text\"}\nworkers: '2'\n", {}},
      {"log:\n\tlevel: info",
       {"2:7: not valid YAML: illegal map value (the line begins with a tab, expected spaces)"}},
      {"log:\n  level: \"a\xff\"", {"2:12: not UTF-8, expected UTF-8 text"}},
      {"log: \xc0\x80", {"1:6: not UTF-8, expected UTF-8 text"}},
      {"# \xed\xa0\x80", {"1:3: not UTF-8, expected UTF-8 text"}},
      {std::string("a\0b", 3), {"1:2: a control character, expected text"}},
      {std::string("\xff\xfe"
                   "a\0",
                   4),
       {"1:1: not UTF-8, expected UTF-8 text"}},
      {"- - - - - - - - - - - - - - - - - a", {"1:33: nested deeper than 16 levels"}},
      {"a: " + std::string(1000, '{'), {"1:19: nested deeper than 16 levels"}},
  });
}

TEST(Faults, ValuesOfTheWrongKind) {
  check({
      {"workers:", {"1:1: workers: no value, expected a whole number from 1 to 256"}},
      {"workers: ~", {"1:1: workers: no value, expected a whole number from 1 to 256"}},
      {"workers: ''", {"1:10: workers: no value, expected a whole number from 1 to 256"}},
      {"workers: [1]", {"1:10: workers: a list, expected a whole number from 1 to 256"}},
      {"workers: {a: 1}", {"1:10: workers: a mapping, expected a whole number from 1 to 256"}},
      {"log:", {"1:1: log: no value, expected a mapping with level or format"}},
      {"log: info", {"1:6: log: a single value, expected a mapping with level or format"}},
      {"log: [info]", {"1:6: log: a list, expected a mapping with level or format"}},
      {"listen:",
       {"1:1: listen: no value, expected an address as host:port, [v6]:port, :port or unix:/path, "
        "or a list of such"}},
      {"listen: [{}]",
       {"1:10: listen[0].address: required but missing, expected an address as host:port, "
        "[v6]:port, :port or unix:/path"}},
      {"listen: [[]]",
       {"1:10: listen[0]: a list, expected an address as host:port, [v6]:port, :port or "
        "unix:/path"}},
      {"exempt: [~]",
       {"1:10: exempt[0]: no value, expected a path that begins with a slash, without spaces, "
        "query or fragment"}},
  });
}

TEST(Faults, ValuesThatCannotBeRead) {
  const std::string workers = ", expected a whole number from 1 to 256";
  check({
      {"workers: 0", {"1:10: workers: \"0\" is out of range" + workers}},
      {"workers: 257", {"1:10: workers: \"257\" is out of range" + workers}},
      {"workers: -1", {"1:10: workers: \"-1\" is out of range" + workers}},
      {"workers: 99999999999999999999",
       {"1:10: workers: \"99999999999999999999\" is out of range" + workers}},
      {"workers: 010", {"1:10: workers: \"010\" has a leading zero" + workers}},
      {"backend: {overload_statuses: [503, 200]}",
       {"1:36: backend.overload_statuses[1]: \"200\" is out of range, expected a whole number from "
        "400 to 599"}},
      {"workers: 0x10", {"1:10: workers: \"0x10\" is not a whole number" + workers}},
      {"workers: 1_0", {"1:10: workers: \"1_0\" is not a whole number" + workers}},
      {"workers: 1.0", {"1:10: workers: \"1.0\" is not a whole number" + workers}},
      {"workers: +1", {"1:10: workers: \"+1\" is not a whole number" + workers}},
      {"workers: two", {"1:10: workers: \"two\" is not a whole number" + workers}},
      {"forwarding: {via: yes}",
       {"1:19: forwarding.via: \"yes\" is not a boolean, expected true or false; did you mean "
        "\"true\"?"}},
      {"forwarding: {via: off}",
       {"1:19: forwarding.via: \"off\" is not a boolean, expected true or false; did you mean "
        "\"false\"?"}},
      {"forwarding: {via: 1}",
       {"1:19: forwarding.via: \"1\" is not a boolean, expected true or false"}},
      {"forwarding: {via_name: a b}",
       {"1:24: forwarding.via_name: \"a b\" does not fit, expected a word of letters, digits and "
        "!#$%&'*+-.^_`|~"}},
      {"limiter: {algorithm: gradiant}",
       {"1:22: limiter.algorithm: \"gradiant\" is not known, expected fixed, aimd, vegas, "
        "gradient, gradient2 or knee; did you mean \"gradient\"?"}},
      {"limiter: {algorithm: pid}",
       {"1:22: limiter.algorithm: \"pid\" is not known, expected fixed, aimd, vegas, "
        "gradient, gradient2 or knee"}},
      {"limiter: {gradient2: {long_window: 0}}",
       {"1:36: limiter.gradient2.long_window: \"0\" is out of range, expected a whole number "
        "from 1 to 100000"}},
      {"limiter: {aimd: {backoff_ratio: 1}}",
       {"1:33: limiter.aimd.backoff_ratio: \"1\" is out of range, expected a number of at least "
        "0.5 and below 1"}},
      {"limiter: {gradient: {tolerance: 1e1}}",
       {"1:33: limiter.gradient.tolerance: \"1e1\" is not a decimal number, expected a number from "
        "1 to 10"}},
      {"client: {idle_timeout: 75}",
       {"1:24: client.idle_timeout: \"75\" has no unit, expected a duration from 1ms to 24h, such "
        "as 30s"}},
      {"client: {max_head_size: 64}",
       {"1:25: client.max_head_size: \"64\" has no unit, expected a size from 1KiB to 16MiB, such "
        "as 64KiB"}},
      {"client: {max_head_size: 64kb}",
       {"1:25: client.max_head_size: \"64kb\" has the unknown unit \"kb\" (known: GiB, MiB, KiB, "
        "GB, MB, KB, B), expected a size from 1KiB to 16MiB, such as 64KiB"}},
      {"client: {max_head_size: 1GiB}",
       {"1:25: client.max_head_size: \"1GiB\" is out of range, expected a size from 1KiB to 16MiB, "
        "such as 64KiB"}},
      {"queue: {max_wait: 0s}",
       {"1:19: queue.max_wait: \"0s\" is out of range, expected a duration from 1us to 10m, such "
        "as 100ms (or auto)"}},
      {"drain_seconds: 2h",
       {"1:16: drain_seconds: \"2h\" is out of range, expected seconds or a duration from 0s to "
        "1h, such as 25"}},
      {"drain_seconds: 7200",
       {"1:16: drain_seconds: \"7200\" is out of range, expected seconds or a duration from 0s to "
        "1h, such as 25"}},
      {"status: 9880",
       {"1:9: status.address: \"9880\" has no port, expected host:port, [v6]:port, :port or "
        "unix:/path (or off); did you mean \":9880\"?"}},
      {"access_log: {path: stdot}",
       {"1:20: access_log.path: \"stdot\" does not fit, expected stdout, stderr or a path that "
        "begins with / or ./; did you mean \"stdout\"?"}},
      {"exempt: [healthz]",
       {"1:10: exempt[0]: \"healthz\" does not fit, expected a path that begins with a slash, "
        "without spaces, query or fragment"}},
      {"workers: \"" + std::string(80, '1') + "\"",
       {"1:10: workers: \"" + std::string(60, '1') + "…\" is out of range" + workers}},
      {"log: {level: \"a\\0\"}",
       {"1:14: log.level: \"a\\x00\" has control characters or bad UTF-8, expected trace, debug, "
        "info, warn or error"}},
  });
}

TEST(Faults, ComeAllAtOnceInTheOrderOfTheFile) {
  check({{"workers: 0\nbackend: nowhere\nlog: {levle: info, format: xml}\nworkers: 1\n",
          {"1:10: workers: \"0\" is out of range, expected a whole number from 1 to 256",
           "2:10: backend.address: \"nowhere\" has no port, expected host:port, [v6]:port or "
           "unix:/path",
           "3:7: log.levle: unknown key; did you mean \"level\"?",
           "3:28: log.format: \"xml\" is not known, expected text or json",
           "4:1: workers: duplicate key, expected once; first in line 1"}}});
}

TEST(Faults, AreCountedInTheClosingLine) {
  EXPECT_EQ(closing_line("weir.yaml", 0, 0), "weir.yaml: no faults");
  EXPECT_EQ(closing_line("weir.yaml", 1, 0), "weir.yaml: 1 fault");
  EXPECT_EQ(closing_line("weir.yaml", 2, 1), "weir.yaml: 2 faults, 1 warning");
}

TEST(Faults, TooManyValuesAndTooMuchTextAreRefused) {
  std::string many;
  for (int at = 0; at < 20'000; ++at) many += "- 1\n";
  EXPECT_THAT(texts(load(many).faults),
              ElementsAreArray({"weir.yaml:20000:3: more than 20000 values, too many"}));
  EXPECT_THAT(texts(load(std::string((1 << 20) + 1, '#')).faults),
              ElementsAreArray({"weir.yaml: larger than 1MiB, too large"}));
  EXPECT_THAT(texts(load(std::string(1 << 20, '#')).faults), IsEmpty());
}

TEST(Faults, AFileThatCannotBeReadIsOne) {
  Loaded missing = load_config_file("no/such/weir.yaml", variables({}));
  check_complete(missing);
  EXPECT_THAT(texts(missing.faults),
              ElementsAreArray({"no/such/weir.yaml: cannot be opened: No such file or directory"}));
  const std::string folder = std::filesystem::path(WEIR_EXAMPLE_CONFIG).parent_path();
  EXPECT_THAT(texts(load_config_file(folder, variables({})).faults),
              ElementsAreArray({folder + ": cannot be read: Is a directory"}));
}

}  // namespace
}  // namespace weir::config
