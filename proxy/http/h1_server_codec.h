#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "proxy/buffer.h"
#include "proxy/http/chunk_reader.h"
#include "proxy/http/error_reply.h"
#include "proxy/http/h1_answer.h"
#include "proxy/http/h1_request_reader.h"
#include "proxy/http/request_gate.h"
#include "proxy/http/server_codec.h"

// Speaks HTTP/1.1 with a client, and HTTP/1.0 when it does: reads requests and writes responses,
// one after the other. It knows neither sockets nor time, and not what a request means.
namespace weir::http {

// A request is open from its head until it has been read to its end and its response has been taken
// by take_output() to its end; only then is the next head read. What comes before is kept.
class H1ServerCodec final : public ServerCodec {
 public:
  // Both outlive the codec.
  H1ServerCodec(ServerCodecEvents& events, const HeadLimits& limits);
  H1ServerCodec(const H1ServerCodec&) = delete;
  H1ServerCodec& operator=(const H1ServerCodec&) = delete;

  [[nodiscard]] std::optional<ProtocolError> feed(std::span<const std::byte> bytes) override;
  [[nodiscard]] std::optional<ProtocolError> resume() override;
  [[nodiscard]] std::optional<ProtocolError> end_of_input() override;

  // The final head says `Connection: close` when it is already clear that nothing may follow. A 101
  // needs `Upgrade` in its headers, and a request that asked for it.
  void send_head(StreamId id, const ResponseHead& head, End end) override;
  void send_body(StreamId id, Buffer bytes, End end) override;
  void send_ready(StreamId id, const ReadyReply& reply, int retry_after_seconds) override;
  void send_trailers(StreamId id, const Headers& trailers) override;
  void reset(StreamId id, ResetReason why) override;
  void consumed(StreamId id, size_t body_bytes) override;
  void drain() override { draining_ = true; }
  void discard_body(StreamId id, size_t at_most) override;

  // The answer to what could not be read as a request; the connection closes behind it. Goes
  // nowhere when a request is open, whose answer it could be taken for.
  void send_error(Reply reply);

  Buffer take_output(size_t at_most) override;
  bool has_output() const override { return answer_.has_output(); }
  bool wants_input() const override;
  size_t held() const override { return held_.size(); }
  bool inside_head() const override { return request_ == Request::kHead && reader_.begun(); }
  bool inside_body() const override;
  bool idle() const override;
  bool finished() const override;

  // The last head that was refused, empty when it could not be taken apart; null: none was.
  const RequestHead* refused() const { return refused_.get(); }

  // A 101 was sent, and the tunnel has not been closed from our side.
  bool tunnel() const { return answer_.tunnel(); }
  // Only the end of the connection can end the response, which has not come to its end or was cut:
  // who gives the connection up now has to reset it, since closing it would make the response look
  // complete.
  bool must_reset() const { return answer_.would_look_complete(); }

 private:
  // What the next bytes of the client are. kDone: the next request, not to be read yet. kDropped:
  // nothing that anybody will look at.
  enum class Request : uint8_t { kHead, kSized, kChunked, kDone, kTunnel, kDropped };
  using Failure = std::optional<ProtocolError>;

  Failure read(std::span<const std::byte>& bytes);
  Failure read_held();
  Failure read_head(std::span<const std::byte>& bytes);
  void open(RequestHead&& head, Persistence persistence);
  void read_sized(std::span<const std::byte>& bytes);
  Failure read_chunks(std::span<const std::byte>& bytes);
  void end_chunks();
  void give_body(std::span<const std::byte> bytes, End end);
  Failure broken(ProtocolError why);
  Failure settle_end_of_input();

  void settle_persistence();
  void switch_protocols(const ResponseHead& head);
  void give_tunnel_bytes();
  void end_tunnel();
  void forsake_input();
  void close_request();

  ServerCodecEvents& events_;
  const HeadLimits& limits_;
  H1RequestReader reader_;
  std::unique_ptr<ChunkReader> chunks_;  // while a chunked body is read
  std::unique_ptr<const RequestHead> refused_;
  Buffer held_;
  H1Answer answer_;
  StreamId id_ = 0;
  size_t owed_ = 0;
  uint64_t left_ = 0;          // of a sized body
  uint64_t discard_left_ = 0;  // of what may be dropped
  Request request_ = Request::kHead;
  Persistence persistence_ = Persistence::kPersists;
  bool discarding_ = false;
  bool awaits_continue_ = false;  // the client may be waiting for a 100 before it sends the body
  bool draining_ = false;
  bool input_ended_ = false;
};

}  // namespace weir::http
