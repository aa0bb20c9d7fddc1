#include "load-tests/simulator/service.h"

#include <algorithm>
#include <cmath>

namespace weir::simulator {
namespace {

using limiters::from_seconds;
using limiters::TimePoint;
using limiters::to_seconds;

// When `work` seconds from `begin` on are done, if nothing moves in the first `frozen` of every
// `every` seconds.
double thaw(double begin, double work, double every, double frozen) {
  if (every <= 0 || frozen <= 0) return begin + work;
  const double awake = every - frozen;
  const double turns = std::floor(begin / every);
  const double into = std::max(0.0, begin - turns * every - frozen) + work;
  const double whole = std::floor(into / awake);
  return (turns + whole) * every + frozen + (into - whole * awake);
}

double slowdown(const Conditions& conditions, int inside) {
  return 1 + conditions.thrash * std::max(0.0, inside - conditions.workers);
}

// So many workers, and a queue; or several of both.
class PoolService final : public Service {
 public:
  PoolService(const World& world, limiters::Timeline& timeline)
      : Service(world, timeline), lines_(static_cast<size_t>(world.queues)) {}
  void refresh() override {
    if (conditions().stalled <= 0)
      for (Job* job : std::exchange(held_, {})) finish(*job);
    for (Line& line : lines_) fill(line);
  }

 private:
  struct Line {
    std::deque<Job*> waiting;
    int busy = 0;
  };

  Line& line_of(const Job& job) { return lines_[static_cast<size_t>(job.queue)]; }
  void start(Job& job) override {
    line_of(job).waiting.push_back(&job);
    fill(line_of(job));
  }
  bool stop(Job& job) override {
    std::erase(line_of(job).waiting, &job);
    if (!busy_.contains(&job)) return true;
    if (works_on()) return false;
    std::erase(held_, &job);
    end(job);
    fill(line_of(job));
    return true;
  }
  void end(Job& job) {
    busy_.erase(&job);
    --line_of(job).busy;
  }
  void fill(Line& line) {
    const double workers = conditions().workers / world_.queues;
    while (!line.waiting.empty() && line.busy + 1 <= workers + 1e-9) {
      Job& job = take_next(line.waiting);
      ++line.busy;
      const Conditions& is = conditions();
      const double end = thaw(now(), job.work_seconds * slowdown(is, inside()),
                              is.freeze_every_seconds, is.freeze_seconds);
      busy_[&job] = timeline_.at(TimePoint{} + from_seconds(end), [this, &job] { finish(job); });
    }
  }
  Job& take_next(std::deque<Job*>& waiting) const {
    const bool newest = world_.discipline == Discipline::kLifo;
    Job* const next = newest ? waiting.back() : waiting.front();
    newest ? waiting.pop_back() : waiting.pop_front();
    return *next;
  }
  void finish(Job& job) {
    if (conditions().stalled > 0) return held_.push_back(&job);
    end(job);
    Line& line = line_of(job);
    worked(job);
    fill(line);
  }

  std::vector<Line> lines_;
  std::deque<Job*> held_;  // done, but nothing gets out
  std::map<Job*, limiters::Timeline::Timer> busy_;
};

// All inside share the processors evenly.
class SharingService final : public Service {
 public:
  using Service::Service;
  void refresh() override {
    advance();
    arm();
  }

 private:
  void start(Job& job) override {
    advance();
    ends_[&job] = by_end_.emplace(attained_ + job.work_seconds, &job);
    arm();
  }
  bool stop(Job& job) override {
    const auto found = ends_.find(&job);
    if (found == ends_.end()) return true;
    if (works_on()) return false;
    advance();
    by_end_.erase(found->second);
    ends_.erase(found);
    arm();
    return true;
  }
  double rate() const {
    if (by_end_.empty() || conditions().stalled > 0) return 0;
    const auto n = static_cast<double>(by_end_.size());
    return std::min(1.0, conditions().workers / n) /
           slowdown(conditions(), static_cast<int>(by_end_.size()));
  }
  // What each of them got since the last change.
  void advance() {
    attained_ += rate_ * (now() - since_);
    since_ = now();
  }
  void arm() {
    rate_ = rate();
    timer_.cancel();
    if (rate_ <= 0) return;
    const double left = std::max(0.0, by_end_.begin()->first - attained_) / rate_;
    timer_ = timeline_.after(from_seconds(left), [this] { finish_first(); });
  }
  void finish_first() {
    advance();
    Job& job = *by_end_.begin()->second;
    attained_ = std::max(attained_, by_end_.begin()->first);
    by_end_.erase(by_end_.begin());
    ends_.erase(&job);
    arm();
    worked(job);
  }

  std::multimap<double, Job*> by_end_;  // by what they will have got
  std::map<Job*, std::multimap<double, Job*>::iterator> ends_;
  double attained_ = 0, since_ = 0, rate_ = 0;
  limiters::Timeline::Timer timer_;
};

}  // namespace

Service::Service(const World& world, limiters::Timeline& timeline)
    : timeline_(timeline), world_(world) {}

double Service::now() const { return to_seconds(timeline_.now() - TimePoint{}); }

void Service::enter(Job& job) {
  limiters::Timeline::Timer& timer = inside_[&job];
  if (const auto said = refusal(job)) {
    timer = timeline_.after(from_seconds(0.0001), [this, &job, said] { reply(job, *said); });
  } else if (job.fails) {
    timer = timeline_.after(from_seconds(0.001), [this, &job] { reply(job, Reply::kFailure); });
  } else if (job.without_worker_seconds > 0) {
    timer = timeline_.after(from_seconds(job.without_worker_seconds),
                            [this, &job] { reply(job, Reply::kSuccess); });
  } else {
    start(job);
  }
}

std::optional<Reply> Service::refusal(const Job& job) {
  const Conditions& is = conditions();
  if (job.has_quota && is.quota_per_second > 0 && !quota_.take(is.quota_per_second, now()))
    return Reply::kOverQuota;
  if (job.refused) return Reply::kRefused;
  const bool full = is.hard_cap > 0 && inside() > is.hard_cap;
  if (!full && (is.most_per_second <= 0 || all_.take(is.most_per_second, now()))) return {};
  return world_.refuses_with == Refusal::kTooManyRequests ? Reply::kOverQuota : Reply::kRefused;
}

bool Service::leave(Job& job) {
  auto stay = inside_.extract(&job);
  if (stay.empty() || stop(job)) return true;
  inside_.insert(std::move(stay));
  return false;
}

void Service::worked(Job& job) {
  const double outside = conditions().outside_seconds;
  if (outside <= 0) return reply(job, Reply::kSuccess);
  inside_[&job] =
      timeline_.after(from_seconds(outside), [this, &job] { reply(job, Reply::kSuccess); });
}

void Service::reply(Job& job, Reply reply) {
  inside_.erase(&job);
  job.on_reply(reply);
}

std::unique_ptr<Service> make_service(const World& world, limiters::Timeline& timeline) {
  if (world.discipline == Discipline::kSharing)
    return std::make_unique<SharingService>(world, timeline);
  return std::make_unique<PoolService>(world, timeline);
}

}  // namespace weir::simulator
