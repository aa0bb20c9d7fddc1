#include "load-tests/load/response_reader.h"

#include "load-tests/pieces/quantities.h"

namespace weir::load {

using BodyKind = http::BodyLength::Kind;

ResponseReader::Step ResponseReader::next(std::string_view& bytes, Reply& reply) {
  while (at_ == At::kHead) {
    std::string_view head;
    switch (heads_.next(bytes, head)) {
      case pieces::HeadReader::Step::kMore:
        return Step::kMore;
      case pieces::HeadReader::Step::kTooLong:
        return Step::kFailed;
      case pieces::HeadReader::Step::kHead:
        break;
    }
    if (!take_head(head)) return Step::kFailed;
  }
  switch (body_.next(bytes)) {
    case pieces::BodySkipper::Step::kMore:
      return Step::kMore;
    case pieces::BodySkipper::Step::kFailed:
      return Step::kFailed;
    case pieces::BodySkipper::Step::kEnd:
      break;
  }
  at_ = At::kHead;
  reply = reply_;
  reply.body_bytes = body_.skipped();
  return Step::kReply;
}

bool ResponseReader::end_of_input(Reply& reply) {
  if (at_ != At::kBody || !until_close_) return false;
  reply = reply_;
  reply.body_bytes = body_.skipped();
  return true;
}

// Stays at the head after one that is informational.
bool ResponseReader::take_head(std::string_view head) {
  const std::string_view line = pieces::first_line(head);
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
  const auto status = pieces::parse_count(line.substr(9, 3));
  const auto fields = pieces::read_fields(head);
  // Nobody asked to switch protocols.
  if (!fields || !status || *status < 100 || *status > 599 || *status == 101) return false;
  if (*status < 200) return true;
  const bool bodyless = asked_ == Asked::kHeadOnly || *status == 204 || *status == 304;
  until_close_ = !bodyless && !fields->chunked && !fields->content_length;
  http::BodyLength length;
  if (until_close_) length.kind = BodyKind::kUntilClose;
  if (!bodyless && fields->chunked) length.kind = BodyKind::kUnknown;
  if (!bodyless && fields->content_length) length = {BodyKind::kKnown, *fields->content_length};
  const bool persistent = line[7] == '1' || fields->keep_alive;
  reply_ = {.status = static_cast<int>(*status),
            .retry_after_seconds = fields->retry_after_seconds,
            .keeps_connection = persistent && !fields->close && !until_close_,
            .body_bytes = 0};
  body_.begin(length);
  at_ = At::kBody;
  return true;
}

}  // namespace weir::load
