#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proxy/buffer.h"
#include "proxy/http/message.h"
#include "proxy/http/short_copy.h"

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
    if (text.size() > pieces_.size() - size_) return add_beyond(text);
    copy_short(pieces_.data() + size_, text);
    size_ += text.size();
  }
  // What stands in the source is as long as it says, which leaves a move or two of it.
  template <size_t kBytes>
  void add(const char (&text)[kBytes]) {
    constexpr size_t kSize = kBytes - 1;
    if (kSize > pieces_.size() - size_) return add_beyond({text, kSize});
    std::memcpy(pieces_.data() + size_, text, kSize);
    size_ += kSize;
  }
  void add_field(std::string_view name, std::string_view value) {
    add(name);
    add(": ");
    add(value);
    add("\r\n");
  }
  // All fields but those named by `left_out`. What lies side by side goes in one piece, which most
  // of a head does.
  void add_fields(const Headers& headers, NameSet left_out) {
    const char* begin = nullptr;
    const char* end = nullptr;
    for (const Headers::Field& field : headers) {
      if (left_out.has(field.known)) continue;
      if (field.in_one_piece && field.name.data() == end) {
        end = field.value.data() + field.value.size() + 2;
        continue;
      }
      add({begin, static_cast<size_t>(end - begin)});
      begin = end = nullptr;
      if (field.in_one_piece) {
        begin = field.name.data();
        end = field.value.data() + field.value.size() + 2;
      } else {
        add_field(field.name, field.value);
      }
    }
    add({begin, static_cast<size_t>(end - begin)});
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
  // More than there is room for.
  void add_beyond(std::string_view text) {
    flush();
    if (text.size() > pieces_.size()) return out_.append(text);
    add(text);
  }

  Buffer& out_;
  size_t size_ = 0;
  // Uninitialised on purpose: written before it is read.
  std::array<char, 1024> pieces_;
};

}  // namespace weir::http
