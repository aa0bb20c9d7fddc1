#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/buffer.h"
#include "proxy/http/codec.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/message.h"
#include "proxy/http/request_gate.h"

// The sending half of a connection with a client: writes one response after the other, each framed
// as its request and its length allow. It does not know what comes in meanwhile.
namespace weir::http {

class H1Answer {
 public:
  // A request has been read and waits for its answer. Not before done() of the last one.
  void expect(const RequestHead& request);
  // The answer is over on the other side too.
  void forget() { at_ = At::kNothing; }

  // Each does nothing where it makes no sense, such as a second final head.
  void send_informational(const ResponseHead& head);
  void switch_protocols(const ResponseHead& head);
  // Writes what `persistence` says, after lowering it when only the end of the connection can end
  // the body.
  void send_final(const ResponseHead& head, End end, Persistence& persistence);
  // What goes beyond the announced length is left out; what ends before it is cut.
  void send_body(Buffer bytes, End end);
  void send_trailers(const Headers& trailers);
  // A whole answer.
  void send_ready(const ReadyReply& reply, int retry_after_seconds, Persistence persistence);
  // Nothing more is written of it.
  void cut();
  // Without a request; nothing of it is counted as body.
  void send_unasked(Reply reply);

  struct Taken {
    Buffer bytes;
    size_t body_bytes = 0;  // given to send_body() and now handed out
  };
  Taken take(size_t at_most);
  bool has_output() const { return !output_.empty(); }

  bool nothing() const { return at_ == At::kNothing; }
  bool awaits_head() const { return at_ == At::kHead; }
  bool tunnel() const { return at_ == At::kTunnel; }
  // Written to its end, or cut; some may still have to be taken.
  bool done() const { return at_ == At::kDone; }
  bool was_cut() const { return was_cut_; }
  // Was cut, or has not ended, while only the end of the connection can end it.
  bool would_look_complete() const { return at_ == At::kUntilClose || cut_until_close_; }

 private:
  // What the next bytes are.
  enum class At : uint8_t { kNothing, kHead, kSized, kChunked, kUntilClose, kTunnel, kDone };

  bool bodyless(int status) const;
  BodyLength begin_body(const ResponseHead& head, End end);

  Buffer output_;
  // Of the output: framing and heads, which count as leaving first, so a body byte is credited a
  // little late and never early.
  size_t overhead_unsent_ = 0;
  uint64_t left_ = 0;
  At at_ = At::kNothing;
  bool http10_ = false;
  bool head_request_ = false;
  bool was_cut_ = false;
  bool cut_until_close_ = false;
};

}  // namespace weir::http
