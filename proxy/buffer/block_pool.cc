#include "proxy/buffer/block_pool.h"

#include <sanitizer/asan_interface.h>

#include <array>
#include <bit>
#include <new>
#include <utility>

namespace weir {
namespace {

constexpr size_t kSmallest = 512;
constexpr size_t kClasses =
    4;  // up to 4 KiB, each twice the one before; what is larger is not kept
// What some hundreds of requests hold that are answered in one turn.
constexpr size_t kMostKeptBytes = 1024 * 1024;

struct Free {
  Free* next;
};

struct Shelf {
  Free* first = nullptr;
  size_t count = 0;
};

constexpr size_t bytes_of_class(size_t place) { return kSmallest << place; }

// kClasses when it is larger than all of them.
size_t class_of(size_t bytes) {
  if (bytes <= kSmallest) return 0;
  const auto place = static_cast<size_t>(std::bit_width((bytes - 1) / kSmallest));
  return place < kClasses ? place : kClasses;
}

// Under AddressSanitizer what is free may be touched by nobody, as if it had been deleted.
Free* pop(Shelf& shelf, size_t bytes) {
  ASAN_UNPOISON_MEMORY_REGION(shelf.first, bytes);
  --shelf.count;
  return std::exchange(shelf.first, shelf.first->next);
}

struct Shelves {
  std::array<Shelf, kClasses> shelves;
  // Blocks that come back later on this thread are not kept.
  bool closed = false;

  ~Shelves() {
    closed = true;
    for (size_t i = 0; i < kClasses; ++i)
      while (shelves[i].first != nullptr) ::operator delete(pop(shelves[i], bytes_of_class(i)));
  }
};

Shelves& shelves() {
  thread_local Shelves own;
  return own;
}

}  // namespace

BlockPool::Block BlockPool::take(size_t bytes) {
  const size_t place = class_of(bytes);
  if (place == kClasses) return {::operator new(bytes), bytes};
  const size_t whole = bytes_of_class(place);
  Shelf& shelf = shelves().shelves[place];
  if (shelf.first == nullptr) return {::operator new(whole), whole};
  return {pop(shelf, whole), whole};
}

void BlockPool::give_back(void* memory, size_t bytes) noexcept {
  const size_t place = class_of(bytes);
  Shelves& own = shelves();
  if (place == kClasses || own.closed ||
      own.shelves[place].count >= kMostKeptBytes / bytes_of_class(place))
    return ::operator delete(memory);
  Shelf& shelf = own.shelves[place];
  auto* const free = new (memory) Free{shelf.first};
  shelf.first = free;
  ++shelf.count;
  ASAN_POISON_MEMORY_REGION(memory, bytes_of_class(place));
}

}  // namespace weir
