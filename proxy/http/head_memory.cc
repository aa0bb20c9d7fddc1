#include "proxy/http/head_memory.h"

#include <algorithm>
#include <new>

#include "proxy/buffer/block_pool.h"

namespace weir::http {

// Its bytes lie behind it.
struct HeadMemory::Block {
  Block* before;
  size_t bytes;  // this struct included
  size_t used;

  char* begin() { return reinterpret_cast<char*>(this); }
};

namespace {

// What a head that is put together piece by piece begins with.
constexpr size_t kFirstBytes = 900;

}  // namespace

void HeadMemory::reserve(size_t bytes) {
  if (last_ != nullptr && last_->bytes - last_->used >= bytes) return;
  const BlockPool::Block block = BlockPool::take(sizeof(Block) + bytes);
  last_ = new (block.memory) Block{last_, block.bytes, sizeof(Block)};
}

char* HeadMemory::take(size_t bytes, size_t alignment) {
  size_t at = last_ == nullptr ? 0 : (last_->used + alignment - 1) & ~(alignment - 1);
  if (last_ == nullptr || at + bytes > last_->bytes) {
    const size_t grown = last_ == nullptr ? kFirstBytes : last_->bytes;
    reserve(std::max(grown, bytes + alignment));
    at = (last_->used + alignment - 1) & ~(alignment - 1);
  }
  last_->used = at + bytes;
  return last_->begin() + at;
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
