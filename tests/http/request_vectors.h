#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Requests as a client may send them, and what has to come of each. Limits: 2000 bytes, 10 fields
// and 100 bytes of target. Each request is answered as soon as it is complete.
namespace weir::http {

inline std::string with_fields(std::string_view fields, std::string_view behind = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(behind);
}
inline std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked\r\n", body);
}

// ---- requests that are read ----

struct GoodRequest {
  const char* what;
  std::string bytes;
  std::vector<std::string> events;
  bool goes_on = true;  // the connection takes another request
};

inline std::vector<GoodRequest> good_requests() {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      {"a plain request", get, {"GET / @a end"}},
      {"blanks around a value", "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n", {"GET / @a end"}},
      {"no blank before a value", "GET / HTTP/1.1\r\nhOST:a\r\n\r\n", {"GET / @a end"}},
      {"an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\n\r\n", {"GET / @a end"}},
      {"obs-text in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xe4\xff\r\n\r\n", {"GET / @a end"}},
      {"a tab within a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\tc\r\n\r\n", {"GET / @a end"}},
      {"a colon in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b:c: d\r\n\r\n", {"GET / @a end"}},
      {"every mark of a name",
       "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9: 1\r\n\r\n",
       {"GET / @a end"}},
      {"ten fields",
       "GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\nG:\r\nH:\r\nI:\r\n\r\n",
       {"GET / @a end"}},
      {"a target of 100 bytes",
       "GET /" + std::string(99, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET /" + std::string(99, 'x') + " @a end"}},
      {"a head of 2000 bytes",
       "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1968, 'x') + "\r\n\r\n",
       {"GET / @a end"}},
      {"one empty line before", "\r\n" + get, {"GET / @a end"}},
      {"two empty lines before", "\r\n\r\n" + get, {"GET / @a end"}},
      {"an empty line between", get + "\r\n" + next, {"GET / @a end", "GET /2 @a end"}},
      {"requests on end", get + next + get, {"GET / @a end", "GET /2 @a end", "GET / @a end"}},
      {"odd bytes in a target",
       "GET /a?b=%00&c={|}\"<>\\^` HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET /a?b=%00&c={|}\"<>\\^` @a end"}},
      {"a rare method", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", {"PROPFIND / @a end"}},
      {"OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {"OPTIONS * @a end"}},
      {"CONNECT",
       "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" + next,
       {"CONNECT a:443 @a:443 end"},
       false},

      {"an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", {"GET / @ end"}},
      {"an empty host of blanks", "GET / HTTP/1.1\r\nHost: \t \r\n\r\n", {"GET / @ end"}},
      {"an empty host of the server", "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", {"OPTIONS * @ end"}},
      {"an absolute target",
       "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET http://a/b @a end"}},
      {"an absolute target in other letters",
       "GET HTTP://A.b HTTP/1.1\r\nHost: a.B\r\n\r\n",
       {"GET HTTP://A.b @A.b end"}},
      {"an absolute target with the usual port",
       "GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
       {"GET http://a:80/ @a:80 end"}},
      {"an absolute target of https",
       "GET https://a/ HTTP/1.1\r\nHost: a:443\r\n\r\n",
       {"GET https://a/ @a end"}},
      {"an absolute target on 1.0 without Host",
       "GET http://a:9/b?c HTTP/1.0\r\n\r\n",
       {"GET http://a:9/b?c @a:9 1.0 end"},
       false},
      {"a host with a port",
       "GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
       {"GET / @a.example:8080 end"}},
      {"a host of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {"GET / @[::1]:80 end"}},
      {"a host of mapped IPv4",
       "GET / HTTP/1.1\r\nHost: [::ffff:192.0.2.1]\r\n\r\n",
       {"GET / @[::ffff:192.0.2.1] end"}},
      {"a host with an escape", "GET / HTTP/1.1\r\nHost: a%2Db_c\r\n\r\n", {"GET / @a%2Db_c end"}},
      {"a host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", {"GET / @a: end"}},

      {"a length",
       with_fields("Content-Length: 5\r\n", "hello") + next,
       {"POST / @a length=5", "body hello end", "GET /2 @a end"}},
      {"a length of zero",
       with_fields("Content-Length: 0\r\n") + next,
       {"POST / @a length=0 end", "GET /2 @a end"}},
      {"leading zeros of a length",
       with_fields("Content-Length: 005\r\n", "hello") + next,
       {"POST / @a length=5", "body hello end", "GET /2 @a end"}},
      {"a request in a body is no request",
       with_fields("Content-Length: 18\r\n", "GET /x HTTP/1.1\r\n\r") + next,
       {"POST / @a length=18", "body GET /x HTTP/1.1\r\n\r end", "GET /2 @a end"}},
      {"a GET with a body",
       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" + next,
       {"GET / @a length=1", "body x end", "GET /2 @a end"}},
      {"no body at all", with_fields("") + next, {"POST / @a end", "GET /2 @a end"}},
      {"chunks",
       chunked("5\r\nhello\r\n006\r\n world\r\n0\r\n\r\n") + next,
       {"POST / @a chunked", "body hello world end", "GET /2 @a end"}},
      {"a coding in capitals",
       with_fields("transfer-encoding:CHUNKED\r\n", "A;b=\"c\"\r\n0123456789\r\n0;x\r\n\r\n"),
       {"POST / @a chunked", "body 0123456789 end"}},
      {"only the last chunk",
       chunked("000\r\n\r\n") + next,
       {"POST / @a chunked", "body  end", "GET /2 @a end"}},
      {"chunks that look like chunks",
       chunked("8\r\n0\r\n\r\nGET\r\n0\r\n\r\n") + next,
       {"POST / @a chunked", "body 0\r\n\r\nGET end", "GET /2 @a end"}},
      {"trailers",
       chunked("1\r\na\r\n0\r\nX-Sum: 7\r\nY:\r\n\r\n") + next,
       {"POST / @a chunked", "body a", "trailers X-Sum=7 Y=", "GET /2 @a end"}},
      {"trailers that only a head may have are dropped",
       chunked("0\r\nConnection: x\r\n\r\n") + next,
       {"POST / @a chunked", "body  end", "GET /2 @a end"}},

      {"a client that closes",
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + next,
       {"GET / @a end"},
       false},
      {"a client that closes, with a tab",
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n\r\n" + next,
       {"GET / @a end"},
       false},
      {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" + next, {"GET / @ 1.0 end"}, false},
      {"HTTP/1.0 with a host", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", {"GET / @a 1.0 end"}, false},
      {"HTTP/1.0 that stays",
       "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + next,
       {"GET / @ 1.0 end", "GET /2 @a end"}},
      {"HTTP/1.0 with a length",
       "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab",
       {"POST / @ 1.0 length=2", "body ab end"},
       false},
      {"keep-alive beside close",
       "GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n" + next,
       {"GET / @ 1.0 end"},
       false},

      {"an upgrade",
       "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
       {"GET / @a upgrade=websocket end"}},
      {"an upgrade that Connection does not name",
       "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n" + next,
       {"GET / @a end", "GET /2 @a end"}},
      {"Connection: upgrade alone",
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n" + next,
       {"GET / @a end", "GET /2 @a end"}},
      {"an upgrade on 1.0",
       "GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
       {"GET / @ 1.0 end"},
       false},
      {"an upgrade to h2c",
       "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
       "Connection: Upgrade, HTTP2-Settings\r\n\r\n" +
           next,
       {"GET / @a end", "GET /2 @a end"}},
      {"an upgrade to h2c or more",
       "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: H2C, a/1, b\r\nConnection: upgrade\r\n\r\n",
       {"GET / @a upgrade=a/1, b end"}},
      {"an upgrade with a body",
       with_fields("Upgrade: x\r\nConnection: upgrade\r\nContent-Length: 2\r\n", "ab") + next,
       {"POST / @a length=2 upgrade=x", "body ab end", "GET /2 @a end"}},
      {"an expectation",
       with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"),
       {"POST / @a length=1 expects-continue", "body x end"}},
      {"an expectation without a body", with_fields("Expect: 100-continue\r\n"), {"POST / @a end"}},
      {"an expectation on 1.0",
       "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
       {"POST / @ 1.0 length=1", "body x end"},
       false},
      {"an innocent underscore", with_fields("X_Content_Length: 5\r\n"), {"POST / @a end"}},
  };
}

}  // namespace weir::http
