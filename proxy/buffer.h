#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// Bytes on their way through the house: a move-only chain of pooled chunks; it does not know what
// the bytes mean.
namespace weir {

// Appending copies, moving never does. Each thread keeps a few free chunks; a buffer may die on
// another thread than the one that filled it. Not safe for use by two threads at once.
class Buffer {
 public:
  static constexpr size_t kChunkBytes = 16 * 1024;

  Buffer() = default;
  explicit Buffer(std::string_view text) { append(text); }
  explicit Buffer(std::span<const std::byte> bytes) { append(bytes); }
  Buffer(Buffer&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)),
        tail_(std::exchange(other.tail_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    std::swap(head_, taken.head_);
    std::swap(tail_, taken.tail_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~Buffer() { clear(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text);
  // Appends what `write(char* to)` puts there, at least one byte and at most `most`, which is at
  // most kMostAtOnce; it returns the end of that. One copy less than by way of another place.
  static constexpr size_t kMostAtOnce = kChunkBytes - 16;
  template <typename Write>
  void append_by(size_t most, Write write) {
    char* const begin = room_for(most);
    wrote(static_cast<size_t>(write(begin) - begin));
  }
  // Takes over the other's chunks; small ones are copied, so that many small appends stay one
  // chunk.
  void append(Buffer&& other);

  // The first contiguous bytes; empty only when the buffer is. Valid until the next change.
  std::span<const std::byte> front() const;
  // Fills `pieces` with the first contiguous pieces in order and returns how many; for writev.
  size_t gather(std::span<std::span<const std::byte>> pieces) const;
  // `bytes` is at most size().
  void drop_front(size_t bytes);
  // The first min(bytes, size()) bytes as a buffer of their own.
  Buffer take_front(size_t bytes);
  void clear() noexcept {
    if (head_ != nullptr) release();
  }

  // A copy, for messages to people and for tests.
  std::string to_string() const;

 private:
  struct Chunk;
  struct FreeChunks;
  static FreeChunks& free_chunks();
  static Chunk* take_chunk();
  static void give_back(Chunk* chunk) noexcept;
  void add_chunk();
  char* room_for(size_t bytes);
  void wrote(size_t bytes);
  void release() noexcept;

  Chunk* head_ = nullptr;
  Chunk* tail_ = nullptr;
  size_t size_ = 0;
};

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace weir
