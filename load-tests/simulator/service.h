#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/reply.h"
#include "load-tests/simulator/service_spec.h"
#include "load-tests/simulator/token_bucket.h"

// A modelled service: what is inside, and when it answers; it knows neither gate nor callers.
namespace weir::simulator {

// One request's stay. It ends with a reply or by leaving.
class Job {
 public:
  virtual ~Job() = default;
  virtual void on_reply(Reply reply) = 0;

  double work_seconds = 0;  // drawn by the caller, so that every limiter meets the same
  bool fails = false;
  bool refused = false;               // whatever else is inside
  int queue = 0;                      // that it is led to, from 0
  bool has_quota = false;             // beyond it, turned away whatever else is inside
  double without_worker_seconds = 0;  // above 0: answered well after so long, by no worker
};

class Service {
 public:
  // Both outlive it.
  Service(const World& world, limiters::Timeline& timeline);
  virtual ~Service() = default;

  void enter(Job& job);
  // Before its reply: whoever waits for it has gone. False when a worker goes on with it to its
  // end; then it replies all the same and must be there until it does.
  bool leave(Job& job);
  // Conditions may have changed.
  virtual void refresh() = 0;
  int inside() const { return static_cast<int>(inside_.size()); }

 protected:
  virtual void start(Job& job) = 0;
  // True when nothing of it is left; a worker that is at it goes on if the world has it so.
  virtual bool stop(Job& job) = 0;
  // The worker is done with it.
  void worked(Job& job);
  double now() const;
  const Conditions& conditions() const { return world_.at(now()); }
  bool works_on() const { return world_.gone_caller == GoneCaller::kWorksOn; }
  limiters::Timeline& timeline_;
  const World& world_;

 private:
  void reply(Job& job, Reply reply);
  // What it says at once instead of beginning; none when it takes it.
  std::optional<Reply> refusal(const Job& job);
  std::map<Job*, limiters::Timeline::Timer> inside_;  // with what is outside of the worker
  TokenBucket all_, quota_;
};

std::unique_ptr<Service> make_service(const World& world, limiters::Timeline& timeline);

}  // namespace weir::simulator
