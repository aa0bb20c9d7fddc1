#include "load-tests/load/connection.h"

#include <cassert>
#include <utility>

namespace weir::load {

Connection::Connection(Owner& owner, const RequestText& request,
                       std::unique_ptr<transport::Transport> transport)
    : owner_(owner), request_(request), transport_(std::move(transport)), reader_(request.asked) {
  transport_->start(*this);
}

void Connection::send(Ticket ticket) {
  assert(free());
  ticket_ = ticket;
  transport_->send(Buffer(request_.bytes));
}

void Connection::on_open() {
  opened_ = true;
  owner_.on_opened(*this);
}

void Connection::on_bytes(std::span<const std::byte> bytes) {
  std::string_view rest = text_of(bytes);
  if (!ticket_) return broken(Failure::kGarbled, "bytes that belong to no request");
  Reply reply;
  switch (reader_.next(rest, reply)) {
    case ResponseReader::Step::kMore:
      return;
    case ResponseReader::Step::kFailed:
      return broken(Failure::kGarbled, "not a response of HTTP/1.1");
    case ResponseReader::Step::kReply:
      break;
  }
  // An answer before the request was sent to its end leaves the connection in the middle of it.
  if (!rest.empty() || transport_->unsent() > 0) reply.keeps_connection = false;
  replied(reply);
}

void Connection::on_end() {
  Reply reply;
  if (ticket_ && reader_.end_of_input(reply)) return replied(reply);
  broken(Failure::kBroken, "connection closed");
}

void Connection::on_closed(transport::CloseReason) {
  broken(opened_ ? Failure::kBroken : Failure::kConnect, transport_->error_text());
}

void Connection::replied(const Reply& reply) {
  const Ticket ticket = *std::exchange(ticket_, std::nullopt);
  closing_ = !reply.keeps_connection;
  owner_.on_reply(*this, ticket, reply);
  if (closing_) leave();
}

void Connection::broken(Failure why, const std::string& text) {
  closing_ = true;
  if (ticket_) owner_.on_failed(*std::exchange(ticket_, std::nullopt), why, text);
  leave();
}

void Connection::abandon() {
  ticket_.reset();
  leave();
}

void Connection::leave() {
  closing_ = true;
  transport_->close(transport::CloseHow::kNow);
  owner_.on_gone(*this);
}

}  // namespace weir::load
