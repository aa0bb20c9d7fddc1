#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/http/h1_server_codec.h"
#include "tests/http/server_codec_events.h"

// The small language that the tests of the server codec are written in.
namespace weir::http {

using Kind = BodyLength::Kind;
using Texts = std::vector<std::string>;

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string kPost5 = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
inline const std::string kPostChunked =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
inline const std::string kExpecting =
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
inline const std::string kUpgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";

class ServerCodecFixture : public testing::Test {
 protected:
  void receive(const std::string& bytes) {
    const auto error = codec.feed(bytes_of(bytes));
    ASSERT_FALSE(error.has_value()) << error->reason;
  }
  void resume() {
    const auto error = codec.resume();
    ASSERT_FALSE(error.has_value()) << error->reason;
  }
  int failure_of(const std::string& bytes) {
    const auto error = codec.feed(bytes_of(bytes));
    return error ? error->status : 0;
  }
  void send_head(BodyLength body, End end = End::kNo, int status = 200) {
    ResponseHead head;
    head.status = status;
    head.body = body;
    codec.send_head(events.seen_id, head, end);
  }
  void answer() { send_head({}, End::kYes); }
  void switch_protocols() {
    ResponseHead head;
    head.status = 101;
    head.headers.add("Upgrade", "websocket");
    codec.send_head(events.seen_id, head, End::kNo);
  }
  void send(const std::string& bytes, End end = End::kNo) {
    codec.send_body(events.seen_id, Buffer(bytes), end);
  }
  std::string sent() { return codec.take_output(1 << 20).to_string(); }
  bool says_close() { return sent().find("\r\nConnection: close\r\n") != std::string::npos; }
  bool closed_by_peer() { return codec.end_of_input().has_value(); }

  ServerEvents events;
  HeadLimits limits;
  H1ServerCodec codec{events, limits};
};

}  // namespace weir::http
