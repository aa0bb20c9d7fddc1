#include "proxy/transport/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <utility>

namespace weir::transport {

using loop::Duration;
using loop::EventLoop;

Resolver::Resolver(EventLoop& loop, ResolverParams params, Changed on_changed, Failed on_failed)
    : loop_(loop),
      params_(std::move(params)),
      on_changed_(std::move(on_changed)),
      on_failed_(std::move(on_failed)),
      random_(static_cast<std::minstd_rand::result_type>(params_.seed)) {
  timer_ = loop_.timeline().after(Duration(0), [this] { ask(); });
}

Resolver::~Resolver() {
  if (query_ == nullptr) return;
  query_->asker = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&query_->request));
}

void Resolver::ask() {
  if (const auto numeric = SocketAddress::from_numeric(params_.host, params_.port))
    return publish({*numeric});
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  auto query = std::make_unique<Query>();
  query->asker = this;
  query->request.data = query.get();
  const int result = uv_getaddrinfo(
      loop_.uv(), &query->request,
      [](uv_getaddrinfo_t* request, int status, addrinfo* answer) {
        const std::unique_ptr<Query> done(static_cast<Query*>(request->data));
        const EventLoop::Turn turn(EventLoop::of(request->loop));
        if (done->asker != nullptr) {
          done->asker->query_ = nullptr;
          done->asker->answered(status, answer);
        }
        uv_freeaddrinfo(answer);
      },
      params_.host.c_str(), std::to_string(params_.port).c_str(), &hints);
  if (result != 0) return failed(result);
  query_ = query.release();
}

void Resolver::answered(int status, const addrinfo* answer) {
  if (status != 0) return failed(status);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* one = answer; one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    const SocketAddress address = SocketAddress::from_system(one->ai_addr, one->ai_addrlen);
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  if (addresses.empty()) return failed(UV_EAI_NODATA);
  ask_again_after(params_.interval);
  publish(std::move(addresses));
}

void Resolver::failed(int status) {
  ask_again_after(known_.empty() ? std::min(params_.first_retry, params_.interval)
                                 : params_.interval);
  on_failed_("name not known: " + params_.host + ": " + uv_strerror(status));
}

void Resolver::publish(std::vector<SocketAddress> addresses) {
  // As a set: resolvers rotate their answers, which changes nothing.
  std::vector<SocketAddress> sorted = addresses;
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a < b; });
  if (sorted == known_) return;
  known_ = std::move(sorted);
  on_changed_(addresses);
}

// Give or take a tenth, so that many processes do not ask at once.
void Resolver::ask_again_after(Duration delay) {
  const auto share = std::uniform_real_distribution<double>(0.9, 1.1)(random_);
  const auto jittered = limiters::from_seconds(limiters::to_seconds(delay) * share);
  timer_ = loop_.timeline().after(jittered, [this] { ask(); });
}

}  // namespace weir::transport
