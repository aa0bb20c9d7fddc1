#include "load-tests/bench/counted_new.h"

#include <cstdlib>
#include <new>

namespace weir::bench {
namespace {

thread_local uint64_t count = 0;

}  // namespace

uint64_t allocations() noexcept { return count; }
void count_allocation() noexcept { ++count; }

}  // namespace weir::bench

// The forms for arrays and the ones that do not throw call these.
void* operator new(size_t bytes) {
  weir::bench::count_allocation();
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
