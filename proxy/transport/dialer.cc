#include "proxy/transport/dialer.h"

#include <algorithm>
#include <utility>

#include "proxy/transport/plain_transport.h"

namespace weir::transport {

void Dialer::set_addresses(std::vector<SocketAddress> addresses) {
  rotation_->addresses = std::move(addresses);
  rotation_->first = 0;
}

std::unique_ptr<Transport> Dialer::dial() {
  if (!has_address()) return PlainTransport::unresolved(loop_, failure_);
  ConnectPlan plan{
      .targets = rotation_->addresses, .timeout = connect_timeout_, .on_target_failed = nullptr};
  if (plan.targets.size() > 1) {
    std::ranges::rotate(plan.targets,
                        plan.targets.begin() + static_cast<std::ptrdiff_t>(rotation_->first));
    // Many may fail at the same address at once; it is passed over only once.
    plan.on_target_failed = [rotation = rotation_](const SocketAddress& failed) {
      const auto& addresses = rotation->addresses;
      if (rotation->first < addresses.size() && addresses[rotation->first] == failed)
        rotation->first = (rotation->first + 1) % addresses.size();
    };
  }
  return PlainTransport::connecting(loop_, std::move(plan));
}

}  // namespace weir::transport
