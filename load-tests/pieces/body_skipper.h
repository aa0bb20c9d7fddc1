#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/http/chunk_reader.h"
#include "proxy/http/message.h"

// Finds the end of a body and drops what comes before it; it does not know whose body it is.
namespace weir::pieces {

class BodySkipper {
 public:
  enum class Step : uint8_t { kMore, kEnd, kFailed };

  void begin(http::BodyLength length);
  // Takes the bytes of the body off the front of `bytes`. A body without bytes is at its end at
  // once; one until the close never is.
  Step next(std::string_view& bytes);
  // Body bytes dropped since begin().
  uint64_t skipped() const { return skipped_; }

 private:
  Step skip_chunks(std::string_view& bytes);

  http::BodyLength length_;
  uint64_t skipped_ = 0;
  http::ChunkReader chunks_;
  http::HeadLimits limits_;
};

}  // namespace weir::pieces
