#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Eight bytes of a text judged or compared at once; it does not know what they mean.
namespace weir::http {

// Some of eight bytes, in the order of the text.
class ByteMarks {
 public:
  // The lowest byte of `bits` is the first one; a byte is marked when its highest bit is set.
  explicit ByteMarks(uint64_t bits) : bits_(bits) {}

  bool any() const { return bits_ != 0; }
  // How many stand before the first that is marked; 8 when none is.
  size_t before_first() const { return static_cast<size_t>(std::countr_zero(bits_)) / 8; }
  ByteMarks operator|(ByteMarks other) const { return ByteMarks(bits_ | other.bits_); }

 private:
  uint64_t bits_;
};

// Each answer is right up to the first byte that it marks; behind that one it may mark too many.
class EightBytes {
 public:
  static constexpr size_t kCount = 8;

  explicit EightBytes(const char* text) {
    std::memcpy(&bytes_, text, sizeof bytes_);
    if constexpr (std::endian::native == std::endian::big) bytes_ = __builtin_bswap64(bytes_);
  }

  // `bound` is at most 128.
  ByteMarks below(uint8_t bound) const { return ByteMarks(below(bytes_, bound)); }
  ByteMarks equal(uint8_t byte) const { return ByteMarks(below(bytes_ ^ each(byte), 1)); }
  ByteMarks above_ascii() const { return ByteMarks(bytes_ & each(0x80)); }
  // All but letters and '-', of which names mostly consist.
  ByteMarks beside_names() const {
    const uint64_t low = (bytes_ | each('a' - 'A')) & each(0x7f);
    const uint64_t letter = (low + each(0x80 - 'a')) & ~(low + each(0x7f - 'z'));
    const uint64_t other_than_dash = ((bytes_ ^ each('-')) & each(0x7f)) + each(0x7f);
    return ByteMarks((bytes_ | (~letter & other_than_dash)) & each(0x80));
  }
  uint64_t bits() const { return bytes_; }

  static constexpr uint64_t each(uint8_t byte) { return 0x0101010101010101u * byte; }

 private:
  // Taking `bound` from a byte below it borrows into its highest bit, unless that was set before.
  static uint64_t below(uint64_t bytes, uint8_t bound) {
    return (bytes - each(bound)) & ~bytes & each(0x80);
  }

  uint64_t bytes_;
};

}  // namespace weir::http
