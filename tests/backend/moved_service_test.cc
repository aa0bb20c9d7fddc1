#include "tests/backend/pool_fixture.h"

namespace weir::backend {
namespace {

using transport::SocketAddress;

class MovedServiceTest : public BackendPoolTest {
 protected:
  void stand_at(size_t place, const SocketAddress& address) {
    dialled.at(place).peer = address;
    stand(place);
  }
  void answer(size_t place) {
    at(place).bytes(kAnswer);
    turn_queue.run();
  }

  const SocketAddress old_one = *SocketAddress::from_numeric("192.0.2.1", 80);
  const SocketAddress new_one = *SocketAddress::from_numeric("192.0.2.2", 80);
};

TEST_F(MovedServiceTest, WhatIsIdleThereIsClosedAtOnce) {
  const Caller caller(pool);
  stand_at(0, old_one);
  answer(0);
  pool.keep_only({new_one});
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(MovedServiceTest, ARequestInFlightThereEndsAndItsConnectionCarriesNoOther) {
  const Caller caller(pool);
  stand_at(0, old_one);
  pool.keep_only({new_one});
  answer(0);
  EXPECT_EQ(caller.body, "hi");
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(MovedServiceTest, NorDoesOneThatIsGivenUpUnsentLeaveItsConnectionToTheNext) {
  {
    const Caller answered(pool);
    stand_at(0, old_one);
    answer(0);
    const Caller gone(pool);
    pool.keep_only({new_one});
  }
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(MovedServiceTest, OneThatDoesNotStandYetMayLeadThereAndIsNotKept) {
  { const Caller gone(pool); }
  EXPECT_EQ(pool.idle(), 1u);
  const Caller caller(pool, Reuse::kFreshOnly);
  pool.keep_only({new_one});
  EXPECT_EQ(pool.connections(), 1u);
  stand_at(1, old_one);
  answer(1);
  EXPECT_EQ(caller.body, "hi");
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(MovedServiceTest, WhatLeadsToAnAddressThatIsStillOneOfItsIsKept) {
  const Caller idle(pool);
  const Caller busy(pool);
  const Caller elsewhere(pool);
  stand_at(0, old_one);
  stand_at(1, old_one);
  stand_at(2, new_one);
  answer(0);
  answer(2);
  pool.keep_only({new_one, old_one});
  EXPECT_EQ(pool.idle(), 2u);
  pool.keep_only({old_one});
  EXPECT_EQ(pool.idle(), 1u);
  answer(1);
  EXPECT_EQ(pool.idle(), 2u);
}

TEST_F(MovedServiceTest, WhatReplacesOneThatLeadsThereIsKept) {
  const Caller first(pool);
  stand_at(0, old_one);
  answer(0);
  const Caller second(pool);
  pool.keep_only({new_one});
  at(0).end();
  turn_queue.run();
  stand_at(1, new_one);
  answer(1);
  EXPECT_EQ(second.body, "hi");
  EXPECT_EQ(pool.idle(), 1u);
}

}  // namespace
}  // namespace weir::backend
