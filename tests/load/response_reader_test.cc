#include "load-tests/load/response_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::load {
namespace {

using Asked = ResponseReader::Asked;

// The statuses of what was read, "!" behind one that closes; "failed"; "end" behind one that the
// end of the input has ended.
std::vector<std::string> read(const std::string& text, size_t cut, Asked asked) {
  ResponseReader reader(asked);
  std::vector<std::string> events;
  Reply reply;
  const auto say = [&] {
    events.push_back(std::to_string(reply.status) + (reply.keeps_connection ? "" : "!"));
  };
  for (std::string_view bytes :
       {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}) {
    while (!bytes.empty()) {
      const auto step = reader.next(bytes, reply);
      if (step == ResponseReader::Step::kReply) say();
      if (step == ResponseReader::Step::kFailed) return {"failed"};
    }
  }
  if (reader.end_of_input(reply)) {
    say();
    events.push_back("end");
  }
  return events;
}

TEST(ResponseReaderTest, EveryResponseIsFoundHoweverItIsCut) {
  struct Case {
    std::string text;
    Asked asked;
    std::vector<std::string> events;
  };
  const std::string plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
  const Case cases[] = {
      {plain + plain, Asked::kBody, {"200", "200"}},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + plain,
       Asked::kBody,
       {"200"}},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" + plain,
       Asked::kBody,
       {"200", "200"}},
      {"HTTP/1.1 204 No Content\r\n\r\n" + plain, Asked::kBody, {"204", "200"}},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n" + plain,
       Asked::kBody,
       {"304", "200"}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n",
       Asked::kHeadOnly,
       {"200", "404"}},
      {"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
       Asked::kBody,
       {"503!"}},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the close", Asked::kBody, {"200!", "end"}},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", Asked::kBody, {"200!"}},
      {"HTTP/1.1 101 Switching\r\n\r\n", Asked::kBody, {"failed"}},
      {"HTTP/2 200\r\n\r\n", Asked::kBody, {"failed"}},
      {"SSH-2.0-x\r\n\r\n", Asked::kBody, {"failed"}},
  };
  for (const Case& one : cases)
    for (size_t cut = 0; cut <= one.text.size(); ++cut) {
      SCOPED_TRACE(one.text + " cut at " + std::to_string(cut));
      EXPECT_EQ(read(one.text, cut, one.asked), one.events);
    }
}

TEST(ResponseReaderTest, RetryAfterIsKept) {
  ResponseReader reader(Asked::kBody);
  std::string_view bytes = "HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n";
  Reply reply;
  ASSERT_EQ(reader.next(bytes, reply), ResponseReader::Step::kReply);
  EXPECT_EQ(reply.retry_after_seconds, 3u);
}

}  // namespace
}  // namespace weir::load
