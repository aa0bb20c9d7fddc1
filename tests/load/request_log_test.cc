#include "load-tests/load/request_log.h"

#include <gtest/gtest.h>

namespace weir::load {
namespace {

using std::chrono::milliseconds;

TEST(RequestLogTest, EachRequestIsALine) {
  EXPECT_EQ(make_csv({}), "first_due_seconds,due_seconds,ended_seconds,outcome\n");
  EXPECT_EQ(make_csv({{milliseconds(1), milliseconds(1), milliseconds(12), Outcome::kOk},
                      {milliseconds(1), milliseconds(1500), milliseconds(1600), Outcome::kTimeout},
                      {milliseconds(3), milliseconds(3), {}, Outcome::kOk}}),
            "first_due_seconds,due_seconds,ended_seconds,outcome\n"
            "0.001000,0.001000,0.012000,ok\n"
            "0.001000,1.500000,1.600000,timeout\n"
            "0.003000,0.003000,,open\n");
}

}  // namespace
}  // namespace weir::load
