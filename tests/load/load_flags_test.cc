#include <gtest/gtest.h>

#include <vector>

#include "load-tests/load/flags.h"

namespace weir::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::variant<Options, Farewell> read(std::vector<const char*> words) {
  words.insert(words.begin(), "weir-load");
  return read_flags(static_cast<int>(words.size()), words.data());
}

TEST(LoadFlagsTest, EachFlagIsUnderstood) {
  const auto read_all = read({"--target",
                              "http://svc:8081/p?q=1",
                              "--profile",
                              "700:20s,2500:10s",
                              "--arrivals",
                              "constant",
                              "--connections",
                              "50",
                              "--spread",
                              "--timeout",
                              "2s",
                              "--slo",
                              "40ms",
                              "--seed",
                              "3",
                              "--method",
                              "POST",
                              "--body-bytes",
                              "3",
                              "--header",
                              "X-A: b",
                              "--warmup",
                              "1s",
                              "--retry",
                              "retry-after",
                              "--attempts",
                              "3",
                              "--at-end",
                              "give-up",
                              "--requests",
                              "/tmp/r.csv",
                              "--expect-bytes",
                              "13",
                              "--ramp",
                              "40ms",
                              "--json",
                              "-",
                              "--series"});
  const auto& options = std::get<Options>(read_all);
  const RunParams& run = options.run;
  EXPECT_EQ(options.address, "svc:8081");
  EXPECT_EQ(run.request.bytes,
            "POST /p?q=1 HTTP/1.1\r\nHost: svc:8081\r\nUser-Agent: weir-load\r\nX-A: b\r\n"
            "Content-Length: 3\r\n\r\nwww");
  EXPECT_EQ(run.profile.size(), 2u);
  EXPECT_EQ(run.arrivals, Arrivals::kConstant);
  EXPECT_EQ(run.connections, 50u);
  EXPECT_EQ(run.turns, Turns::kSpread);
  EXPECT_EQ(run.timeout, seconds(2));
  EXPECT_EQ(run.objective, milliseconds(40));
  EXPECT_EQ(run.warmup, seconds(1));
  EXPECT_EQ(run.retries, RetryPolicy::kRetryAfter);
  EXPECT_EQ(run.most_attempts, 3);
  EXPECT_EQ(run.at_end, AtEnd::kGiveUp);
  EXPECT_TRUE(run.logs_requests);
  EXPECT_EQ(options.requests, "/tmp/r.csv");
  EXPECT_EQ(run.expected_bytes, 13u);
  EXPECT_EQ(run.ramp, milliseconds(40));
  EXPECT_EQ(options.json, "-");
  EXPECT_EQ(options.series, ShowSeries::kYes);
}

TEST(LoadFlagsTest, EveryTargetHasItsAddressAndPath) {
  struct Case {
    const char* target;
    const char* address;
    const char* line;
  };
  for (const Case& one :
       {Case{"http://127.0.0.1", "127.0.0.1:80", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"},
        Case{"http://[::1]/a", "[::1]:80", "GET /a HTTP/1.1\r\nHost: [::1]\r\n"},
        Case{"http://[::1]:90?x", "[::1]:90", "GET /?x HTTP/1.1\r\nHost: [::1]:90\r\n"},
        Case{"unix:/run/x", "unix:/run/x", "GET / HTTP/1.1\r\nHost: localhost\r\n"}}) {
    const auto options = read({"--rate", "5", "--target", one.target});
    ASSERT_TRUE(std::holds_alternative<Options>(options)) << one.target;
    EXPECT_EQ(std::get<Options>(options).address, one.address);
    EXPECT_TRUE(std::get<Options>(options).run.request.bytes.starts_with(one.line)) << one.target;
  }
}

TEST(LoadFlagsTest, ABadFlagIsOneLine) {
  struct Case {
    std::vector<const char*> words;
    const char* text;
  };
  const Case cases[] = {
      {{}, "weir-load: how much load? expected --rate, --profile or --closed\n"},
      {{"--rate", "5", "--target", "https://x/"},
       "weir-load: --target: \"https://x/\", expected http://host[:port][/path] or unix:/path\n"},
      {{"--profile", "7"},
       "weir-load: --profile: \"7\", expected RATE:TIME such as 700:20s, the rate at most "
       "10000000\n"},
      {{"--rate", "5", "--duration", "5"},
       "weir-load: --duration: \"5\", expected a time such as 100ms or 20s\n"},
      {{"--rate", "5", "--header", "X: a\r\nY: b"},
       "weir-load: --header: \"X: a\r\nY: b\", expected \"Name: value\"\n"},
      {{"--rate", "5", "--path", "/a b"},
       "weir-load: --path: \"/a b\", expected a path that begins with / and holds no blanks\n"},
      {{"--rate", "5", "--warmup", "30s"},
       "weir-load: --warmup: \"30s\", expected less than the whole run\n"},
      {{"--rate", "5", "--arrivals", "burst"},
       "weir-load: --arrivals: \"burst\", expected poisson or constant\n"},
      {{"--rate", "5", "--series"}, "weir-load: --series: needs --json, where it is written\n"},
  };
  for (const Case& one : cases) {
    const auto wrong = read(one.words);
    ASSERT_TRUE(std::holds_alternative<Farewell>(wrong)) << one.text;
    EXPECT_EQ(std::get<Farewell>(wrong).exit_code, 1);
    EXPECT_EQ(std::get<Farewell>(wrong).text, one.text);
  }
}

TEST(LoadFlagsTest, RateAndProfileExcludeEachOther) {
  EXPECT_TRUE(std::holds_alternative<Farewell>(read({"--rate", "5", "--profile", "7:1s"})));
  EXPECT_TRUE(std::holds_alternative<Farewell>(read({"--rate", "5", "--closed", "7"})));
}

}  // namespace
}  // namespace weir::load
