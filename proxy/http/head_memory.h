#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

// Where the texts of one head lie, from its first byte to its last use; it does not know what they
// say.
namespace weir::http {

// Grows and is given back as a whole; nothing in it moves, so views of it stay valid until clear(),
// also when it is moved itself. Comes from the thread's pool of blocks.
class HeadMemory {
 public:
  HeadMemory() = default;
  HeadMemory(HeadMemory&& other) noexcept : last_(std::exchange(other.last_, nullptr)) {}
  HeadMemory& operator=(HeadMemory&& other) noexcept {
    if (this != &other) {
      clear();
      last_ = std::exchange(other.last_, nullptr);
    }
    return *this;
  }
  ~HeadMemory() { clear(); }

  // The next `bytes` bytes that are taken cost one block at most.
  void reserve(size_t bytes);
  // Uninitialised; aligned for `alignment`, a power of two.
  char* take(size_t bytes, size_t alignment = 1) {
    if (last_ != nullptr) {
      const size_t at = (last_->used + alignment - 1) & ~(alignment - 1);
      if (at + bytes <= last_->bytes) {
        last_->used = at + bytes;
        return last_->begin() + at;
      }
    }
    return take_more(bytes, alignment);
  }
  // A copy.
  std::string_view keep(std::string_view text);
  void clear() noexcept {
    if (last_ != nullptr) release();
  }

 private:
  // Its bytes lie behind it.
  struct Block {
    Block* before;
    size_t bytes;  // this struct included
    size_t used;

    char* begin() { return reinterpret_cast<char*>(this); }
  };

  char* take_more(size_t bytes, size_t alignment);
  void release() noexcept;

  Block* last_ = nullptr;
};

}  // namespace weir::http
