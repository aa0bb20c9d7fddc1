#include "proxy/exchange/event_stream.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace weir::exchange {
namespace {

bool is_one(std::optional<std::string_view> type, int status = 200) {
  http::ResponseHead head;
  head.status = status;
  if (type) head.headers.add(http::Name::kContentType, *type);
  return is_event_stream(head);
}

TEST(EventStream, IsToldByItsMediaTypeWhateverItsCaseAndParameters) {
  for (const std::string_view type :
       {"text/event-stream", "Text/Event-Stream", "TEXT/EVENT-STREAM;charset=utf-8",
        "text/event-stream ; charset=utf-8", "text/event-stream;", "text/event-stream\t"})
    EXPECT_TRUE(is_one(type)) << type;
}

TEST(EventStream, IsNoOtherTypeThatLooksLikeIt) {
  for (const std::string_view type :
       {"", "text/plain", "text/event-stream2", "text/event-stream-x; a=b", "text/event-stream x",
        "text/event", "x-text/event-stream", "application/json; x=text/event-stream",
        "application/x-event-stream"})
    EXPECT_FALSE(is_one(type)) << type;
  EXPECT_FALSE(is_one(std::nullopt));
}

TEST(EventStream, IsAnAnswerThatSaysYes) {
  for (const int status : {200, 201, 299}) EXPECT_TRUE(is_one("text/event-stream", status));
  for (const int status : {101, 103, 300, 404, 429, 500, 503})
    EXPECT_FALSE(is_one("text/event-stream", status)) << status;
}

}  // namespace
}  // namespace weir::exchange
