#include "load-tests/bench/counted_new.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace weir::bench {
namespace {

// What the GNU allocator keeps in front of each block.
constexpr int64_t kHeaderBytes = 8;

thread_local uint64_t count = 0;
thread_local int64_t held = 0;

void* taken(void* memory) noexcept {
  if (memory == nullptr) return nullptr;
  ++count;
  held += static_cast<int64_t>(malloc_usable_size(memory)) + kHeaderBytes;
  return memory;
}

void given_back(void* memory) noexcept {
  if (memory != nullptr) held -= static_cast<int64_t>(malloc_usable_size(memory)) + kHeaderBytes;
}

}  // namespace

uint64_t allocations() noexcept { return count; }
int64_t held_bytes() noexcept { return held; }

void* counted_malloc(size_t bytes) noexcept { return taken(std::malloc(bytes)); }
void* counted_realloc(void* memory, size_t bytes) noexcept {
  given_back(memory);
  return taken(std::realloc(memory, bytes));
}
void* counted_calloc(size_t many, size_t bytes) noexcept { return taken(std::calloc(many, bytes)); }
void counted_free(void* memory) noexcept {
  given_back(memory);
  std::free(memory);
}

}  // namespace weir::bench

// The forms for arrays and the ones that do not throw call these.
void* operator new(size_t bytes) {
  if (void* const memory = weir::bench::counted_malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { weir::bench::counted_free(memory); }
void operator delete(void* memory, size_t) noexcept { weir::bench::counted_free(memory); }
