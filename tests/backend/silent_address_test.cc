#include "tests/backend/pool_fixture.h"

namespace weir::backend {
namespace {

using transport::SocketAddress;
using Texts = std::vector<std::string>;

class SilentAddressTest : public BackendPoolTest {
 protected:
  void ask_in_vain(std::string_view host = "192.0.2.1") {
    Caller caller(pool, Reuse::kFreshOnly);
    dialled.back().peer = SocketAddress::from_numeric(host, 80);
    stand(dialled.size() - 1);
    pass(params.response_head_timeout + seconds(1));
    EXPECT_EQ(caller.failure, exchange::BackendFailure::kHeadTimedOut);
  }
  void ask(std::string_view answer) {
    const Caller caller(pool, Reuse::kFreshOnly);
    stand(dialled.size() - 1);
    at(dialled.size() - 1).bytes(answer);
    turn_queue.run();
  }
};

TEST_F(SilentAddressTest, ThreeRequestsInARowWithoutAnAnswerInTimeAreTold) {
  for (int i = 0; i < 2; ++i) ask_in_vain();
  EXPECT_EQ(silent, Texts{});
  ask_in_vain();
  EXPECT_EQ(silent, Texts{"192.0.2.1:80"});
  for (int i = 0; i < 2; ++i) ask_in_vain();
  EXPECT_EQ(silent.size(), 1u) << "they are counted anew";
}

TEST_F(SilentAddressTest, NotWithAnAnswerInBetweenWhateverItsConnectionIsFor) {
  for (const std::string_view answer :
       {kAnswer, std::string_view("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")}) {
    for (int i = 0; i < 2; ++i) ask_in_vain();
    ask(answer);
  }
  EXPECT_EQ(silent, Texts{});
}

TEST_F(SilentAddressTest, WhatIsGivenUpUnsentIsNoAnswer) {
  params.idle_timeout = seconds(3600);
  ask(kAnswer);
  for (int i = 0; i < 3; ++i) {
    ask_in_vain();
    const Caller gone(pool);
  }
  EXPECT_EQ(silent.size(), 1u);
}

TEST_F(SilentAddressTest, NorThoseAtDifferentAddresses) {
  for (int i = 0; i < 3; ++i) {
    ask_in_vain("192.0.2.1");
    ask_in_vain("192.0.2.2");
  }
  EXPECT_EQ(silent, Texts{});
}

}  // namespace
}  // namespace weir::backend
