#include "proxy/transport/dialer.h"

#include <poll.h>

#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

class DialerTest : public SocketTest {
 protected:
  // Dials once and returns what came of it.
  std::string outcome() {
    news = News();
    transport = dialer.dial();
    transport->start(news);
    EXPECT_TRUE(becomes([&] { return !news.words.empty(); }));
    return news.words.empty() ? "" : news.words.front();
  }
  // Takes one who has connected there, if any.
  static bool has_caller(const Fd& door) {
    pollfd one{door.get(), POLLIN, 0};
    return ::poll(&one, 1, 0) == 1 && Fd(::accept(door.get(), nullptr, nullptr));
  }
  Dialer dialer{loop, seconds(5)};
  std::unique_ptr<Transport> transport;
};

TEST_F(DialerTest, WithoutAnAddressTheReasonIsTold) {
  EXPECT_EQ(outcome(), "closed: unresolved");
  EXPECT_EQ(transport->error_text(), "name not known yet");
  dialer.set_failure("name not known: backend.invalid");
  EXPECT_EQ(outcome(), "closed: unresolved");
  EXPECT_EQ(transport->error_text(), "name not known: backend.invalid");
}

TEST_F(DialerTest, OneThatAnswersIsFoundAndRemembered) {
  const SocketAddress nobody = address_of(bound(loopback()));
  const Fd door = bound(loopback(), 8);
  dialer.set_addresses({nobody, address_of(door)});
  EXPECT_EQ(outcome(), "open");
  EXPECT_TRUE(has_caller(door));
  const Fd late = bound(nobody, 8);
  EXPECT_EQ(outcome(), "open");
  EXPECT_TRUE(has_caller(door));
  EXPECT_FALSE(has_caller(late));
}

TEST_F(DialerTest, WhenNobodyAnswersTheLastReasonIsTold) {
  dialer.set_addresses({address_of(bound(loopback())), address_of(bound(loopback()))});
  EXPECT_EQ(outcome(), "closed: refused");
}

TEST_F(DialerTest, NewAddressesReplaceTheOldOnes) {
  const Fd door = bound(loopback(), 8);
  dialer.set_addresses({address_of(bound(loopback()))});
  EXPECT_EQ(outcome(), "closed: refused");
  dialer.set_addresses({address_of(door)});
  EXPECT_EQ(outcome(), "open");
}

TEST_F(DialerTest, OneThatIsPassedOverIsTheLastToBeTried) {
  const Fd first = bound(loopback(), 8);
  const Fd second = bound(loopback(), 8);
  dialer.set_addresses({address_of(first), address_of(second)});
  EXPECT_EQ(dialer.pass_over(address_of(first)), address_of(second));
  EXPECT_EQ(dialer.pass_over(address_of(first)), std::nullopt) << "only once";
  EXPECT_EQ(outcome(), "open");
  EXPECT_TRUE(has_caller(second));
  EXPECT_EQ(dialer.pass_over(address_of(second)), address_of(first));
}

TEST_F(DialerTest, TheOnlyOneIsNotPassedOver) {
  const Fd only = bound(loopback(), 8);
  dialer.set_addresses({address_of(only)});
  EXPECT_EQ(dialer.pass_over(address_of(only)), std::nullopt);
}

}  // namespace
}  // namespace weir::transport
