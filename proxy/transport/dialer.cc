#include "proxy/transport/dialer.h"

#include <algorithm>
#include <utility>

#include "proxy/transport/plain_transport.h"

namespace weir::transport {

void Dialer::set_addresses(std::vector<SocketAddress> addresses) {
  rotation_->addresses = std::move(addresses);
  rotation_->first = 0;
}

std::optional<SocketAddress> Dialer::pass_over(const SocketAddress& address) {
  if (!rotation_->pass_over(address)) return std::nullopt;
  return rotation_->addresses[rotation_->first];
}

// Many may fail at the same address at once; it is passed over only once.
bool Dialer::Rotation::pass_over(const SocketAddress& address) {
  if (addresses.size() < 2 || addresses[first] != address) return false;
  first = (first + 1) % addresses.size();
  return true;
}

std::unique_ptr<Transport> Dialer::dial() {
  if (addresses().empty()) return PlainTransport::unresolved(loop_, failure_);
  ConnectPlan plan{
      .targets = rotation_->addresses, .timeout = connect_timeout_, .on_target_failed = nullptr};
  if (plan.targets.size() > 1) {
    std::ranges::rotate(plan.targets,
                        plan.targets.begin() + static_cast<std::ptrdiff_t>(rotation_->first));
    plan.on_target_failed = [rotation = rotation_](const SocketAddress& failed) {
      rotation->pass_over(failed);
    };
  }
  return PlainTransport::connecting(loop_, std::move(plan));
}

}  // namespace weir::transport
