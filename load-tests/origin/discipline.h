#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include "limiters/timeline.h"

// Who of the requests inside is worked on, and how fast; it does not know where requests come from
// nor of time that passes by itself.
namespace weir::origin {

using limiters::Duration;
using limiters::TimePoint;

// Given in rising order.
using RequestId = uint64_t;

struct Finished {
  RequestId id;
  TimePoint at;
};

// Time is an argument and never goes back. Before each change the owner takes out all that has
// finished by then.
class Discipline {
 public:
  virtual ~Discipline() = default;

  virtual void add(RequestId id, Duration work, TimePoint now) = 0;
  // True when it was waiting, and then it is gone; one that is worked on stays to its end.
  virtual bool remove_waiting(RequestId id) = 0;
  // Those worked on go on when there are fewer workers than before.
  virtual void set_workers(int workers, TimePoint now) = 0;

  virtual std::optional<TimePoint> next_finish() const = 0;
  // Only when there is a next_finish().
  virtual Finished finish_next() = 0;

  virtual size_t in_service() const = 0;
  virtual size_t waiting() const = 0;
};

// A pool: each worker takes one request at a time, the others wait in order of arrival. A worker
// takes the next at the very moment the last was due to end, however late somebody looks.
class FifoDiscipline final : public Discipline {
 public:
  explicit FifoDiscipline(int workers) : workers_(workers) {}

  void add(RequestId id, Duration work, TimePoint now) override;
  bool remove_waiting(RequestId id) override { return waiting_.erase(id) == 1; }
  void set_workers(int workers, TimePoint now) override;
  std::optional<TimePoint> next_finish() const override;
  Finished finish_next() override;
  size_t in_service() const override { return running_.size(); }
  size_t waiting() const override { return waiting_.size(); }

 private:
  struct Running {
    TimePoint due;
    uint64_t started;  // breaks ties in the order of starting
    RequestId id;
    bool operator>(const Running& other) const {
      return due != other.due ? due > other.due : started > other.started;
    }
  };
  bool has_free_worker() const { return running_.size() < static_cast<size_t>(workers_); }
  void start(RequestId id, Duration work, TimePoint at);
  void start_waiting(TimePoint at);

  int workers_;
  uint64_t started_ = 0;
  std::map<RequestId, Duration> waiting_;
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running_;
};

// Everybody inside is worked on at once. With n inside and c workers each advances at
//   min(1, c / n) / (1 + thrash * max(0, n - c))
// of full speed, so that with thrash over 0 the throughput falls the more are inside.
class SharingDiscipline final : public Discipline {
 public:
  SharingDiscipline(int workers, double thrash, TimePoint start)
      : workers_(workers), thrash_(thrash), at_(start) {}

  void add(RequestId id, Duration work, TimePoint now) override;
  bool remove_waiting(RequestId) override { return false; }
  void set_workers(int workers, TimePoint now) override;
  std::optional<TimePoint> next_finish() const override;
  Finished finish_next() override;
  size_t in_service() const override { return ends_.size(); }
  // How many more there are than workers.
  size_t waiting() const override;

 private:
  double speed() const;
  void move_to(TimePoint now);

  int workers_;
  double thrash_;
  TimePoint at_;     // up to here done_ is known
  double done_ = 0;  // ns of work that one who had always been inside would have got
  std::multimap<double, RequestId> ends_;  // by the done_ at which it has got all of its work
};

}  // namespace weir::origin
