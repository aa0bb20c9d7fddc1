#include "proxy/observe/log_lines.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

TEST(LogLinesTest, OneIsNotMany) {
  EXPECT_EQ(counted(0, "connection"), "0 connections");
  EXPECT_EQ(counted(1, "connection"), "1 connection");
  EXPECT_EQ(counted(2, "connection"), "2 connections");
}

TEST(LogLinesTest, AChangeOfTheLimitSaysWhatIsKnown) {
  limiters::Decision decision{
      .when = {}, .from = 20, .to = 18, .cause = limiters::Cause::kLatencyHigh};
  decision.per_second = 120;
  decision.peak_places = 19;
  EXPECT_EQ(line_of(decision),
            "limit 20 -> 18: latency_high, latency unknown, baseline unknown, 120/s, peak 19 "
            "places");
  decision.latency_seconds = 0.0123;
  decision.baseline_seconds = 0.01;
  EXPECT_EQ(line_of(decision),
            "limit 20 -> 18: latency_high, latency 0.0123 s, baseline 0.0100 s, 120/s, peak 19 "
            "places");
}

TEST(LogLinesTest, AFailureNamesTheAddressThatWasTried) {
  exchange::ExchangeFacts facts;
  facts.ending = exchange::Ending::kBackendRefused;
  facts.error_text = "connection refused";
  EXPECT_EQ(line_of(facts, "127.0.0.1:9000"),
            "backend_refused: 127.0.0.1:9000: connection refused");
}

}  // namespace
}  // namespace weir::observe
