#include "load-tests/simulator/leavers.h"

#include <algorithm>
#include <utility>

#include "load-tests/simulator/draws.h"

namespace weir::simulator {

using limiters::from_seconds;

// One of them, with the one request that it has at a time.
class Leavers::Caller final : public Ticket, public Job {
 public:
  Caller(Leavers& all, size_t number) : all_(all), number_(number) {}
  ~Caller() override {
    if (inside_) all_.service_.leave(*this);
  }
  void rest() {
    here_ = true;
    const double mean = all_.conditions().leavers_pause_seconds;
    // At least a moment, so that one who is turned away does not spin.
    const double pause = std::max(0.001, draw_exponential(all_.pauses_, mean));
    timer_ = all_.timeline_.after(from_seconds(pause), [this] { ask(); });
  }
  bool here() const { return here_; }

  void on_admitted() override { enter(); }
  void on_turned_away() override { rest(); }
  void on_reply(Reply reply) override {
    inside_ = false;
    const Outcome outcome = outcome_of(reply);
    gate_->responded(*this, outcome);
    gate_->finished(*this, outcome);
    rest();
  }

 private:
  void ask() {
    here_ = static_cast<double>(number_) < all_.conditions().leavers;
    if (!here_) return;
    without_worker_seconds = all_.conditions().leavers_want_seconds;
    gate_ = &all_.proxies_.any();
    arrived = all_.timeline_.now();
    timer_ = all_.timeline_.after(from_seconds(all_.conditions().leavers_stay_seconds),
                                  [this] { leave(); });
    const Answer answer = gate_->arrive(*this);
    if (answer == Answer::kAdmitted) enter();
    if (answer == Answer::kTurnedAway) rest();
  }
  void enter() {
    inside_ = true;
    all_.service_.enter(*this);
  }
  void leave() {
    if (std::exchange(inside_, false)) {
      all_.service_.leave(*this);
      gate_->finished(*this, Outcome::kAbandoned);
    } else {
      gate_->left(*this);
    }
    rest();
  }

  Leavers& all_;
  const size_t number_;
  Gate* gate_ = nullptr;
  bool inside_ = false;
  bool here_ = false;
  limiters::Timeline::Timer timer_;
};

Leavers::Leavers(const World& world, limiters::Timeline& timeline, Service& service,
                 Proxies& proxies, uint64_t seed)
    : world_(world), timeline_(timeline), service_(service), proxies_(proxies), pauses_(seed) {}

Leavers::~Leavers() = default;

const Conditions& Leavers::conditions() const {
  return world_.at(limiters::to_seconds(timeline_.now() - limiters::TimePoint{}));
}

void Leavers::refresh() {
  const auto wanted = static_cast<size_t>(conditions().leavers);
  for (size_t i = 0; i < wanted; ++i) {
    if (i == callers_.size()) callers_.push_back(std::make_unique<Caller>(*this, i));
    if (!callers_[i]->here()) callers_[i]->rest();
  }
}

}  // namespace weir::simulator
