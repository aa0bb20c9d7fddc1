#include "load-tests/simulator/simulation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "load-tests/simulator/draws.h"
#include "load-tests/simulator/simulation_request.h"

namespace weir::simulator {

using limiters::from_seconds;
using limiters::TimePoint;

Simulation::Simulation(const World& world, const MakeGate& make_gate, uint64_t seed, int steps)
    : world_(world),
      arrivals_(seed * 4 + 1),
      work_(seed * 4 + 2),
      retries_(seed * 4 + 3),
      batch_(~seed),
      tenants_(~(seed * 4 + 5)),
      outer_core_(world.lapse_every_seconds, world.lapse_seconds, ~(seed * 4 + 1)),
      proxy_core_(world.lapse_every_seconds, world.lapse_seconds, ~(seed * 4 + 2)),
      deadline_(world.deadline()),
      service_(make_service(world, timeline_)),
      hidden_(world, timeline_, *service_, seed * 4 + 4),
      proxies_(~(seed * 4 + 3)),
      leavers_(world, timeline_, *service_, proxies_, ~(seed * 4 + 4)) {
  for (int i = 0; i < world.proxies; ++i)
    proxies_.add(make_gate(world, timeline_, seed + static_cast<uint64_t>(i) * 1'000'003));
  first_limit_ = proxies_.limit();
  outcomes_.step_seconds = world.seconds / steps;
  outcomes_.steps.resize(static_cast<size_t>(steps));
}

Simulation::~Simulation() = default;

Outcomes Simulation::run() {
  for (const Conditions& each : world_.conditions)
    condition_timers_.push_back(timeline_.at(TimePoint{} + from_seconds(each.from_seconds), [this] {
      service_->refresh();
      leavers_.refresh();
    }));
  next_step();
  next_busy_look();
  hidden_.start();
  next_of_batch();
  if (world_.recorded) {
    next_recorded();
  } else if (world_.clients > 0) {
    for (int i = 0; i < world_.clients; ++i) think();
  } else {
    next_arrival();
  }
  run_turns(TimePoint{} + from_seconds(world_.seconds));
  outcomes_.left = static_cast<int>(std::lround(static_cast<double>(proxies_.count()) *
                                                (proxies_.in_flight() + proxies_.waiting())));
  return std::move(outcomes_);
}

Outcomes::Step& Simulation::step() {
  return outcomes_.steps[std::min(step_, outcomes_.steps.size() - 1)];
}

// What held until now: neither the flag nor who is inside changes between two turns.
void Simulation::note_probe() {
  if (probing_) {
    const double over = limiters::to_seconds(timeline_.now() - probe_noted_);
    step().probe_seconds += over;
    step().probe_in_flight += over * probe_inside_;
  }
  probe_noted_ = timeline_.now();
  probing_ = proxies_.probing();
  probe_inside_ = proxies_.in_flight() * static_cast<double>(proxies_.count());
}

void Simulation::note_move() {
  if (!outcomes_.answers_until_moved && proxies_.limit() != first_limit_)
    outcomes_.answers_until_moved = answers_in_use_;
}

// As an event loop does: what is due at once runs in the next turn, not at the end of all.
void Simulation::run_turns(TimePoint until) {
  while (timeline_.next().value_or(TimePoint::max()) <= until) {
    timeline_.run_until(*timeline_.next());
    note_probe();
    note_move();
  }
}

void Simulation::next_arrival() {
  const Conditions& is = world_.at(now());
  const double per_second = is.load * is.capacity() / world_.session_requests;
  // Nobody comes: look again when something may have changed.
  const double pause = per_second > 0 ? draw_exponential(arrivals_, 1 / per_second) : 0.1;
  arrival_timer_ = timeline_.after(from_seconds(pause), [this, per_second] {
    if (per_second > 0)
      arrive({.first_arrived = now(),
              .tenant = draw_tenant(),
              .left_in_session = world_.session_requests - 1});
    next_arrival();
  });
}

void Simulation::next_of_batch() {
  const Conditions& is = world_.at(now());
  const double per_second = is.batch_load * is.capacity();
  const double pause = per_second > 0 ? draw_exponential(batch_, 1 / per_second) : 0.1;
  batch_timer_ = timeline_.after(from_seconds(pause), [this, per_second] {
    if (per_second > 0)
      arrive({.first_arrived = now(),
              .of_batch = true,
              .batch_class = draw_place(batch_, world_.batch_classes),
              .tenant = draw_tenant()});
    next_of_batch();
  });
}

uint16_t Simulation::draw_tenant() { return draw_place(tenants_, world_.tenants); }

// Null where nobody says who he is.
Outcomes::Step::OfTenant* Simulation::of_tenant(const Errand& errand) {
  if (world_.tenants.empty()) return nullptr;
  step().by_tenant.resize(world_.tenants.size());
  return &step().by_tenant[errand.tenant];
}

bool Simulation::in_a_hurry(const Errand& errand) const {
  return !errand.of_batch || errand.batch_class + 1U < world_.batch_classes.size();
}

void Simulation::next_recorded() {
  if (recorded_ == world_.recorded->size()) return;
  const Recorded& next = (*world_.recorded)[recorded_++];
  arrival_timer_ = timeline_.at(TimePoint{} + from_seconds(next.at_seconds), [this, &next] {
    Request& request = add_request({.first_arrived = now()});
    request.work_seconds = next.work_seconds;
    request.priority = next.priority;
    carry(request, outer_core_, proxy_core_, &Simulation::knock);
    next_recorded();
  });
}

void Simulation::next_busy_look() {
  busy_timer_ = timeline_.after(std::chrono::milliseconds(100), [this] {
    proxies_.on_busy_share(std::min(1.0, service_->inside() / world_.at(now()).workers));
    next_busy_look();
  });
}

void Simulation::next_step() {
  step_timer_ = timeline_.after(from_seconds(outcomes_.step_seconds), [this] {
    note_probe();
    Outcomes::Step& done = step();
    done.limit = proxies_.limit();
    done.in_flight = proxies_.in_flight();
    done.waiting = proxies_.waiting();
    done.reason = proxies_.reason();
    ++step_;
    next_step();
  });
}

Simulation::Request& Simulation::add_request(const Errand& errand) {
  const uint64_t id = ++last_id_;
  Request& request = *(requests_[id] = std::make_unique<Request>(*this, proxies_.any(), id));
  request.arrived = timeline_.now();
  request.errand = errand;
  // Callers say so themselves: what is not in a hurry, and what is not yet begun, can wait.
  const bool begins =
      world_.session_requests > 1 && errand.left_in_session == world_.session_requests - 1;
  request.priority = errand.of_batch ? static_cast<uint8_t>(1 + errand.batch_class)
                     : begins        ? 1
                                     : 0;
  ++step().attempts;
  if (errand.attempt == 1) ++step().firsts;
  if (in_a_hurry(errand)) ++step().hurried;
  request.tenant = errand.tenant;
  if (auto* tenant = of_tenant(errand)) ++tenant->attempts;
  return request;
}

void Simulation::arrive(const Errand& errand) {
  Request& request = add_request(errand);
  limiters::Random& chance = errand.attempt == 1 ? work_ : retries_;
  const Conditions& is = world_.at(now());
  request.work_seconds = draw_service(chance, world_.times, is) * world_.work_of(errand.tenant);
  if (world_.queues > 1)
    request.queue = static_cast<int>(chance.next() % static_cast<uint64_t>(world_.queues));
  request.has_quota = !world_.tenants.empty() && errand.tenant == 0;
  request.fails = chance.uniform() < is.failing_share;
  request.refused = is.refusing_share > 0 && chance.uniform() < is.refusing_share;
  if (is.quick_share > 0 && chance.uniform() < is.quick_share)
    request.without_worker_seconds = 0.001;
  if (is.reading_share > 0 && chance.uniform() < is.reading_share)
    request.reading_seconds = is.reading_seconds;
  if (is.leaving_share > 0 && chance.uniform() < is.leaving_share)
    request.stays_seconds = draw_exponential(chance, is.leaving_seconds);
  carry(request, outer_core_, proxy_core_, &Simulation::knock);
}

void Simulation::carry(Request& request, Core& first, Core& second,
                       void (Simulation::*then)(Request&)) {
  const TimePoint free = first.free(timeline_.now());
  if (free <= timeline_.now()) return carry(request, second, then);
  request.way =
      timeline_.at(free, [this, &request, &second, then] { carry(request, second, then); });
}

void Simulation::carry(Request& request, Core& core, void (Simulation::*then)(Request&)) {
  const TimePoint free = core.free(timeline_.now());
  if (free <= timeline_.now()) return (this->*then)(request);
  request.way = timeline_.at(free, [this, &request, then] { (this->*then)(request); });
}

void Simulation::knock(Request& request) {
  if (world_.deadline_seconds || request.stays_seconds) {
    const double stays = request.stays_seconds.value_or(deadline_);
    const TimePoint until =
        request.arrived +
        from_seconds(world_.deadline_seconds ? std::min(stays, deadline_) : stays);
    request.patience = timeline_.at(until, [this, &request] {
      if (request.inside) return give_up(request, Outcome::kAbandoned);
      request.gate.left(request);
      end(request, false);
    });
  }
  const Answer answer = request.gate.arrive(request);
  in_use_ = in_use_ || answer != Answer::kAdmitted;
  if (answer == Answer::kAdmitted) begin(request);
  if (answer == Answer::kTurnedAway) turned_away(request);
}

void Simulation::begin(Request& request) {
  request.inside = true;
  request.timeout = timeline_.after(from_seconds(world_.response_timeout_seconds),
                                    [this, &request] { give_up(request, Outcome::kTimedOut); });
  carry(request, outer_core_, &Simulation::enter);
}

void Simulation::give_up(Request& request, Outcome outcome) {
  if (!service_->leave(request)) {
    request.timeout.cancel();
    request.patience.cancel();
    given_up_.insert(requests_.extract(request.id));
  }
  request.gate.finished(request, outcome);
  end(request, false);
}

void Simulation::enter(Request& request) {
  service_->enter(request);
  step().most_inside = std::max(step().most_inside, service_->inside());
}

void Simulation::answer(Request& request) {
  if (in_use_) ++answers_in_use_;
  request.take_answer();
}

void Simulation::end(Request& request, bool good) {
  const Errand errand = request.errand;
  // Who reads slowly is served when the answer begins.
  const double latency = now() - errand.first_arrived - (good ? request.reading_seconds : 0);
  Outcomes::Step& is = step();
  if (good) is.latencies.push_back(static_cast<float>(latency));
  ++(!good ? is.failed : latency <= deadline_ ? is.good : is.late);
  if (good && latency <= deadline_ && !in_a_hurry(errand)) ++is.least_good;
  if (auto* tenant = of_tenant(errand); tenant != nullptr && good && latency <= deadline_)
    ++tenant->good;
  if (proxies_.count() > 1 && good && latency <= deadline_) {
    is.good_by_proxy.resize(proxies_.count());
    ++is.good_by_proxy[proxies_.number_of(request.gate)];
  }
  requests_.erase(request.id);
  if (errand.of_loop) return think();
  if (good) go_on(errand);
}

// The next of a session.
void Simulation::go_on(const Errand& errand) {
  if (world_.session_requests == 1) return;
  if (errand.left_in_session == world_.session_requests - 1) ++step().begun;
  if (errand.left_in_session == 0) return void(++step().completed);
  later(draw_exponential(retries_, world_.think_seconds + 0.001),
        {.tenant = errand.tenant, .left_in_session = errand.left_in_session - 1});
}

void Simulation::turned_away(Request& request) {
  ++step().shed;
  if (proxies_.probing()) ++step().probe_shed;
  Errand errand = request.errand;
  if (in_a_hurry(errand)) ++step().hurried_shed;
  if (auto* tenant = of_tenant(errand)) ++tenant->shed;
  const bool again = world_.retry != Retry::kNever && errand.attempt < world_.most_attempts;
  double pause = 0;
  if (world_.retry == Retry::kBackOff)
    pause = retries_.uniform(0.5, 1.5) * 0.1 * std::ldexp(1.0, errand.attempt);
  if (world_.retry == Retry::kRetryAfter) pause = request.gate.retry_after_seconds();
  requests_.erase(request.id);
  if (!again) return errand.of_loop ? think() : void();
  ++errand.attempt;
  later(pause, errand);
}

// A closed-loop client until its next request; at least a moment, so that one who is turned away
// does not spin.
void Simulation::think() {
  later(std::max(0.001, draw_exponential(arrivals_, world_.think_seconds + 0.001)),
        {.of_loop = true});
}

// A first attempt arrives when the pause is over; a later one has waited all the while.
void Simulation::later(double pause, const Errand& errand) {
  const uint64_t id = ++last_id_;
  pauses_[id] = timeline_.after(from_seconds(pause), [this, id, errand] {
    Errand due = errand;
    pauses_.erase(id);
    if (due.attempt == 1) due.first_arrived = now();
    arrive(due);
  });
}

}  // namespace weir::simulator
