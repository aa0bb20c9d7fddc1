#include "load-tests/origin/origin.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/transport/plain_transport.h"

namespace weir::origin {

std::unique_ptr<Origin> Origin::open(loop::EventLoop& loop, const ServiceParams& params,
                                     uint64_t body_bytes, const transport::SocketAddress& address,
                                     std::string& error) {
  std::unique_ptr<Origin> origin(new Origin(loop, params, body_bytes));
  origin->listener_ = transport::Listener::open(
      loop, address,
      [here = origin.get()](transport::Fd socket, const transport::SocketAddress&) {
        here->accept(std::move(socket));
      },
      [](const std::string& text) { fmt::print(stderr, "weir-origin: {}\n", text); }, error);
  if (origin->listener_ == nullptr) return nullptr;
  return origin;
}

Origin::Origin(loop::EventLoop& loop, const ServiceParams& params, uint64_t body_bytes)
    : loop_(loop),
      params_(params),
      service_(params, loop.timeline().now()),
      replies_(body_bytes),
      alarm_(loop, [this] {
        advance();
        set_alarm();
      }) {
  set_alarm();
}

Origin::~Origin() = default;

void Origin::accept(transport::Fd socket) {
  auto connection =
      std::make_unique<Connection>(static_cast<Connection::Owner&>(*this), replies_,
                                   transport::PlainTransport::accepted(loop_, std::move(socket)));
  connections_.emplace(connection.get(), std::move(connection));
}

void Origin::on_request(Connection& from, RequestId id, std::string_view path) {
  if (path == "/healthz") return from.answer_text(id, 200, "text/plain", "ok\n");
  if (path == "/stats") {
    advance();
    return from.answer_text(id, 200, "application/json", stats());
  }
  if (path == "/restart") {
    const bool done = restart();
    return from.answer_text(id, done ? 200 : 409, "text/plain", done ? "ok\n" : "not empty\n");
  }
  advance();
  if (!service_.arrive(id, loop_.timeline().now())) return from.answer(id, 503);
  waiting_.emplace(id, &from);
  // With no service time it is done.
  advance();
  set_alarm();
}

void Origin::on_left(RequestId id) {
  advance();
  // advance() may have answered it into a connection that is gone.
  if (waiting_.erase(id) == 1) service_.leave(id);
}

void Origin::on_gone(Connection& gone) {
  auto connection = connections_.extract(&gone);
  loop_.turn_queue().bury(std::move(connection.mapped()));
}

// Steps, pauses, chance and counts begin anew. Not while somebody waits for an answer.
bool Origin::restart() {
  advance();
  if (!waiting_.empty()) return false;
  service_ = Service(params_, loop_.timeline().now());
  set_alarm();
  return true;
}

void Origin::advance() {
  // An answer may end a connection whose other requests then leave, which advances again.
  std::vector<Answer> due = std::move(due_);
  service_.advance(loop_.timeline().now(), due);
  for (const Answer& answer : due) {
    const auto asked = waiting_.extract(answer.id);
    if (!asked.empty()) asked.mapped()->answer(answer.id, answer.status);
  }
  due.clear();
  due_ = std::move(due);
}

void Origin::set_alarm() {
  if (const auto due = service_.next_due()) alarm_.ring_by(*due);
}

std::string Origin::stats() const {
  const ServiceCounts& counts = service_.counts();
  const nlohmann::ordered_json shown = {
      {"arrivals", counts.arrivals},       {"served", counts.served},
      {"failed", counts.failed},           {"refused", counts.refused},
      {"cancelled", counts.cancelled},     {"abandoned", counts.abandoned},
      {"workers", service_.workers()},     {"in_service", service_.in_service()},
      {"waiting", service_.waiting()},     {"max_in_service", counts.most_in_service},
      {"connections", connections_.size()}};
  return shown.dump() + "\n";
}

}  // namespace weir::origin
