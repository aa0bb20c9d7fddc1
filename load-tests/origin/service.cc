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
      pauses_(start, params.pause_every, params.pause_length, params.stalls),
      random_(params.seed),
      discipline_(make_discipline(params, start)),
      workers_(params.workers),
      service_time_(params.service_time),
      aside_(params.aside),
      outside_(params.outside) {}

void Service::advance(TimePoint now, std::vector<Answer>& answers) {
  const auto told_before = static_cast<std::ptrdiff_t>(answers.size());
  const TimePoint worked = pauses_.worked(now);
  for (;;) {
    const auto finish = discipline_->next_finish();
    if (step_comes_first(now, finish)) {
      take_step();
    } else if (finish && *finish <= worked) {
      finish_next(answers);
    } else {
      break;
    }
  }
  if (later_.empty() || later_.top().due > now) return;
  for (; !later_.empty() && later_.top().due <= now; later_.pop())
    answers.push_back(told(later_.top()));
  std::ranges::stable_sort(answers.begin() + told_before, answers.end(), {}, &Answer::due);
}

bool Service::step_comes_first(TimePoint now, const std::optional<TimePoint>& finish) const {
  if (next_step_ == params_.steps.size()) return false;
  const TimePoint at = start_ + params_.steps[next_step_].at;
  return at <= now && (!finish || pauses_.worked(at) < *finish);
}

void Service::take_step() {
  const Step& step = params_.steps[next_step_++];
  if (step.workers) {
    workers_ = *step.workers;
    discipline_->set_workers(*step.workers, pauses_.worked(start_ + step.at));
    counts_.most_in_service = std::max(counts_.most_in_service, in_service());
  }
  if (step.mean) service_time_ = service_time_.with_mean(*step.mean);
  if (step.slow) service_time_ = service_time_.with_slow(*step.slow);
  aside_ = step.aside.value_or(aside_);
  outside_ = step.outside.value_or(outside_);
}

void Service::finish_next(std::vector<Answer>& answers) {
  const Finished finished = discipline_->finish_next();
  const int status = failing_.erase(finished.id) == 1 ? params_.failures.status : 200;
  const Answer answer{finished.id, status, pauses_.reached(finished.at) + outside_};
  if (outside_ > Duration(0)) return later_.push(answer);
  answers.push_back(told(answer));
}

// Counted as it is told.
Answer Service::told(const Answer& answer) {
  const bool alone = abandoned_.erase(answer.id) == 1;
  if (!alone) ++(answer.status >= 400 ? counts_.failed : counts_.served);
  return answer;
}

bool Service::arrive(RequestId id, TimePoint now) {
  ++counts_.arrivals;
  if (aside_.share > 0 && random_.uniform() < aside_.share) {
    later_.push({id, aside_.status, now + aside_.time});
    return true;
  }
  if (full()) {
    ++counts_.refused;
    return false;
  }
  Duration work = service_time_.draw(random_);
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
  if (!later_.empty() && (!due || later_.top().due < *due)) due = later_.top().due;
  return due;
}

bool Service::full() const {
  return params_.queue && discipline_->in_service() >= static_cast<size_t>(workers_) &&
         discipline_->waiting() >= *params_.queue;
}

}  // namespace weir::origin
