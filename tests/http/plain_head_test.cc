#include "proxy/http/plain_head.h"

#include <gtest/gtest.h>
#include <llhttp.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "limiters/random.h"
#include "proxy/buffer.h"
#include "proxy/http/h1_request_reader.h"
#include "proxy/http/h1_response_reader.h"

// llhttp is not asked about plain heads, so it has to read all of them as we do: many are made up,
// with what a head may hold and with what it may not.
namespace weir::http {
namespace {

constexpr int kHeads = 200'000;

// What llhttp found in a head, when it found one.
struct Testimony {
  bool complete = false;
  bool frames_a_body = false;  // of a request; an answer may have a length
  int minor = -1;
  std::string_view method;
  int status = 0;
};

Testimony ask_llhttp(std::string_view text, llhttp_type_t type) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  Testimony seen;
  settings.on_headers_complete = [](llhttp_t* parser) {
    auto* found = static_cast<Testimony*>(parser->data);
    unsigned framing = F_CHUNKED | F_UPGRADE;
    if (parser->type == HTTP_REQUEST) framing |= F_CONTENT_LENGTH;
    found->complete = parser->http_major == 1 && parser->upgrade == 0;
    found->frames_a_body = (parser->flags & framing) != 0;
    found->minor = parser->http_minor;
    found->method = llhttp_method_name(static_cast<llhttp_method_t>(parser->method));
    found->status = parser->status_code;
    return 1;
  };
  llhttp_t parser;
  llhttp_init(&parser, type, &settings);
  parser.data = &seen;
  if (llhttp_execute(&parser, text.data(), text.size()) != HPE_OK) return {};
  return seen;
}

// A length that is no number, or a second one, is refused behind the reader.
bool has_usual_length(const ResponseHead& head) {
  const std::string_view length = head.headers.get(Name::kContentLength).value_or("0");
  return head.headers.count(Name::kContentLength) < 2 && !length.empty() &&
         length.find_first_not_of("0123456789") == std::string_view::npos;
}

class Heads {
 public:
  std::string request() {
    std::string head(pick<std::string_view>({"GET", "GET", "HEAD", "get", "POST", "GETS"}));
    head += ' ';
    head += pick<std::string_view>({"/", "/", "/a/b?c=d", "/%41;x", "http://h/", "*", ""});
    head += some_bytes(8);
    head += ' ';
    head += pick<std::string_view>({"HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "http/1.1"});
    head += "\r\nHost: h\r\n";
    return finished(std::move(head));
  }
  std::string answer() {
    std::string head(pick<std::string_view>({"HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.1"}));
    head += pick<std::string_view>({"200", "200", "204", "404", "599", "100", "099", "2000"});
    head += pick<std::string_view>({" OK", " ", "", " Not Found "});
    head += some_bytes(6);
    head += "\r\n";
    return finished(std::move(head));
  }

 private:
  template <typename T>
  T pick(std::initializer_list<T> choice) {
    return choice.begin()[random_.next() % choice.size()];
  }
  bool chance(double share) { return random_.uniform() < share; }

  // Nearly all printable.
  std::string some_bytes(size_t most) {
    std::string bytes(random_.next() % (most + 1), ' ');
    for (char& byte : bytes)
      byte = static_cast<char>(chance(0.99) ? '!' + random_.next() % 94 : random_.next() % 256);
    return bytes;
  }

  std::string finished(std::string head) {
    for (uint64_t left = random_.next() % 4; left > 0; --left) {
      head += pick<std::string_view>({"Accept", "X-", "x.y", "Connection", "Content-Length",
                                      "Transfer-Encoding", "Upgrade", "Proxy-Connection", "TE",
                                      "Expect", "Keep-Alive", "Conten", ""});
      if (chance(0.1)) head += some_bytes(4);
      head += pick<std::string_view>({": ", ": ", ":", ":\t", " :", ":  "});
      head += pick<std::string_view>({"keep-alive", "close", "upgrade", "chunked", "0", "5", "5, 5",
                                      "\xc3\xa9", "a\tb", "", "websocket"});
      if (chance(0.3)) head += some_bytes(12);
      head += chance(0.98) ? "\r\n" : "\r\n ";
    }
    head += "\r\n";
    if (chance(0.3)) head[random_.next() % head.size()] = static_cast<char>(random_.next() % 256);
    return head;
  }

  limiters::Random random_{20'260'101};
};

TEST(PlainHeadTest, LlhttpReadsPlainRequestsAsWeDo) {
  Heads heads;
  int plain = 0;
  for (int i = 0; i < kHeads; ++i) {
    const std::string text = heads.request();
    H1RequestReader reader;
    RequestHead head;
    Persistence persistence = Persistence::kCloses;
    std::span<const std::byte> bytes = bytes_of(text);
    if (reader.next(bytes, {}, head, persistence) != H1RequestReader::Step::kHead) continue;
    if (!is_plain(head)) continue;
    ++plain;
    SCOPED_TRACE(text);
    const Testimony seen = ask_llhttp(text.substr(0, text.size() - bytes.size()), HTTP_REQUEST);
    ASSERT_TRUE(seen.complete);
    ASSERT_FALSE(seen.frames_a_body);
    ASSERT_EQ(seen.method, head.method);
    ASSERT_EQ(seen.minor, head.version == Version::kHttp10 ? 0 : 1);
  }
  EXPECT_GT(plain, kHeads / 40);
}

TEST(PlainHeadTest, LlhttpReadsPlainAnswersAsWeDo) {
  Heads heads;
  int plain = 0;
  for (int i = 0; i < kHeads; ++i) {
    const std::string text = heads.answer();
    H1ResponseReader reader;
    ResponseHead head;
    std::span<const std::byte> bytes = bytes_of(text);
    if (reader.next(bytes, {}, head) != H1ResponseReader::Step::kHead) continue;
    if (!is_plain(head) || !has_usual_length(head)) continue;
    ++plain;
    SCOPED_TRACE(text);
    const Testimony seen = ask_llhttp(text.substr(0, text.size() - bytes.size()), HTTP_RESPONSE);
    ASSERT_TRUE(seen.complete);
    ASSERT_FALSE(seen.frames_a_body);
    ASSERT_EQ(seen.status, head.status);
  }
  EXPECT_GT(plain, kHeads / 40);
}

}  // namespace
}  // namespace weir::http
