#include "load-tests/origin/service.h"

#include <algorithm>

namespace weir::origin {

namespace {

std::unique_ptr<Discipline> make_discipline(const ServiceParams& params, TimePoint start) {
  if (params.sharing == Sharing::kSharing)
    return std::make_unique<SharingDiscipline>(params.workers, params.thrash, start);
  return std::make_unique<FifoDiscipline>(params.workers);
}

}  // namespace

Service::Service(const ServiceParams& params, TimePoint start)
    : params_(params),
      start_(start),
      pauses_(start, params.pause_every, params.pause_length),
      random_(params.seed),
      discipline_(make_discipline(params, start)),
      workers_(params.workers) {}

void Service::advance(TimePoint now, std::vector<Answer>& answers) {
  const TimePoint worked = pauses_.worked(now);
  for (;;) {
    const auto finish = discipline_->next_finish();
    if (next_step_ < params_.steps.size()) {
      const Step& step = params_.steps[next_step_];
      const TimePoint at = pauses_.worked(start_ + step.at);
      if (at <= worked && (!finish || at < *finish)) {
        ++next_step_;
        workers_ = step.workers;
        discipline_->set_workers(step.workers, at);
        counts_.most_in_service = std::max(counts_.most_in_service, in_service());
        continue;
      }
    }
    if (!finish || *finish > worked) return;
    answers.push_back(answer(discipline_->finish_next()));
  }
}

Answer Service::answer(const Finished& finished) {
  const TimePoint due = pauses_.reached(finished.at);
  const bool fails = failing_.erase(finished.id) == 1;
  const bool alone = abandoned_.erase(finished.id) == 1;
  if (!alone) ++(fails ? counts_.failed : counts_.served);
  return {finished.id, fails ? params_.failures.status : 200, due};
}

bool Service::arrive(RequestId id, TimePoint now) {
  ++counts_.arrivals;
  if (full()) {
    ++counts_.refused;
    return false;
  }
  Duration work = params_.service_time.draw(random_);
  if (params_.failures.share > 0 && random_.uniform() < params_.failures.share) {
    failing_.insert(id);
    work = params_.failures.time.value_or(work);
  }
  discipline_->add(id, work, pauses_.worked(now));
  counts_.most_in_service = std::max(counts_.most_in_service, in_service());
  return true;
}

void Service::leave(RequestId id) {
  if (discipline_->remove_waiting(id)) {
    ++counts_.cancelled;
    failing_.erase(id);
    return;
  }
  ++counts_.abandoned;
  abandoned_.insert(id);
}

std::optional<TimePoint> Service::next_due() const {
  std::optional<TimePoint> due;
  if (const auto finish = discipline_->next_finish()) due = pauses_.reached(*finish);
  if (next_step_ < params_.steps.size()) {
    const TimePoint step = start_ + params_.steps[next_step_].at;
    if (!due || step < *due) due = step;
  }
  return due;
}

bool Service::full() const {
  return params_.queue && discipline_->in_service() >= static_cast<size_t>(workers_) &&
         discipline_->waiting() >= *params_.queue;
}

}  // namespace weir::origin
