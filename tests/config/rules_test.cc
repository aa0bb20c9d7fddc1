#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kRequired = "listen: ':80'\nbackend: a:1\n";

struct Case {
  std::string yaml;  // after the two lines that are required
  std::vector<std::string> faults;
};

TEST(Rules, KeysThatContradictEachOtherAreFaults) {
  const std::vector<Case> cases = {
      {"limiter: {min: 10, max: 5}",
       {"weir.yaml:3:11: limiter.min: 10 is above limiter.max, expected at most 5"}},
      {"limiter: {initial: 10, max: 5}",
       {"weir.yaml:3:11: limiter.initial: 10 is above limiter.max, expected at most 5"}},
      {"limiter: {initial: 3, min: 5}",
       {"weir.yaml:3:11: limiter.initial: 3 is below limiter.min, expected at least 5"}},
      {"limiter: {min: 2000}",
       {"weir.yaml:3:11: limiter.min: 2000 is above limiter.max, expected at most 1000"}},
      {"limiter: {algorithm: fixed, max: 50, fixed: {limit: 51}}",
       {"weir.yaml:3:46: limiter.fixed.limit: 51 is above limiter.max, expected at most 50"}},
      {"shed: {retry_after_min: 1m}",
       {"weir.yaml:3:8: shed.retry_after_min: 1m is above shed.retry_after_max, expected at most "
        "30s"}},
      {"client: {max_head_size: 8KiB, max_target_size: 9KiB}",
       {"weir.yaml:3:31: client.max_target_size: 9KiB is above client.max_head_size, expected at "
        "most 8KiB"}},
      {"status: ':80'",
       {"weir.yaml:3:1: status.address: \":80\" is also listen, expected another address"}},
      {"admin: '127.0.0.1:80'",
       {"weir.yaml:3:1: admin.address: \"127.0.0.1:80\" is also listen (:80), expected another "
        "address"}},
      {"admin: '127.0.0.1:9880'",
       {"weir.yaml:3:1: admin.address: \"127.0.0.1:9880\" is also status.address, expected another "
        "address"}},
      {"priorities: [a, b]",
       {"weir.yaml:3:1: priorities: 2 have no condition, expected one: it gets what no other "
        "claims"}},
      {"priorities: [a when path /a]",
       {"weir.yaml:3:1: priorities: 0 have no condition, expected one: it gets what no other "
        "claims"}},
      {"priorities: [a, a when path /a]",
       {"weir.yaml:3:1: priorities: \"a\" is there twice, expected another name"}},
      {"priorities: [r, a when path /a, b when path /b, c when path /c, d when path /d, e when "
       "path "
       "/e, f when path /f, g when path /g, h when path /h]",
       {"weir.yaml:3:1: priorities: 9 are too many, expected at most 8"}},
      {"partition_by: client_address\npriorities: [r, a when path /a, b when path /b, c when path "
       "/c, d when path /d]",
       {"weir.yaml:4:1: priorities: 5 are too many, expected at most 4 with partition_by"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.yaml);
    EXPECT_THAT(texts(load_complete(kRequired + one.yaml).faults), ElementsAreArray(one.faults));
  }
}

TEST(Rules, PrioritiesWithoutAQueueAreWarnedOf) {
  EXPECT_THAT(
      texts(load_complete(kRequired + "queue: {max_waiting: 0}\npriorities: [a when path /a, b]")
                .warnings),
      ElementsAre("weir.yaml:4:1: priorities: have no effect without a queue "
                  "(queue.max_waiting is 0)"));
}

TEST(Rules, PartitionsWithoutAQueueAreWarnedOf) {
  EXPECT_THAT(
      texts(load_complete(kRequired + "queue: {max_waiting: 0}\npartition_by: header x-tenant")
                .warnings),
      ElementsAre("weir.yaml:4:1: partition_by: has no effect without a queue "
                  "(queue.max_waiting is 0)"));
}

TEST(Rules, AFieldThatHoldsSecretsIsWarnedOf) {
  EXPECT_THAT(texts(load_complete(kRequired + "partition_by: header Authorization").warnings),
              ElementsAre("weir.yaml:3:1: partition_by: \"Authorization\" holds secrets, and its "
                          "values are shown in the access log and /limits; expected a field that "
                          "names the caller"));
}

TEST(Rules, ANameIsNoPlaceToListenAt) {
  EXPECT_THAT(
      texts(load_complete("listen: localhost:80\nbackend: a:1\nstatus: a:2\nadmin: {address: b:3}")
                .faults),
      ElementsAre("weir.yaml:1:9: listen: \"localhost:80\" has a name for a host, expected an "
                  "address of this host; did you mean \"127.0.0.1:80\"?",
                  "weir.yaml:3:9: status.address: \"a:2\" has a name for a host, expected an "
                  "address of this host (or off)",
                  "weir.yaml:4:18: admin.address: \"b:3\" has a name for a host, expected an "
                  "address of this host (or off)"));
}

TEST(Rules, AddressesOfWeirAndOfTheServiceAreApart) {
  EXPECT_THAT(texts(load_complete("listen: [':80', ':81', '10.0.0.1:80']\nbackend: a:1").faults),
              ElementsAre("weir.yaml:1:1: listen: \"10.0.0.1:80\" is listed twice (:80), expected "
                          "another address"));
  for (const char* backend : {"127.0.0.1:80", "localhost:80", "'[::1]:80'"}) {
    EXPECT_EQ(load_complete(std::string("listen: ':80'\nbackend: ") + backend).faults.size(), 1U);
  }
  EXPECT_THAT(texts(load_complete("listen: 'unix:/s'\nbackend: unix:/s").faults),
              ElementsAre("weir.yaml:2:1: backend.address: \"unix:/s\" is where weir itself "
                          "listens, expected the service"));
  EXPECT_THAT(texts(load_complete("listen: ':80'\nbackend: 127.0.0.1:9880").faults),
              ElementsAre("weir.yaml:2:1: backend.address: \"127.0.0.1:9880\" is also "
                          "status.address, expected the service"));
  for (const char* text :
       {"listen: ':80'\nbackend: service:80", "listen: ':80'\nbackend: 10.0.0.2:80",
        "listen: '127.0.0.1:80'\nbackend: 127.0.0.2:80"}) {
    EXPECT_THAT(texts(load_complete(text).faults), IsEmpty());
  }
}

TEST(Rules, ListenAndBackendAreRequired) {
  EXPECT_THAT(texts(load_complete("workers: 2").faults),
              ElementsAre("listen: required but missing, expected an address to listen on, such as "
                          "--listen :8080 or `listen: 0.0.0.0:8080` in the file",
                          "backend.address: required but missing, expected the service's address, "
                          "such as --backend 127.0.0.1:9000 or `backend: 127.0.0.1:9000` in the "
                          "file"));
  EXPECT_EQ(load_complete("listen: []\nbackend: a:1").faults.size(), 1U);
}

TEST(Rules, AKeyThatCannotBeReadIsToldOnceOnly) {
  EXPECT_EQ(load_complete("listen: x\nbackend: y").faults.size(), 2U);
  EXPECT_EQ(load_complete(kRequired + "limiter: {min: x, initial: 2000}").faults.size(), 2U);
  EXPECT_EQ(load_complete("listen: [").faults.size(), 1U);
  for (const char* backend : {"", "null", "[a:1]"}) {
    EXPECT_EQ(load_complete(std::string("listen: ':80'\nbackend: ") + backend).faults.size(), 1U);
  }
}

TEST(Rules, ADefaultGivesWayToWhatWasSet) {
  const Loaded low = load_complete(kRequired + "limiter: {max: 5}\nclient: {max_head_size: 2KiB}");
  EXPECT_THAT(texts(low.faults), IsEmpty());
  EXPECT_EQ(low.config.limiter.initial_limit, 5);
  EXPECT_EQ(low.config.client.max_target_size, 2048U);
  EXPECT_EQ(load_complete(kRequired + "limiter: {min: 50}").config.limiter.initial_limit, 50);
}

TEST(Rules, ADefaultThatGaveWaySaysToWhat) {
  const Loaded low = load_complete(kRequired + "limiter: {max: 5}\nclient: {max_head_size: 2KiB}");
  const std::string printed = print_config(low.config, low.provenance);
  EXPECT_THAT(printed, HasSubstr("initial: 5  # default, lowered to limiter.max\n"));
  EXPECT_THAT(printed,
              HasSubstr("max_target_size: 2KiB  # default, lowered to client.max_head_size\n"));
  const Loaded high = load_complete(kRequired + "limiter: {min: 50}");
  EXPECT_THAT(print_config(high.config, high.provenance),
              HasSubstr("initial: 50  # default, raised to limiter.min\n"));
  const Loaded neither = load_complete(kRequired + "limiter: {min: 20}");
  EXPECT_THAT(print_config(neither.config, neither.provenance),
              HasSubstr("initial: 20  # default\n"));
}

TEST(Rules, TheFixedLimitInForceIsTheOneThatIsPrinted) {
  const Loaded low = load_complete(kRequired + "limiter: {algorithm: fixed, max: 10}");
  EXPECT_THAT(texts(low.faults), IsEmpty());
  EXPECT_THAT(print_config(low.config, low.provenance),
              HasSubstr("limit: 10  # default, lowered to limiter.max\n"));
  const Loaded high = load_complete(kRequired + "limiter: {algorithm: fixed, min: 30}");
  EXPECT_THAT(print_config(high.config, high.provenance),
              HasSubstr("limit: 30  # default, raised to limiter.min\n"));
  const Loaded other = load_complete(kRequired + "limiter: {max: 10}");
  EXPECT_THAT(print_config(other.config, other.provenance), HasSubstr("limit: 20  # default\n"));
  EXPECT_THAT(texts(other.warnings), IsEmpty());
}

TEST(Rules, AFixedLimitHasNoFirstOne) {
  EXPECT_THAT(
      texts(load_complete(kRequired + "limiter: {algorithm: fixed, initial: 30}").warnings),
      ElementsAre("weir.yaml:3:29: limiter.initial: has no effect with limiter.algorithm fixed, "
                  "whose limit is limiter.fixed.limit"));
  EXPECT_THAT(texts(load_complete(kRequired + "limiter: {algorithm: fixed, min: 30}").warnings),
              IsEmpty());
}

TEST(Rules, WhoMayChangeWeirIsOnItsHost) {
  for (const std::string address : {":9881", "0.0.0.0:9881", "[::]:9881", "192.0.2.1:9881"}) {
    const Loaded loaded = load_complete(kRequired + "admin: '" + address + "'");
    EXPECT_THAT(texts(loaded.faults),
                ElementsAre("weir.yaml:3:1: admin.address: \"" + address +
                            "\" can be reached from other hosts, which may then change weir; "
                            "expected loopback or a Unix socket"));
  }
  for (const std::string address : {"127.0.0.1:9881", "[::1]:9881", "unix:/s", "off"}) {
    const Loaded loaded = load_complete(kRequired + "admin: '" + address + "'");
    EXPECT_THAT(texts(loaded.faults), IsEmpty()) << address;
  }
}

TEST(Rules, WhatIsUnsafeIsAWarning) {
  const std::vector<Case> cases = {
      {"backend: {address: a:1, response_head_timeout: 1s}\nqueue: {max_wait: 2s}",
       {"weir.yaml:4:9: queue.max_wait: 2s is longer than backend.response_head_timeout (1s): "
        "clients wait longer for their turn than for the service"}},
      {"limiter: {fixed: {limit: 5}}",
       {"weir.yaml:3:19: limiter.fixed.limit: has no effect with another limiter.algorithm"}},
      {"limiter: {algorithm: vegas, gradient: {tolerance: 2}, vegas: {probe_multiplier: 3}}",
       {"weir.yaml:3:40: limiter.gradient.tolerance: has no effect with another "
        "limiter.algorithm"}},
      {"limiter: {algorithm: gradient2, gradient2: {allowance: 0}, gradient: {tolerance: 2}}",
       {"weir.yaml:3:71: limiter.gradient.tolerance: has no effect with another "
        "limiter.algorithm"}},
      {"admin: unix:/run/weir/admin.sock", {}},
      {"admin: off", {}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.yaml);
    const bool has_backend = one.yaml.starts_with("backend");
    const Loaded loaded = load_complete((has_backend ? "listen: ':80'\n\n" : kRequired) + one.yaml);
    EXPECT_THAT(texts(loaded.faults), IsEmpty());
    EXPECT_THAT(texts(loaded.warnings), ElementsAreArray(one.faults));
  }
}

}  // namespace
}  // namespace weir::config
