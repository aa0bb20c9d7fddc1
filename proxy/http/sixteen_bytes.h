#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#else
#include "proxy/http/eight_bytes.h"
#endif

// Sixteen bytes of a text judged at once, as EightBytes judges eight; it does not know what they
// mean. One instruction each where the machine has them, which every x86-64 does.
namespace weir::http {

#if defined(__SSE2__)

class SixteenBytes {
 public:
  // Some of the sixteen, in the order of the text.
  class Marks {
   public:
    explicit Marks(__m128i bits) : bits_(bits) {}

    bool any() const { return mask() != 0; }
    // How many stand before the first that is marked; 16 when none is.
    size_t before_first() const {
      return static_cast<size_t>(std::countr_zero(mask() | (1u << kCount)));
    }
    Marks operator|(Marks other) const { return Marks(_mm_or_si128(bits_, other.bits_)); }

   private:
    unsigned mask() const { return static_cast<unsigned>(_mm_movemask_epi8(bits_)); }

    __m128i bits_;
  };

  static constexpr size_t kCount = 16;

  explicit SixteenBytes(const char* text)
      : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text))) {}

  // `bound` is 1 to 128.
  Marks below(uint8_t bound) const { return Marks(up_to(bytes_, static_cast<uint8_t>(bound - 1))); }
  Marks equal(uint8_t byte) const { return Marks(_mm_cmpeq_epi8(bytes_, each(byte))); }
  Marks above_ascii() const { return Marks(bytes_); }
  // All but letters and '-'.
  Marks beside_names() const {
    const __m128i lower = _mm_or_si128(bytes_, each('a' - 'A'));
    const __m128i letter = up_to(_mm_sub_epi8(lower, each('a')), 'z' - 'a');
    const __m128i named = _mm_or_si128(letter, _mm_cmpeq_epi8(bytes_, each('-')));
    return Marks(_mm_xor_si128(named, each(0xff)));
  }

 private:
  static __m128i each(uint8_t byte) { return _mm_set1_epi8(static_cast<char>(byte)); }
  static __m128i up_to(__m128i bytes, uint8_t most) {
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, each(most)), bytes);
  }

  __m128i bytes_;
};

#else

class SixteenBytes {
 public:
  class Marks {
   public:
    Marks(ByteMarks first, ByteMarks second) : first_(first), second_(second) {}

    bool any() const { return first_.any() || second_.any(); }
    size_t before_first() const {
      return first_.any() ? first_.before_first() : EightBytes::kCount + second_.before_first();
    }
    Marks operator|(Marks other) const { return {first_ | other.first_, second_ | other.second_}; }

   private:
    ByteMarks first_;
    ByteMarks second_;
  };

  static constexpr size_t kCount = 2 * EightBytes::kCount;

  explicit SixteenBytes(const char* text) : first_(text), second_(text + EightBytes::kCount) {}

  Marks below(uint8_t bound) const { return {first_.below(bound), second_.below(bound)}; }
  Marks equal(uint8_t byte) const { return {first_.equal(byte), second_.equal(byte)}; }
  Marks above_ascii() const { return {first_.above_ascii(), second_.above_ascii()}; }
  Marks beside_names() const { return {first_.beside_names(), second_.beside_names()}; }

 private:
  EightBytes first_;
  EightBytes second_;
};

#endif

}  // namespace weir::http
