#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/codec.h"
#include "proxy/http/message.h"

// Takes the chunked coding off a body (RFC 9112 section 7.1), strictly; it does not know whose body
// it is.
namespace weir::http {

// One body. Sizes are hexadecimal digits and nothing else, each line ends in CRLF, extensions are
// dropped and bounded: 16 KiB in a line, and in all 64 KiB and a quarter of the body.
class ChunkReader {
 public:
  enum class Step : uint8_t {
    kMore,   // all bytes were taken
    kBody,   // `body` holds body bytes
    kEnd,    // the body and its trailers have ended; take_trailers() once
    kFailed  // error() says why; final
  };

  // Takes bytes off the front of `bytes`, for one step. `body` is a part of them, valid as long as
  // they are.
  Step next(std::span<const std::byte>& bytes, std::span<const std::byte>& body,
            const HeadLimits& limits);
  ProtocolError error() const { return {failure_status_, failure_}; }
  // Those that may be passed on: a field that weir itself acts on in a head says nothing when it
  // comes after the body, except Proxy-Status.
  Headers take_trailers() { return std::move(trailers_); }

 private:
  enum class At : uint8_t {
    kSize,
    kExtension,
    kSizeLineFeed,
    kBody,
    kBodyReturn,
    kBodyLineFeed,
    kTrailers,
    kFailed
  };
  // True when the line goes on being acceptable.
  bool take_line_byte(unsigned char c);
  bool take_size(unsigned char c);
  bool take_extension(unsigned char c);
  bool begin_chunk();
  Step take_trailer_bytes(std::span<const std::byte>& bytes, const HeadLimits& limits);
  bool take_trailer_line(std::string_view line, const HeadLimits& limits);
  bool fail(const char* reason, int status = 400);

  At at_ = At::kSize;
  uint8_t digits_ = 0;
  int16_t failure_status_ = 400;
  uint32_t line_extension_ = 0;
  uint64_t left_ = 0;  // of the present chunk
  uint64_t body_ = 0;
  uint64_t extensions_ = 0;
  const char* failure_ = "";
  std::string lines_;  // the trailer section as received so far
  Headers trailers_;
};

}  // namespace weir::http
