#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Responses as a backend may send them, and what has to come of each. Limits: 2000 bytes and 10
// fields.
namespace weir::http {

enum class Then : uint8_t { kStaysOpen, kCloses };

// ---- responses that are read ----

struct GoodResponse {
  const char* what;
  const char* method;
  std::string response;
  std::vector<std::string> events;
  bool reusable = true;
  Then then = Then::kStaysOpen;
};

inline std::vector<GoodResponse> good_responses() {
  const Then kCloses = Then::kCloses;
  return {
      {"a length",
       "GET",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
       {"response 200 5 Content-Length=5", "body hello end"}},
      {"no reason",
       "GET",
       "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
       {"response 200 0 Content-Length=0 end"}},
      {"an unusual status",
       "GET",
       "HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n",
       {"response 599 0 Content-Length=0 end"}},
      {"obs-text in a value",
       "GET",
       "HTTP/1.1 200 OK\r\nX: \xe4\r\nContent-Length: 0\r\n\r\n",
       {"response 200 0 X=\xe4 Content-Length=0 end"}},
      {"blanks around a value",
       "GET",
       "HTTP/1.1 200 OK\r\nX:\t a b \t\r\nContent-Length:0\r\n\r\n",
       {"response 200 0 X=a b Content-Length=0 end"}},
      {"an empty value",
       "GET",
       "HTTP/1.1 200 OK\r\nX:\r\nContent-Length: 0\r\n\r\n",
       {"response 200 0 X= Content-Length=0 end"}},
      {"chunks",
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n006\r\n "
       "world\r\n0\r\n\r\n",
       {"response 200 chunked Transfer-Encoding=chunked", "body hello world end"}},
      {"chunked in capitals and extensions",
       "GET",
       "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: "
       "Chunked\r\n\r\nA;a=b;c=\"d\"\r\n0123456789\r\n0;x\r\n\r\n",
       {"response 200 chunked TRANSFER-ENCODING=Chunked", "body 0123456789 end"}},
      {"no chunk at all",
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       {"response 200 chunked Transfer-Encoding=chunked", "body  end"}},
      {"trailers",
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 7\r\nY:\r\n\r\n",
       {"response 200 chunked Transfer-Encoding=chunked", "body a", "trailers X-Sum=7 Y="}},
      {"trailers that only a head may have are dropped",
       "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nConnection: x\r\nX-Sum: "
       "7\r\n\r\n",
       {"response 200 chunked Transfer-Encoding=chunked", "trailers X-Sum=7"}},
      {"until close",
       "GET",
       "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello",
       {"response 200 until close X=y", "body hello end"},
       false,
       kCloses},
      {"until close and nothing comes",
       "GET",
       "HTTP/1.1 200 OK\r\n\r\n",
       {"response 200 until close", "body  end"},
       false,
       kCloses},
      {"HTTP/1.0 until close",
       "GET",
       "HTTP/1.0 200 OK\r\n\r\nhello",
       {"response 200 (1.0) until close", "body hello end"},
       false,
       kCloses},
      {"HTTP/1.0 closes",
       "GET",
       "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
       {"response 200 (1.0) 1 Content-Length=1", "body a end"},
       false},
      {"HTTP/1.0 that stays",
       "GET",
       "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na",
       {"response 200 (1.0) 1 Connection=Keep-Alive Content-Length=1", "body a end"}},
      {"a connection that closes",
       "GET",
       "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\na",
       {"response 200 1 Connection=x, Close Content-Length=1", "body a end"},
       false},
      {"close beside keep-alive",
       "GET",
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: "
       "0\r\n\r\n",
       {"response 200 (1.0) 0 Connection=keep-alive Connection=close Content-Length=0 end"},
       false},
      {"HEAD with a length",
       "HEAD",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
       {"response 200 5 Content-Length=5 end"}},
      {"HEAD with chunks",
       "HEAD",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       {"response 200 chunked Transfer-Encoding=chunked end"}},
      {"HEAD with neither", "HEAD", "HTTP/1.1 200 OK\r\n\r\n", {"response 200 none end"}},
      {"204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n", {"response 204 none end"}},
      {"204 with an empty length",
       "DELETE",
       "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
       {"response 204 none Content-Length=0 end"}},
      {"204 with a length",
       "DELETE",
       "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
       {"response 204 none Content-Length=5 end"},
       false},
      {"204 with chunks",
       "DELETE",
       "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
       {"response 204 none Transfer-Encoding=chunked end"},
       false},
      {"304 with the length of another",
       "GET",
       "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
       {"response 304 5 Content-Length=5 end"}},
      {"304 with neither",
       "GET",
       "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
       {"response 304 none ETag=\"a\" end"}},
      {"100 before the answer",
       "POST",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       {"informational 100 none", "response 200 0 Content-Length=0 end"}},
      {"100, two 103 and the answer",
       "POST",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
       "HTTP/1.1 103 Early Hints\r\nLink: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       {"informational 100 none", "informational 103 none Link=a", "informational 103 none Link=b",
        "response 200 2 Content-Length=2", "body ok end"}},
      {"an informational response has no say about the connection",
       "GET",
       "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       {"informational 103 none Connection=close", "response 200 0 Content-Length=0 end"}},
  };
}

// ---- responses that are refused ----

struct BadResponse {
  const char* what;
  std::string response;
  // How many events come before the refusal, at most.
  size_t events = 0;
  Then then = Then::kStaysOpen;
};

inline std::string ok(const std::string& fields, const std::string& body = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

inline std::string chunked(const std::string& body) {
  return ok("Transfer-Encoding: chunked\r\n", body);
}

inline std::vector<BadResponse> bad_responses() {
  using namespace std::string_literals;
  const Then kCloses = Then::kCloses;
  std::string too_many_fields;
  for (int i = 0; i < 11; ++i) too_many_fields += "X: y\r\n";
  std::string too_many_hints;
  for (int i = 0; i < 9; ++i) too_many_hints += "HTTP/1.1 103 Early Hints\r\n\r\n";
  return {
      {"length and chunked",
       ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked and length",
       ok("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two lengths", ok("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {"the same length twice", ok("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {"a list of lengths", ok("Content-Length: 5, 5\r\n")},
      {"a signed length", ok("Content-Length: +5\r\n")},
      {"a negative length", ok("Content-Length: -5\r\n")},
      {"a hexadecimal length", ok("Content-Length: 0x5\r\n")},
      {"an empty length", ok("Content-Length: \r\n")},
      {"a length beyond counting", ok("Content-Length: 18446744073709551616\r\n")},
      {"a length of words", ok("Content-Length: five\r\n")},
      {"a length with a blank", ok("Content-Length: 5 5\r\n")},
      {"another coding", ok("Transfer-Encoding: gzip\r\n")},
      {"another coding before chunked", ok("Transfer-Encoding: gzip, chunked\r\n")},
      {"identity", ok("Transfer-Encoding: identity\r\n")},
      {"an empty coding", ok("Transfer-Encoding:\r\n")},
      {"chunked twice in a list", ok("Transfer-Encoding: chunked, chunked\r\n")},
      {"chunked twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"chunked with a parameter", ok("Transfer-Encoding: chunked;q=1\r\n")},
      {"nearly chunked", ok("Transfer-Encoding: xchunked\r\n")},
      {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a bare LF after the start line", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"},
      {"a bare LF after a field", ok("X: y\nContent-Length: 0\r\n")},
      {"a bare LF as the end", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"},
      {"a bare CR in a value", ok("X: a\rb\r\nContent-Length: 0\r\n")},
      {"a bare CR as the end", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\rX"},
      {"a folded field", ok("X: a\r\n b\r\nContent-Length: 0\r\n")},
      {"a blank before the first field", ok(" X: a\r\nContent-Length: 0\r\n")},
      {"a tab before a field", ok("X: a\r\n\tContent-Length: 0\r\n")},
      {"a blank before the colon", ok("Content-Length : 0\r\n")},
      {"a blank in a name", ok("X Y: a\r\nContent-Length: 0\r\n")},
      {"an empty name", ok(": a\r\nContent-Length: 0\r\n")},
      {"no colon", ok("X\r\nContent-Length: 0\r\n")},
      {"a bad character in a name", ok("X@Y: a\r\nContent-Length: 0\r\n")},
      {"NUL in a value", ok("X: a\0b\r\nContent-Length: 0\r\n"s)},
      {"a control byte in a value", ok("X: a\x01\r\nContent-Length: 0\r\n")},
      {"DEL in a value", ok("X: a\x7f\r\nContent-Length: 0\r\n")},
      {"a control byte in the reason", "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n"},
      {"status 099", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"},
      {"status 600", "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"},
      {"status 999", "HTTP/1.1 999 High\r\nContent-Length: 0\r\n\r\n"},
      {"two digits of status", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"four digits of status", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
      {"a status of letters", "HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/0.9", "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"another protocol", "RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"small letters", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"a leading empty line", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"a leading LF", "\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no HTTP at all", "\x16\x03\x01\x02garbage garbage\r\n\r\n"},
      {"too many fields", ok(too_many_fields)},
      {"too long a head", ok("X: " + std::string(3000, 'x') + "\r\n")},
      {"a head without end", "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'x')},
      {"too many informational responses", too_many_hints, 8},
      {"a switch nobody asked for",
       "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"},
      {"an informational response with a body",
       "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello"},
      {"an informational response with chunks",
       "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a chunk size of letters", chunked("g\r\n"), 1},
      {"a signed chunk size", chunked("+1\r\na\r\n"), 1},
      {"a chunk size with 0x", chunked("0x1\r\na\r\n"), 1},
      {"a blank after a chunk size", chunked("1 \r\na\r\n"), 1},
      {"a blank before a chunk size", chunked(" 1\r\na\r\n"), 1},
      {"no chunk size", chunked("\r\n"), 1},
      {"a chunk size without a size", chunked(";a\r\n"), 1},
      {"a chunk size beyond counting", chunked("10000000000000001\r\n"), 1},
      {"a bare LF after a chunk size", chunked("1\na\r\n0\r\n\r\n"), 1},
      {"a bare CR after a chunk size", chunked("1\rXa\r\n0\r\n\r\n"), 1},
      {"a chunk longer than its size", chunked("1\r\nab\r\n0\r\n\r\n"), 2},
      {"a bare LF after a chunk", chunked("1\r\na\n0\r\n\r\n"), 2},
      {"a bare CR after a chunk", chunked("1\r\na\r0\r\n\r\n"), 2},
      {"a bare LF in an extension", chunked("1;a\nb\r\na\r\n"), 1},
      {"an extension without end", chunked("1;" + std::string(17000, 'x')), 1},
      {"a bare LF after the last chunk", chunked("0\n\n"), 1},
      {"a bare LF as the end of the trailers", chunked("0\r\nX: y\r\n\n"), 1},
      {"a bare CR in the trailers", chunked("0\r\nX: a\rb\r\n\r\n"), 1},
      {"a folded trailer", chunked("0\r\nX: y\r\n z\r\n\r\n"), 1},
      {"a trailer without colon", chunked("0\r\nX\r\n\r\n"), 1},
      {"a trailer with an empty name", chunked("0\r\n: x\r\n\r\n"), 1},
      {"a blank before the colon of a trailer", chunked("0\r\nX : y\r\n\r\n"), 1},
      {"a control byte in a trailer", chunked("0\r\nX: \x01\r\n\r\n"), 1},
      {"a length among the trailers", chunked("0\r\nContent-Length: 5\r\n\r\n"), 1},
      {"a coding among the trailers", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 1},
      {"a Host among the trailers", chunked("0\r\nhost: a\r\n\r\n"), 1},
      {"too many trailers", chunked("0\r\n" + too_many_fields + "\r\n"), 1},
      {"trailers without end", chunked("0\r\nX: " + std::string(3000, 'x')), 1},
      {"another response behind the first",
       ok("Content-Length: 0\r\n") + ok("Content-Length: 0\r\n"), 1},
      {"bytes behind a body", ok("Content-Length: 1\r\n", "ab"), 2},
      {"bytes behind the last chunk", chunked("0\r\n\r\nX"), 2},
      {"a body on a 204", "HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na", 1},
      {"a body on a 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\na", 1},
      {"a close before the head", "", 0, kCloses},
      {"a close inside the head", "HTTP/1.1 200 OK\r\nContent-", 0, kCloses},
      {"a close after an informational response", "HTTP/1.1 100 Continue\r\n\r\n", 1, kCloses},
      {"a close inside a body", ok("Content-Length: 5\r\n", "hell"), 2, kCloses},
      {"a close before a body", ok("Content-Length: 5\r\n"), 1, kCloses},
      {"a close inside a chunk", chunked("5\r\nhell"), 2, kCloses},
      {"a close before the last chunk", chunked("5\r\nhello\r\n"), 2, kCloses},
      {"a close before the end of the trailers", chunked("5\r\nhello\r\n0\r\n"), 2, kCloses},
  };
}

}  // namespace weir::http
