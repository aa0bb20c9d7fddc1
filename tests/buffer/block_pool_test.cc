#include "proxy/buffer/block_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace weir {
namespace {

TEST(BlockPoolTest, GivesWhatWasAskedForAlignedForAnything) {
  for (const size_t bytes :
       {size_t{1}, size_t{512}, size_t{513}, size_t{4096}, size_t{4097}, size_t{100000}}) {
    SCOPED_TRACE(bytes);
    const BlockPool::Block block = BlockPool::take(bytes);
    EXPECT_GE(block.bytes, bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block.memory) % alignof(std::max_align_t), 0u);
    std::memset(block.memory, 1, block.bytes);
    BlockPool::give_back(block.memory, block.bytes);
  }
}

TEST(BlockPoolTest, ABlockThatCameBackIsTheNextOfItsSize) {
  const BlockPool::Block first = BlockPool::take(1000);
  BlockPool::give_back(first.memory, 1000);
  const BlockPool::Block other = BlockPool::take(2000);
  const BlockPool::Block again = BlockPool::take(600);
  EXPECT_EQ(again.memory, first.memory);
  EXPECT_NE(other.memory, first.memory);
  BlockPool::give_back(other.memory, other.bytes);
  BlockPool::give_back(again.memory, again.bytes);
}

TEST(BlockPoolTest, ManyMoreBlocksThanAreKeptComeAndGo) {
  std::vector<BlockPool::Block> blocks;
  for (int i = 0; i < 2000; ++i) blocks.push_back(BlockPool::take(512));
  for (const BlockPool::Block& block : blocks) BlockPool::give_back(block.memory, block.bytes);
  const BlockPool::Block one = BlockPool::take(512);
  EXPECT_NE(one.memory, nullptr);
  BlockPool::give_back(one.memory, one.bytes);
}

TEST(BlockPoolTest, ABlockMayEndOnAnotherThread) {
  const BlockPool::Block block = BlockPool::take(512);
  std::thread([&] {
    BlockPool::give_back(block.memory, block.bytes);
    EXPECT_EQ(BlockPool::take(512).memory, block.memory);
    BlockPool::give_back(block.memory, block.bytes);
  }).join();
}

}  // namespace
}  // namespace weir
