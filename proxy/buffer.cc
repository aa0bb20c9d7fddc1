#include "proxy/buffer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace weir {

struct Buffer::Chunk {
  Chunk* next = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;
  std::array<std::byte, kMostAtOnce> bytes;

  size_t size() const { return end - begin; }
  size_t room() const { return bytes.size() - end; }
};

// Free chunks of one thread. 4 MiB at most: enough for some hundreds of connections that are all
// ready in one turn, or for dozens with large bodies, to never meet the allocator in steady state.
struct Buffer::FreeChunks {
  static constexpr size_t kMost = 256;
  Chunk* first = nullptr;
  size_t count = 0;

  ~FreeChunks() {
    while (first != nullptr) delete std::exchange(first, first->next);
    // Buffers that die later on this thread find the list full.
    count = kMost;
  }
};

Buffer::FreeChunks& Buffer::free_chunks() {
  thread_local FreeChunks free;
  return free;
}

Buffer::Chunk* Buffer::take_chunk() {
  FreeChunks& free = free_chunks();
  // The bytes stay uninitialised on purpose: they are written before they are read.
  if (free.first == nullptr) return new Chunk;
  Chunk* chunk = std::exchange(free.first, free.first->next);
  --free.count;
  chunk->next = nullptr;
  chunk->begin = chunk->end = 0;
  return chunk;
}

void Buffer::give_back(Chunk* chunk) noexcept {
  FreeChunks& free = free_chunks();
  if (free.count >= FreeChunks::kMost) {
    delete chunk;
    return;
  }
  chunk->next = std::exchange(free.first, chunk);
  ++free.count;
}

void Buffer::add_chunk() {
  Chunk* chunk = take_chunk();
  (tail_ == nullptr ? head_ : tail_->next) = chunk;
  tail_ = chunk;
}

char* Buffer::room_for(size_t bytes) {
  assert(bytes > 0 && bytes <= kMostAtOnce);
  if (tail_ == nullptr || tail_->room() < bytes) add_chunk();
  return reinterpret_cast<char*>(tail_->bytes.data() + tail_->end);
}

void Buffer::wrote(size_t bytes) {
  assert(bytes > 0 && bytes <= tail_->room());
  tail_->end += static_cast<uint32_t>(bytes);
  size_ += bytes;
}

void Buffer::append(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    if (tail_ == nullptr || tail_->room() == 0) add_chunk();
    const size_t part = std::min(bytes.size(), tail_->room());
    std::memcpy(tail_->bytes.data() + tail_->end, bytes.data(), part);
    tail_->end += static_cast<uint32_t>(part);
    bytes = bytes.subspan(part);
  }
}

void Buffer::append(std::string_view text) { append(bytes_of(text)); }

void Buffer::append(Buffer&& other) {
  constexpr size_t kSmall = 2048;
  if (tail_ == nullptr) {
    *this = std::move(other);
  } else if (other.size_ <= kSmall && other.size_ <= tail_->room()) {
    for (Chunk* chunk = other.head_; chunk != nullptr; chunk = chunk->next)
      append(std::span<const std::byte>(chunk->bytes.data() + chunk->begin, chunk->size()));
    other.clear();
  } else {
    tail_->next = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, nullptr);
    size_ += std::exchange(other.size_, 0);
  }
}

std::span<const std::byte> Buffer::front() const {
  if (head_ == nullptr) return {};
  return {head_->bytes.data() + head_->begin, head_->size()};
}

size_t Buffer::gather(std::span<std::span<const std::byte>> pieces) const {
  size_t count = 0;
  for (Chunk* chunk = head_; chunk != nullptr && count < pieces.size(); chunk = chunk->next)
    pieces[count++] = {chunk->bytes.data() + chunk->begin, chunk->size()};
  return count;
}

void Buffer::drop_front(size_t bytes) {
  assert(bytes <= size_);
  size_ -= bytes;
  while (bytes > 0) {
    const size_t part = std::min(bytes, head_->size());
    head_->begin += static_cast<uint32_t>(part);
    bytes -= part;
    if (head_->size() == 0) give_back(std::exchange(head_, head_->next));
  }
  if (head_ == nullptr) tail_ = nullptr;
}

Buffer Buffer::take_front(size_t bytes) {
  Buffer taken;
  while (bytes > 0 && head_ != nullptr) {
    const size_t part = std::min(bytes, head_->size());
    if (part == head_->size()) {
      Chunk* chunk = std::exchange(head_, head_->next);
      chunk->next = nullptr;
      (taken.tail_ == nullptr ? taken.head_ : taken.tail_->next) = chunk;
      taken.tail_ = chunk;
      taken.size_ += part;
      size_ -= part;
    } else {
      taken.append(std::span<const std::byte>(head_->bytes.data() + head_->begin, part));
      drop_front(part);
    }
    bytes -= part;
  }
  if (head_ == nullptr) tail_ = nullptr;
  return taken;
}

void Buffer::release() noexcept {
  while (head_ != nullptr) give_back(std::exchange(head_, head_->next));
  tail_ = nullptr;
  size_ = 0;
}

std::string Buffer::to_string() const {
  std::string text;
  text.reserve(size_);
  for (Chunk* chunk = head_; chunk != nullptr; chunk = chunk->next)
    text.append(reinterpret_cast<const char*>(chunk->bytes.data()) + chunk->begin, chunk->size());
  return text;
}

}  // namespace weir
