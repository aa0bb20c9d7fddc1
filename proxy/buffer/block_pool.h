#pragma once

#include <cstddef>

// Memory for what lives as long as a request: blocks of a few sizes that each thread keeps for the
// next one; it does not know what is put into them.
namespace weir {

// A block may be given back on another thread than the one that took it. In steady state nothing
// here meets the allocator; what is kept free is bounded, at 1 MiB for each size of a thread.
class BlockPool {
 public:
  struct Block {
    void* memory;
    size_t bytes;  // as many as were asked for, or more; what give_back() wants to hear
  };

  // Aligned for any type.
  static Block take(size_t bytes);
  // `bytes`: of the block, or as many as were asked for.
  static void give_back(void* memory, size_t bytes) noexcept;
};

// Base of classes whose objects come and go with requests.
class Pooled {
 public:
  static void* operator new(size_t bytes) { return BlockPool::take(bytes).memory; }
  static void operator delete(void* memory, size_t bytes) noexcept {
    BlockPool::give_back(memory, bytes);
  }
};

}  // namespace weir
