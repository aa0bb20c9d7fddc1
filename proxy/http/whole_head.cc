#include "proxy/http/whole_head.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::http {
namespace {

// Of as many bytes as a word has bits; the lowest bit is the first byte.
constexpr size_t kBlock = 64;

struct LineBreaks {
  uint64_t returns = 0;
  uint64_t feeds = 0;
};

#if defined(__SSE2__)

LineBreaks line_breaks(const char* block) {
  const __m128i carriage_return = _mm_set1_epi8('\r');
  const __m128i line_feed = _mm_set1_epi8('\n');
  LineBreaks found;
  for (size_t at = 0; at < kBlock; at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    const auto bits = [&](__m128i byte) {
      return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, byte)))} << at;
    };
    found.returns |= bits(carriage_return);
    found.feeds |= bits(line_feed);
  }
  return found;
}

#else

LineBreaks line_breaks(const char* block) {
  LineBreaks found;
  for (size_t at = 0; at < kBlock; ++at) {
    found.returns |= uint64_t{block[at] == '\r'} << at;
    found.feeds |= uint64_t{block[at] == '\n'} << at;
  }
  return found;
}

#endif

// A few are set, and the standard library calls a function for processors that cannot count.
size_t count_of(uint64_t bits) {
  size_t count = 0;
  for (; bits != 0; bits &= bits - 1) ++count;
  return count;
}

LineBreaks line_breaks_of_rest(std::string_view rest) {
  std::array<char, kBlock> block{};
  std::memcpy(block.data(), rest.data(), rest.size());
  return line_breaks(block.data());
}

}  // namespace

std::optional<WholeHead> find_whole_head(std::string_view text) {
  WholeHead head;
  LineBreaks before;
  for (size_t at = 0; at < text.size(); at += kBlock) {
    const std::string_view rest = text.substr(at);
    const LineBreaks here =
        rest.size() >= kBlock ? line_breaks(rest.data()) : line_breaks_of_rest(rest);
    const uint64_t due = here.returns << 1 | before.returns >> (kBlock - 1);
    // Two places behind another LF, with a CR between them unless that is refused right here.
    const uint64_t blank = here.feeds & (here.feeds << 2 | before.feeds >> (kBlock - 2));
    const uint64_t through_blank = blank == 0 ? ~uint64_t{0} : blank ^ (blank - 1);
    if (((due ^ here.feeds) & through_blank) != 0) return std::nullopt;
    if (head.lines == 0 && here.feeds != 0)
      head.first_line = at + static_cast<size_t>(std::countr_zero(here.feeds));
    head.lines += count_of(here.feeds & through_blank);
    if (blank != 0) {
      head.bytes = at + static_cast<size_t>(std::countr_zero(blank)) + 1;
      return head;
    }
    before = here;
  }
  return std::nullopt;
}

}  // namespace weir::http
