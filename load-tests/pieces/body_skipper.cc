#include "load-tests/pieces/body_skipper.h"

#include <algorithm>

#include "proxy/buffer.h"

namespace weir::pieces {

void BodySkipper::begin(http::BodyLength length) {
  length_ = length;
  skipped_ = 0;
  if (length.kind == http::BodyLength::Kind::kUnknown) chunks_ = http::ChunkReader();
}

BodySkipper::Step BodySkipper::next(std::string_view& bytes) {
  switch (length_.kind) {
    case http::BodyLength::Kind::kNone:
      return Step::kEnd;
    case http::BodyLength::Kind::kUnknown:
      return skip_chunks(bytes);
    case http::BodyLength::Kind::kUntilClose:
      skipped_ += bytes.size();
      bytes = {};
      return Step::kMore;
    case http::BodyLength::Kind::kKnown:
      break;
  }
  const auto taken = std::min<uint64_t>(bytes.size(), length_.bytes - skipped_);
  skipped_ += taken;
  bytes.remove_prefix(taken);
  return skipped_ == length_.bytes ? Step::kEnd : Step::kMore;
}

BodySkipper::Step BodySkipper::skip_chunks(std::string_view& bytes) {
  auto rest = bytes_of(bytes);
  std::span<const std::byte> body;
  for (;;) {
    const auto step = chunks_.next(rest, body, limits_);
    bytes = text_of(rest);
    switch (step) {
      case http::ChunkReader::Step::kBody:
        skipped_ += body.size();
        break;
      case http::ChunkReader::Step::kMore:
        return Step::kMore;
      case http::ChunkReader::Step::kEnd:
        return Step::kEnd;
      case http::ChunkReader::Step::kFailed:
        return Step::kFailed;
    }
  }
}

}  // namespace weir::pieces
