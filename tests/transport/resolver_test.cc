#include "proxy/transport/resolver.h"

#include <algorithm>

#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

class ResolverTest : public SocketTest {
 protected:
  std::unique_ptr<Resolver> resolve(const std::string& host,
                                    loop::Duration interval = seconds(60)) {
    return std::make_unique<Resolver>(
        loop,
        ResolverParams{
            .host = host, .port = 9000, .interval = interval, .first_retry = interval, .seed = 1},
        [this](const std::vector<SocketAddress>& addresses) {
          Words texts;
          for (const auto& address : addresses) texts.push_back(address.text());
          answers.push_back(texts);
        },
        [this](const std::string& text) { failures.push_back(text); });
  }
  std::vector<Words> answers;
  Words failures;
};

TEST_F(ResolverTest, NumericHostsNeedNoResolver) {
  for (const auto& [host, text] :
       {std::pair{"127.0.0.1", "127.0.0.1:9000"}, std::pair{"::1", "[::1]:9000"}}) {
    answers.clear();
    const auto resolver = resolve(host);
    EXPECT_TRUE(answers.empty());
    { const loop::EventLoop::Turn turn(loop); }
    EXPECT_EQ(answers, (std::vector<Words>{{text}}));
  }
  EXPECT_TRUE(failures.empty());
}

TEST_F(ResolverTest, NameIsAskedAgainButOnlyChangesAreTold) {
  const auto resolver = resolve("localhost", milliseconds(2));
  ASSERT_TRUE(becomes([&] { return !answers.empty(); }));
  wakes_during(milliseconds(40));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::ranges::any_of(answers[0], [](const std::string& text) {
    return text == "127.0.0.1:9000" || text == "[::1]:9000";
  }));
}

TEST_F(ResolverTest, UnknownNameIsToldWithItsReason) {
  const auto resolver = resolve("backend.invalid");
  ASSERT_TRUE(becomes([&] { return !failures.empty(); }));
  EXPECT_TRUE(failures[0].starts_with("name not known: backend.invalid: ")) << failures[0];
  EXPECT_TRUE(answers.empty());
}

TEST_F(ResolverTest, MayBeDestroyedWhileItAsks) {
  auto resolver = resolve("localhost");
  { const loop::EventLoop::Turn turn(loop); }
  resolver.reset();
  wakes_during(milliseconds(10));
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(failures.empty());
}

TEST_F(ResolverTest, MayDieWithItsLoopWhileItAsks) {
  {
    loop::EventLoop brief;
    const Resolver resolver(
        brief, {.host = "localhost", .port = 1, .interval = seconds(1)},
        [this](const auto&) { answers.emplace_back(); },
        [this](const std::string& text) { failures.push_back(text); });
    const loop::EventLoop::Turn turn(brief);
  }
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(failures.empty());
}

}  // namespace
}  // namespace weir::transport
