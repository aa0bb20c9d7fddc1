#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/core.h"
#include "load-tests/simulator/gate.h"
#include "load-tests/simulator/hidden_callers.h"
#include "load-tests/simulator/leavers.h"
#include "load-tests/simulator/proxies.h"
#include "load-tests/simulator/service.h"
#include "load-tests/simulator/trace.h"

// One run: callers, a gate, a service, in virtual time; it knows no scenario and no score.
namespace weir::simulator {

using MakeGate = std::function<std::unique_ptr<Gate>(const World& world,
                                                     limiters::Timeline& timeline, uint64_t seed)>;

// What came of it. Seconds count from the start of the run.
struct Outcomes {
  struct Step {
    int attempts = 0, firsts = 0, good = 0, late = 0, failed = 0, shed = 0;
    int hurried = 0, hurried_shed = 0;             // attempts of all but the least important
    int least_good = 0;                            // in time, of the least important
    int begun = 0, completed = 0;                  // sessions of several requests
    double limit = 0, in_flight = 0, waiting = 0;  // at its end; of several proxies, the mean
    std::vector<int> good_by_proxy;                // where there are several
    struct OfTenant {
      int attempts = 0, good = 0, shed = 0;
    };
    std::vector<OfTenant> by_tenant;  // where there are some
    int most_inside = 0;
    double probe_seconds = 0;      // while the gate said that it was probing:
    double probe_in_flight = 0;    // requests times seconds,
    int probe_shed = 0;            // and who was turned away meanwhile
    std::vector<float> latencies;  // of who was served, from the first attempt
    std::string reason;
  };
  double step_seconds = 0;
  std::vector<Step> steps;
  // From when the limit was first in use, that is from when somebody first had to wait or was
  // turned away, until it first moved; none: never.
  std::optional<int> answers_until_moved;
  // In flight and waiting when the run ended, at all gates together.
  int left = 0;
};

class Simulation {
 public:
  // The same seed gives the same callers and the same work, whatever the gate.
  Simulation(const World& world, const MakeGate& make_gate, uint64_t seed, int steps);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Outcomes run();

 private:
  class Request;
  // What a caller wants, whatever becomes of one attempt.
  struct Errand {
    double first_arrived = 0;
    int attempt = 1;
    bool of_loop = false;
    bool of_batch = false;
    uint8_t batch_class = 0;
    uint16_t tenant = 0;
    int left_in_session = 0;  // requests after this one
  };

  double now() const { return limiters::to_seconds(timeline_.now() - limiters::TimePoint{}); }
  Outcomes::Step& step();
  void run_turns(limiters::TimePoint until);
  void next_arrival();
  void next_of_batch();
  // Who comes next; nothing is drawn where there are no tenants.
  uint16_t draw_tenant();
  Outcomes::Step::OfTenant* of_tenant(const Errand& errand);
  // Not of the least important of the batch.
  bool in_a_hurry(const Errand& errand) const;
  void next_recorded();
  void next_busy_look();
  void next_step();
  void note_probe();
  void note_move();
  Request& add_request(const Errand& errand);
  void arrive(const Errand& errand);
  // Calls the member when both cores, one after the other, have taken the request up.
  void carry(Request& request, Core& first, Core& second, void (Simulation::*then)(Request&));
  void carry(Request& request, Core& core, void (Simulation::*then)(Request&));
  void knock(Request& request);
  void enter(Request& request);
  void answer(Request& request);
  void begin(Request& request);
  void end(Request& request, bool good);
  // Nobody waits for the service's answer any more, but the service may not notice.
  void give_up(Request& request, Outcome outcome);
  void turned_away(Request& request);
  void go_on(const Errand& errand);
  void think();
  void later(double pause, const Errand& errand);

  const World& world_;
  limiters::Timeline timeline_{limiters::TimePoint{}};
  limiters::Random arrivals_, work_, retries_, batch_, tenants_;
  Core outer_core_, proxy_core_;  // callers and service share the outer one
  const double deadline_;
  std::unique_ptr<Service> service_;
  HiddenCallers hidden_;
  Proxies proxies_;
  Leavers leavers_;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Request>> requests_;
  std::unordered_map<uint64_t, std::unique_ptr<Request>> given_up_;  // but worked on
  std::unordered_map<uint64_t, limiters::Timeline::Timer> pauses_;
  Outcomes outcomes_;
  limiters::TimePoint probe_noted_;
  bool probing_ = false;
  double probe_inside_ = 0;
  double first_limit_ = 0;
  bool in_use_ = false;  // somebody has had to wait or was turned away
  int answers_in_use_ = 0;
  size_t step_ = 0;
  size_t recorded_ = 0;  // have come
  std::vector<limiters::Timeline::Timer> condition_timers_;
  limiters::Timeline::Timer arrival_timer_, batch_timer_, busy_timer_, step_timer_;
};

}  // namespace weir::simulator
