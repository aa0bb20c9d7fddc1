#include "load-tests/load/pool.h"

#include <gtest/gtest.h>

#include "tests/transport/socket_fixture.h"

namespace weir::load {
namespace {

using std::chrono::seconds;

// Connections that are on their way: the loop does not turn.
class PoolTest : public ::testing::Test, private Connection::Owner {
 protected:
  Pool pool_of(size_t most, Turns turns) {
    return {loop, transport::loopback(), most, turns, seconds(1), request, *this};
  }

  loop::EventLoop loop;
  RequestText request;

 private:
  void on_opened(Connection&) override {}
  void on_reply(Connection&, Ticket, const Reply&) override {}
  void on_failed(Ticket, Failure, const std::string&) override {}
  void on_gone(Connection&) override {}
};

TEST_F(PoolTest, TheOneUsedLastIsTakenBeforeANewOne) {
  Pool pool = pool_of(3, Turns::kLastFirst);
  Connection* const first = pool.take();
  Connection* const second = pool.take();
  pool.give_back(*second);
  pool.give_back(*first);
  EXPECT_EQ(pool.take(), first);
  EXPECT_EQ(pool.take(), second);
  EXPECT_EQ(pool.opened(), 2u);
}

TEST_F(PoolTest, WhereTheyAreSpreadNewOnesComeFirstAndThenTheOneUsedTheLongestAgo) {
  Pool pool = pool_of(3, Turns::kSpread);
  Connection* const first = pool.take();
  Connection* const second = pool.take();
  pool.give_back(*second);
  pool.give_back(*first);
  Connection* const third = pool.take();
  EXPECT_NE(third, first);
  EXPECT_NE(third, second);
  pool.give_back(*third);
  EXPECT_EQ(pool.take(), second);
  EXPECT_EQ(pool.take(), first);
  EXPECT_EQ(pool.take(), third);
  EXPECT_EQ(pool.take(), nullptr);
}

}  // namespace
}  // namespace weir::load
