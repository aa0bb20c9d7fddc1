#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "limiters/limiter.h"
#include "limiters/regulator.h"

// The same arrivals before the same service, behind a gate that sheds and behind one that only
// counts, in virtual time; it knows no proxy.
namespace weir::limiters {

// Who comes when, and how much work he brings; both drawn beforehand, so that all meet the same.
struct Asked {
  TimePoint when;
  double work;  // seconds
  uint8_t priority = 0;
};
enum class Works : uint8_t { kEven, kExponential };
struct Demand {
  double from, to;  // seconds
  double per_second;
  Works works = Works::kEven;
  double mean_work = 0.020;
  int priorities = 1;  // each as likely
};
std::vector<Asked> asked(const std::vector<Demand>& demands, uint64_t seed = 1);

// One request inside works at min(1, workers / inside) of full speed where it is shared; otherwise
// `workers` at a time, the first come first.
enum class Sharing : uint8_t { kNo, kYes };

class PlayedService {
 public:
  struct Spec {
    int workers = 4;
    Sharing sharing = Sharing::kNo;
    int gates = 1;  // asked in turn
    LimiterParams limiter{};
    QueueParams queue{};
  };
  PlayedService(const Spec& spec, std::vector<Asked> asked);
  ~PlayedService();
  void run();

  // Of those who came between two times, the share that was turned away, or would have been.
  double shed(double from, double to, std::optional<uint8_t> priority = std::nullopt) const;

 private:
  class Request;
  void arrive();
  void enter(Request& request);
  void start();
  void share();
  void advance();
  double speed() const;
  void done(Request& request);
  void note_shed(const Request& request);
  void leave(Request& request);

  const Spec spec_;
  const std::vector<Asked> asked_;
  Timeline timeline_{TimePoint{}};
  PermitPool pool_;
  std::vector<std::unique_ptr<SamplerShard>> shards_;
  std::vector<std::unique_ptr<Limiter>> gates_;
  std::vector<Timeline::Timer> wakes_;
  std::optional<Regulator> regulator_;
  std::map<size_t, std::unique_ptr<Request>> requests_;
  std::unique_ptr<Request> spare_;
  std::vector<bool> shed_;
  Timeline::Timer share_timer_;
  size_t arrived_ = 0;
  std::deque<Request*> inside_;  // not yet in a worker
  int busy_ = 0;
  std::multimap<double, Request*> ends_;  // by what each will have got by then
  double got_ = 0;                        // by one who was always inside, in seconds of work
  TimePoint since_;
};

}  // namespace weir::limiters
