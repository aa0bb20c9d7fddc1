#include "load-tests/origin/request_reader.h"

namespace weir::origin {

namespace {

http::BodyLength body_of(const pieces::HeadFields& fields) {
  using Kind = http::BodyLength::Kind;
  if (fields.chunked) return {Kind::kUnknown, 0};
  if (fields.content_length) return {Kind::kKnown, *fields.content_length};
  return {Kind::kNone, 0};
}

}  // namespace

RequestReader::Step RequestReader::next(std::string_view& bytes, Request& request) {
  if (at_ == At::kHead) {
    // Some clients send an empty line behind a body.
    while (!heads_.begun() && bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    if (bytes.empty()) return Step::kMore;
    std::string_view head;
    switch (heads_.next(bytes, head)) {
      case pieces::HeadReader::Step::kMore:
        return Step::kMore;
      case pieces::HeadReader::Step::kTooLong:
        return Step::kFailed;
      case pieces::HeadReader::Step::kHead:
        break;
    }
    const Step step = take_head(head);
    if (step == Step::kFailed || (step == Step::kContinue && bytes.empty())) return step;
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
  std::swap(request, request_);
  return Step::kRequest;
}

RequestReader::Step RequestReader::take_head(std::string_view head) {
  // One that came in pieces has not been passed over yet.
  while (head.starts_with("\r\n")) head.remove_prefix(2);
  const std::string_view line = pieces::first_line(head);
  const size_t method_end = line.find(' ');
  const size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end <= method_end) return Step::kFailed;
  const std::string_view version = line.substr(target_end + 1);
  const auto fields = pieces::read_fields(head);
  if (!fields || (version != "HTTP/1.1" && version != "HTTP/1.0")) return Step::kFailed;
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  request_.path.assign(target.substr(0, target.find('?')));
  request_.head_only = line.substr(0, method_end) == "HEAD";
  request_.keeps_connection = !fields->close && (version == "HTTP/1.1" || fields->keep_alive);
  body_.begin(body_of(*fields));
  at_ = At::kBody;
  return fields->expects_continue ? Step::kContinue : Step::kMore;
}

}  // namespace weir::origin
