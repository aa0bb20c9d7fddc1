#include "load-tests/simulator/hidden_callers.h"

#include "load-tests/simulator/draws.h"

namespace weir::simulator {

using limiters::from_seconds;

class HiddenCallers::Request final : public Job {
 public:
  Request(HiddenCallers& all, uint64_t id) : all_(all), id_(id) {}
  void on_reply(Reply) override { all_.requests_.erase(id_); }

 private:
  HiddenCallers& all_;
  const uint64_t id_;
};

HiddenCallers::HiddenCallers(const World& world, limiters::Timeline& timeline, Service& service,
                             uint64_t seed)
    : world_(world), timeline_(timeline), service_(service), chance_(seed) {}

HiddenCallers::~HiddenCallers() = default;

const Conditions& HiddenCallers::conditions() const {
  return world_.at(limiters::to_seconds(timeline_.now() - limiters::TimePoint{}));
}

void HiddenCallers::next() {
  const double per_second = conditions().hidden_load * conditions().capacity();
  // Nobody comes: look again when something may have changed.
  const double pause = per_second > 0 ? draw_exponential(chance_, 1 / per_second) : 0.1;
  timer_ = timeline_.after(from_seconds(pause), [this, per_second] {
    if (per_second > 0) {
      const uint64_t id = ++last_id_;
      Request& request = *(requests_[id] = std::make_unique<Request>(*this, id));
      request.work_seconds = draw_service(chance_, world_.times, conditions());
      service_.enter(request);
    }
    next();
  });
}

}  // namespace weir::simulator
