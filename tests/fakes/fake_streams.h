#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/exchange/exchange.h"

// Both neighbours of an exchange as notebooks: what it says to them stands in one list of lines,
// and a test speaks for them.
namespace weir::fakes {

class Notebook {
 public:
  void add(std::string line) { lines_.push_back(std::move(line)); }
  // Everything since the last call, one line each.
  std::string take() {
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    lines_.clear();
    return text;
  }

 private:
  std::vector<std::string> lines_;
};

inline std::string word_of(http::End end) { return end == http::End::kYes ? " end" : ""; }

class FakeClient final : public exchange::ClientStream {
 public:
  explicit FakeClient(Notebook& notebook) : notebook_(notebook) {}

  void send_head(const http::ResponseHead& head, http::End end) override {
    last_head.status = head.status;
    last_head.headers = head.headers.copy();
    notebook_.add("client: " + std::to_string(head.status) + word_of(end));
  }
  void send_body(Buffer bytes, http::End end) override {
    notebook_.add("client: body " +
                  (last_head.headers.get(http::Name::kProxyStatus) ? std::string("of weir")
                                                                   : bytes.to_string()) +
                  word_of(end));
  }
  void send_trailers(const http::Headers&) override { notebook_.add("client: trailers"); }
  // As if it had come as a head and a body.
  void send_ready(const http::ReadyReply& reply, int seconds) override {
    const std::string_view rest = reply.behind_seconds();
    const size_t status = rest.find("Proxy-Status: ") + 14;
    last_head.status = std::stoi(std::string(reply.before_seconds().substr(9, 3)));
    last_head.headers = http::Headers();
    last_head.headers.add(http::Name::kProxyStatus,
                          rest.substr(status, rest.find('\r', status) - status));
    last_head.headers.add(http::Name::kRetryAfter, std::to_string(seconds));
    notebook_.add("client: " + std::to_string(last_head.status));
    notebook_.add("client: body of weir end");
  }
  void consumed(size_t bytes) override {
    notebook_.add("client: consumed " + std::to_string(bytes));
  }
  void discard_request() override { notebook_.add("client: discard"); }
  void reset(http::ResetReason) override { notebook_.add("client: reset"); }
  void ended() override { notebook_.add("ended"); }
  std::string_view peer_address() const override { return "192.0.2.1"; }
  std::string_view scheme() const override { return "http"; }

  http::ResponseHead last_head;

 private:
  Notebook& notebook_;
};

class FakeBackend final : public exchange::BackendStream {
 public:
  FakeBackend(Notebook& notebook, exchange::ResponseEvents& news, bool was_used)
      : events(news), notebook_(notebook), reused_(was_used) {}

  void send_request(const http::RequestHead& head, http::End end) override {
    notebook_.add("backend: " + std::string(head.method) + " " + std::string(head.target) +
                  word_of(end));
  }
  void send_body(Buffer bytes, http::End end) override {
    notebook_.add("backend: body " + bytes.to_string() + word_of(end));
  }
  void send_trailers(const http::Headers&) override { notebook_.add("backend: trailers"); }
  void consumed(size_t bytes) override {
    notebook_.add("backend: consumed " + std::to_string(bytes));
  }
  void may_be_silent() override { notebook_.add("backend: may be silent"); }
  bool reused() const override { return reused_; }
  bool begun() const override { return has_begun; }

  exchange::ResponseEvents& events;
  bool has_begun = true;

 private:
  void release() noexcept override { notebook_.add("backend: released"); }

  Notebook& notebook_;
  const bool reused_;
};

class FakeBackends final : public exchange::Backends {
 public:
  explicit FakeBackends(Notebook& notebook) : notebook_(notebook) {}

  exchange::BackendStreamPtr open(exchange::ResponseEvents& events,
                                  exchange::Reuse reuse) override {
    notebook_.add(reuse == exchange::Reuse::kAllowed ? "open" : "open fresh");
    const bool used = pooled && reuse == exchange::Reuse::kAllowed;
    streams.push_back(std::make_unique<FakeBackend>(notebook_, events, used));
    return exchange::BackendStreamPtr(streams.back().get());
  }
  FakeBackend& last() { return *streams.back(); }

  bool pooled = false;  // the next connection has carried a request before
  std::vector<std::unique_ptr<FakeBackend>> streams;

 private:
  Notebook& notebook_;
};

// Keeps a copy of what was recorded.
class FakeLedger final : public exchange::Ledger {
 public:
  struct Entry {
    exchange::Ending ending;
    exchange::Stage stage;
    int status;
    std::optional<limiters::Rejection> rejection;
    std::optional<int> retry_after_seconds;
    std::optional<limiters::Duration> queue_wait, backend;
    bool retried;
    uint8_t priority;
    std::string priority_name;
    std::optional<std::string> partition_name;
    std::string target, request_id;
    bool stood;
  };
  void record(const exchange::ExchangeFacts& facts) override {
    entries.push_back({facts.ending, facts.stage, facts.status, facts.rejection,
                       facts.retry_after_seconds, facts.queue_wait, facts.backend, facts.retried,
                       facts.priority, std::string(facts.priority_name),
                       std::optional<std::string>(facts.partition_name), std::string(facts.target),
                       std::string(facts.request_id), facts.stood});
  }
  void asked(uint16_t partition, std::string_view name) override {
    askers.emplace_back(partition, name);
  }
  void placeless(exchange::Placeless as, int more) override {
    inside.at(static_cast<size_t>(as)) += more;
  }
  std::vector<Entry> entries;
  std::array<int, exchange::kPlacelessKinds> inside{};  // without a place, now
  std::vector<std::pair<uint16_t, std::string>> askers;
};

}  // namespace weir::fakes
