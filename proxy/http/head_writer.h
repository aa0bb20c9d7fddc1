#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proxy/buffer.h"

// Gathers the many short pieces of a head before they go to a buffer; it does not know what they
// say.
namespace weir::http {

class HeadWriter {
 public:
  // `out` outlives the writer.
  explicit HeadWriter(Buffer& out) : out_(out) {}
  HeadWriter(const HeadWriter&) = delete;
  HeadWriter& operator=(const HeadWriter&) = delete;

  void add(std::string_view text) {
    if (text.size() > pieces_.size() - size_) {
      flush();
      if (text.size() > pieces_.size()) {
        out_.append(text);
        return;
      }
    }
    std::memcpy(pieces_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void add_field(std::string_view name, std::string_view value) {
    add(name);
    add(": ");
    add(value);
    add("\r\n");
  }
  void add_number(uint64_t number, int base) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    add(std::string_view(digits.data(), static_cast<size_t>(end - digits.data())));
  }
  // Nothing is in the buffer for certain before.
  void flush() {
    out_.append(std::string_view(pieces_.data(), size_));
    size_ = 0;
  }

 private:
  Buffer& out_;
  size_t size_ = 0;
  // Uninitialised on purpose: written before it is read.
  std::array<char, 1024> pieces_;
};

}  // namespace weir::http
