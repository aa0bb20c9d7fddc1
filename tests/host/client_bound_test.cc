#include "proxy/client_bound.h"

#include <gmock/gmock.h>

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr int64_t kMebibyte = 1 << 20;
constexpr FileLimit kFiles{.open_files = 65536, .max_connections = 32716};

TEST(ClientBoundTest, WithoutALimitOnMemoryTheDescriptorsDecide) {
  const ClientBound bound = client_bound({}, kFiles, std::nullopt);
  EXPECT_EQ(bound.connections, 32716);
  EXPECT_EQ(bound.reason, "limit on open files");
  EXPECT_EQ(bound.warning, std::nullopt);
}

TEST(ClientBoundTest, AsManyAreLetInAsFitWhenEachSendsHalfAHead) {
  const ClientBound bound = client_bound({}, kFiles, 128 * kMebibyte);
  EXPECT_LE(24 * kMebibyte + bound.connections * bytes_of_connection({}), 128 * kMebibyte);
  // As deploy/kubernetes/deployment.yaml says.
  EXPECT_EQ(bound.connections, 719);
  EXPECT_EQ(bound.reason, "the memory limit of 128 MiB has room for 719, 148 KiB each");
  EXPECT_EQ(bound.warning, std::nullopt);
}

TEST(ClientBoundTest, LargerHeadsAndMoreWorkersLeaveRoomForFewer) {
  config::Config heads;
  heads.client.max_head_size = 1 * kMebibyte;
  EXPECT_GT(bytes_of_connection(heads), 1 * kMebibyte);
  config::Config workers;
  workers.workers = 8;
  const int usual = connections_within(512 * kMebibyte, {});
  EXPECT_LT(connections_within(512 * kMebibyte, heads), usual / 3);
  EXPECT_LT(connections_within(512 * kMebibyte, workers), usual);
}

TEST(ClientBoundTest, HardlyAnyMemoryIsWarnedOfAndStillLetsOneIn) {
  const ClientBound bound = client_bound({}, kFiles, 16 * kMebibyte);
  EXPECT_EQ(bound.connections, 1);
  EXPECT_THAT(bound.warning, Optional(HasSubstr("memory limit of 16 MiB")));
}

TEST(ClientBoundTest, TheOperatorsNumberIsHeldToTheDescriptors) {
  config::Config config;
  config.client.max_connections = 50'000;
  const ClientBound bound = client_bound(config, kFiles, std::nullopt);
  EXPECT_EQ(bound.connections, 32716);
  EXPECT_THAT(bound.warning,
              Optional(HasSubstr("client.max_connections is 50000, but the limit of 65536 open "
                                 "files leaves room for 32716 client connections; no more")));
}

TEST(ClientBoundTest, TheOperatorsNumberIsKeptThoughItMayNotFitInMemoryAndThatIsSaid) {
  config::Config config;
  config.client.max_connections = 5000;
  const ClientBound bound = client_bound(config, kFiles, 128 * kMebibyte);
  EXPECT_EQ(bound.connections, 5000);
  EXPECT_THAT(bound.warning, Optional(HasSubstr("memory limit of 128 MiB has room for")));
  config.client.max_connections = 100;
  EXPECT_EQ(client_bound(config, kFiles, 128 * kMebibyte).warning, std::nullopt);
}

TEST(ClientBoundTest, AsMuchMemoryAsItSaysIsEnough) {
  EXPECT_EQ(connections_within(memory_for(5000, {}), {}), 5000);
}

}  // namespace
}  // namespace weir
