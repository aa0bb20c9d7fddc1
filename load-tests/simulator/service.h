#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/service_spec.h"

// A modelled service: what is inside, and when it answers; it knows neither gate nor callers.
namespace weir::simulator {

enum class Reply : uint8_t { kSuccess, kFailure, kRefused };

// One request's stay. Given up by destroying it; its work is then lost, the worker free.
class Job {
 public:
  virtual ~Job() = default;
  virtual void on_reply(Reply reply) = 0;

  double work_seconds = 0;  // drawn by the caller, so that every limiter meets the same
  bool fails = false;
  bool quick = false;
};

class Service {
 public:
  // Both outlive it.
  Service(const World& world, limiters::Timeline& timeline);
  virtual ~Service() = default;

  void enter(Job& job);
  void leave(Job& job);  // before its reply
  // Conditions may have changed.
  virtual void refresh() = 0;
  int inside() const { return static_cast<int>(inside_.size()); }

 protected:
  virtual void start(Job& job) = 0;
  virtual void stop(Job& job) = 0;
  // The worker is done with it.
  void worked(Job& job);
  double now() const;
  const Conditions& conditions() const { return world_.at(now()); }
  limiters::Timeline& timeline_;
  const World& world_;

 private:
  void reply(Job& job, Reply reply);
  std::map<Job*, limiters::Timeline::Timer> inside_;  // with what is outside of the worker
};

std::unique_ptr<Service> make_service(const World& world, limiters::Timeline& timeline);

}  // namespace weir::simulator
