#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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

// From `at` after the start on there are that many workers.
struct Step {
  Duration at;
  int workers;
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
  Duration pause_length{};  // 0: no pauses
  Failures failures;
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
  uint64_t failed = 0;     // as Failures says
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
  bool full() const;
  Answer answer(const Finished& finished);

  ServiceParams params_;
  TimePoint start_;
  Pauses pauses_;
  pieces::Random random_;
  std::unique_ptr<Discipline> discipline_;  // lives on the time worked, without the pauses
  int workers_;
  size_t next_step_ = 0;
  std::unordered_set<RequestId> failing_;
  std::unordered_set<RequestId> abandoned_;
  ServiceCounts counts_;
};

}  // namespace weir::origin
