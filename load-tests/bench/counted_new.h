#pragma once

#include <cstdint>

// Counts what each thread takes from the allocator, for which whoever links this gets another
// operator new; it does not know who asks.
namespace weir::bench {

// By the calling thread, since it began.
uint64_t allocations() noexcept;
// Counts one that did not come through operator new.
void count_allocation() noexcept;

}  // namespace weir::bench
