#include <gtest/gtest.h>
#include <llhttp.h>

#include <string>
#include <string_view>

// The parser that is compiled in must be the strict one, whatever system it was built on.
namespace weir::http {
namespace {

struct Parsing {
  int heads = 0;
  bool accepted = false;
};

Parsing parse(std::string_view text) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_headers_complete = [](llhttp_t* parser) {
    ++*static_cast<int*>(parser->data);
    return 0;
  };
  Parsing result;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &result.heads;
  result.accepted = llhttp_execute(&parser, text.data(), text.size()) == HPE_OK;
  return result;
}

TEST(LlhttpTest, IsStrictByNature) {
  EXPECT_TRUE(LLHTTP_VERSION_MAJOR >= 9 || LLHTTP_STRICT_MODE == 1);
}

TEST(LlhttpTest, ReadsAPlainRequest) {
  const Parsing result = parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(result.accepted);
  EXPECT_EQ(result.heads, 1);
}

// Each is accepted by the loose parser of 8.1.
TEST(LlhttpTest, RefusesWhatTheLooseParserAccepts) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string& text : {
           get + "X: y\rTransfer-Encoding: chunked\r\n\r\n",  // CVE-2023-30589
           get + "\rX\r\n\r\n",                               // CVE-2025-23167
           get + "Connection: close\r\n\r\n" + get + "\r\n",  // bytes behind the last message
       }) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse(text).accepted);
  }
}

TEST(LlhttpTest, SeesNoRequestBehindACarriageReturn) {
  const Parsing result = parse(
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\rhelloGET /x HTTP/1.1\r\nHost: "
      "b\r\n\r\n");
  EXPECT_FALSE(result.accepted);
  EXPECT_EQ(result.heads, 0);
}

}  // namespace
}  // namespace weir::http
