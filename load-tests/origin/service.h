#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_set>
#include <vector>

#include "load-tests/origin/discipline.h"
#include "load-tests/origin/pauses.h"
#include "load-tests/origin/service_time.h"
#include "load-tests/pieces/random.h"

// A service of known capacity on the time it is told; it does not know sockets, nor what a request
// asks for.
namespace weir::origin {

enum class Sharing : uint8_t { kFifo, kSharing };

// That share of the requests is answered with `status` after `time` by nobody: without a worker,
// and whoever else is inside.
struct Aside {
  double share = 0;
  int status = 200;
  Duration time = std::chrono::milliseconds(1);
};

// What holds from `at` after the start on; what is not given stays as it was.
struct Step {
  Duration at{};
  std::optional<int> workers{};
  std::optional<Duration> mean{};  // of the service time
  std::optional<Slow> slow{};
  std::optional<Aside> aside{};
  std::optional<Duration> outside{};
};

// That share of the requests is answered with `status`; `time` instead of the usual time when set.
struct Failures {
  double share = 0;
  int status = 500;
  std::optional<Duration> time;
};

struct ServiceParams {
  int workers = 10;
  ServiceTime service_time = *ServiceTime::parse("constant", std::chrono::milliseconds(10));
  std::optional<size_t> queue;  // most that wait for a worker; empty: any number
  Sharing sharing = Sharing::kFifo;
  double thrash = 0;        // see SharingDiscipline
  std::vector<Step> steps;  // in order of time
  Duration pause_every{};
  Duration pause_length{};    // 0: no pauses
  std::vector<Stall> stalls;  // one after the other
  Failures failures;
  Aside aside;
  Duration outside{};  // from the end of the work to the answer, without a worker
  uint64_t seed = 1;
};

struct Answer {
  RequestId id;
  int status;
  TimePoint due;  // not after the moment it is told
};

struct ServiceCounts {
  uint64_t arrivals = 0;
  uint64_t served = 0;     // with success, and somebody was still there
  uint64_t failed = 0;     // as Failures or Aside say
  uint64_t refused = 0;    // the queue was full
  uint64_t cancelled = 0;  // left while waiting
  uint64_t abandoned = 0;  // left while worked on: the worker was busy to the end all the same
  size_t most_in_service = 0;
};

class Service {
 public:
  Service(const ServiceParams& params, TimePoint start);

  // Writes all answers due by `now` behind `answers`, in order. Comes before each of the others.
  void advance(TimePoint now, std::vector<Answer>& answers);
  // False: refused, answer it with 503. Its answer may be due at once.
  [[nodiscard]] bool arrive(RequestId id, TimePoint now);
  // The client has gone. No answer comes for `id` any more when it was waiting; else one comes that
  // nobody wants.
  void leave(RequestId id);
  // When advance() has something to do.
  std::optional<TimePoint> next_due() const;

  const ServiceCounts& counts() const { return counts_; }
  size_t in_service() const { return discipline_->in_service(); }
  size_t waiting() const { return discipline_->waiting(); }
  int workers() const { return workers_; }

 private:
  struct LaterFirst {
    bool operator()(const Answer& one, const Answer& other) const { return one.due > other.due; }
  };

  bool full() const;
  bool step_comes_first(TimePoint now, const std::optional<TimePoint>& finish) const;
  void take_step();
  void finish_next(std::vector<Answer>& answers);
  Answer told(const Answer& answer);

  ServiceParams params_;
  TimePoint start_;
  Pauses pauses_;
  pieces::Random random_;
  std::unique_ptr<Discipline> discipline_;  // lives on the time worked, without the pauses
  int workers_;
  ServiceTime service_time_;
  Aside aside_;
  Duration outside_;
  size_t next_step_ = 0;
  // Need no worker any more. Their time is that of the world, pauses or not.
  std::priority_queue<Answer, std::vector<Answer>, LaterFirst> later_;
  std::unordered_set<RequestId> failing_;
  std::unordered_set<RequestId> abandoned_;
  ServiceCounts counts_;
};

}  // namespace weir::origin
