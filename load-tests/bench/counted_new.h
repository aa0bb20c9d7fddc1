#pragma once

#include <cstddef>
#include <cstdint>

// Counts what each thread takes from the allocator and gives back, for which whoever links this
// gets another operator new; it does not know who asks.
namespace weir::bench {

// By the calling thread, since it began.
uint64_t allocations() noexcept;
// What it holds in the end: taken by it, less given back by it, with the allocator's own bytes.
int64_t held_bytes() noexcept;

// For what does not come through operator new.
void* counted_malloc(size_t bytes) noexcept;
void* counted_realloc(void* memory, size_t bytes) noexcept;
void* counted_calloc(size_t count, size_t bytes) noexcept;
void counted_free(void* memory) noexcept;

}  // namespace weir::bench
