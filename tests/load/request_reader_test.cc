#include "load-tests/origin/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::origin {
namespace {

// One word per event: the path, "!" behind one that closes, "?" behind HEAD; "continue", "failed".
std::vector<std::string> read(const std::string& text, size_t cut) {
  RequestReader reader;
  std::vector<std::string> events;
  for (std::string_view bytes :
       {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}) {
    while (!bytes.empty()) {
      Request request;
      const auto step = reader.next(bytes, request);
      if (step == RequestReader::Step::kContinue) events.push_back("continue");
      if (step == RequestReader::Step::kRequest)
        events.push_back(request.path + (request.head_only ? "?" : "") +
                         (request.keeps_connection ? "" : "!"));
      if (step == RequestReader::Step::kFailed) {
        events.push_back("failed");
        return events;
      }
    }
  }
  return events;
}

TEST(RequestReaderTest, EveryRequestIsFoundHoweverItIsCut) {
  struct Case {
    std::string text;
    std::vector<std::string> events;
  };
  const Case cases[] = {
      {"GET /a?q=1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\n\r\n", {"/a", "/b?"}},
      {"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n", {"/a", "/b"}},
      {"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: v\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
       {"/a", "/b"}},
      {"POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n\r\nGET /b HTTP/1.1\r\nConnection: "
       "close\r\n\r\n",
       {"/a", "/b!"}},
      {"GET /a HTTP/1.0\r\n\r\n", {"/a!"}},
      {"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {"/a"}},
      {"GET /a HTTP/2\r\n\r\n", {"failed"}},
      {"nonsense\r\n\r\n", {"failed"}},
      {"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", {"failed"}},
  };
  for (const Case& one : cases)
    for (size_t cut = 0; cut <= one.text.size(); ++cut) {
      SCOPED_TRACE(one.text + " cut at " + std::to_string(cut));
      EXPECT_EQ(read(one.text, cut), one.events);
    }
}

TEST(RequestReaderTest, OneThatWaitsForItsBodyToBeWantedIsTold) {
  const std::string head = "POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(read(head + "ab", head.size()), (std::vector<std::string>{"continue", "/a"}));
  EXPECT_EQ(read(head + "ab", 0), (std::vector<std::string>{"/a"}));
}

}  // namespace
}  // namespace weir::origin
