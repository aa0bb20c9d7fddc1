#include "proxy/http/head_memory.h"

#include <algorithm>
#include <new>

#include "proxy/buffer/block_pool.h"

namespace weir::http {
namespace {

// What a head that is put together piece by piece begins with.
constexpr size_t kFirstBytes = 900;

}  // namespace

void HeadMemory::reserve(size_t bytes) {
  if (last_ != nullptr && last_->bytes - last_->used >= bytes) return;
  const BlockPool::Block block = BlockPool::take(sizeof(Block) + bytes);
  last_ = new (block.memory) Block{last_, block.bytes, sizeof(Block)};
}

char* HeadMemory::take_more(size_t bytes, size_t alignment) {
  const size_t grown = last_ == nullptr ? kFirstBytes : last_->bytes;
  reserve(std::max(grown, bytes + alignment));
  return take(bytes, alignment);
}

std::string_view HeadMemory::keep(std::string_view text) {
  char* const copy = take(text.size());
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

void HeadMemory::release() noexcept {
  while (last_ != nullptr) {
    Block* const block = std::exchange(last_, last_->before);
    BlockPool::give_back(block, block->bytes);
  }
}

}  // namespace weir::http
