#include "limiters/knee_limit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace weir::limiters {
namespace {

// All counted in samples, so that a fast service and a slow one are judged alike.
constexpr double kFew = 5;          // show nothing yet
constexpr double kUnfilled = 3000;  // of a trial whose limit is never reached
constexpr double kMemory = 256;     // of the latency near the limit
constexpr double kDoubted = 300;    // what was seen above the limit fades
constexpr double kFewer = 0.6;      // of the limit: a bend between them shows
constexpr double kOver = 0.75;      // of the latency before
constexpr double kMore = 1.5;       // times the limit, to look around
constexpr double kWider = 2;        // times the limit that a service had before it became slower
constexpr double kManyPlaces = 8;   // from here on half of them is not dear to look at

double room(double knee) { return std::max(knee * 1.08, knee + 0.5); }

}  // namespace

KneeLimit::KneeLimit(const LimiterParams& params) : params_(params), limit_(0) {
  move(params.initial_limit);
}

bool KneeLimit::is_least() const { return limit() <= std::max(1, params_.min_limit); }

void KneeLimit::move(double limit) {
  const int before = this->limit();
  limit_ = std::clamp(limit, static_cast<double>(params_.min_limit),
                      static_cast<double>(params_.max_limit));
  growth_.moved();
  // As many took so long before; where they take less now, the service has become wider meanwhile.
  if (this->limit() != before)
    quickening_.restart(this->limit() > before ? curve_.near(this->limit()) : Level{});
  if (std::abs(this->limit() - before) * 10 > before) full_ = {};
  enough_.moved(this->limit());
}

void KneeLimit::learn(const Window& window) {
  abandonment_.learn(window);
  if (abandonment_.other_work().undecided() || beside_hung_.begun() || hung() > 0) return;
  curve_.add(window.levels);
}

Cause KneeLimit::update(const Window& window) {
  abandonment_.note(window, is_least());
  if (lost_ && !abandonment_.nobody_answered()) regain();
  const bool steady = steady_.note(window);
  if (const auto cause = heed_cap(window)) return *cause;
  if (steady) return take_back();
  const bool refused = (window.refused() && !steady_.steady()) || cap_.refused(window);
  if (!steady_.refusing()) refused_from_ = 0;
  const bool left = (window.limited || window.timed_out()) && abandonment_.most_leave();
  if (refused || (left && abandonment_.starving())) return back_off(refused);
  if (abandonment_.other_work().undecided()) return Cause::kFewSamples;
  if (abandonment_.other_work().nobody_leaves()) beside_hung_.forget();
  if (abandonment_.other_work().apart() || hung() > 0) return see_answered(window);
  beside_hung_.end();
  return see(window, left);
}

// What hangs is no part of the curve, and nothing is learnt beside it.
Cause KneeLimit::see_answered(const Window& window) {
  if (beside_hung_.begin()) {
    if (in_trial()) move(trial_->from);
    full_ = abandonment_.usual();
    curve_.restart({full_});
    trial_.reset();
    slow_start_ = false;
    growth_.put_off(limit_);
  }
  const LimitBesideHung::Step step = beside_hung_.step(window, abandonment_, limit_, room_beside());
  if (step.limit) move(*step.limit);
  return step.cause;
}

Cause KneeLimit::see(const Window& window, bool left) {
  if (window.all_levels().count < 1) return Cause::kFewSamples;
  note(window);
  enough_.note(window, limit_, nobody_leaves() && !proof_.hopeless());
  Knee knee = fitted();
  if (const auto cause = serve_all()) return *cause;
  if (full_.count < kFew) return unfilled(window.limited);
  if (trial_) {
    if (const auto verdict = judge()) return *verdict;
    if (!trial_) knee = fitted();
  }
  const bool slower = window.overloaded && !trial_ && slowdown_.settled(curve_.spread());
  if (slower && !abandonment_.some_leave())
    return try_more(slowdown_.now(), slowdown_.limit(), kWider);
  if (!trial_ && !window.overloaded && may_look_at_more() && enough_.look_due())
    return look_at_more();
  if (!trial_ && !enough_.proving() && look_around_.due(seen_of_fewer(), slow_start_)) {
    if (!look_around_.to_more(seen_of_fewer()) && !left && !is_least()) return try_less();
    return in_doubt() ? try_in_doubt() : look_at_more();
  }
  return settle(window.limited, knee);
}

// What so many inside are like is not known; and is not waited for where they never are.
Cause KneeLimit::unfilled(bool limited) {
  if (in_trial() && growth_.unmoved() > kUnfilled) {
    look_around_.ended(false);
    move(std::exchange(trial_, std::nullopt)->from);
    return Cause::kNoGain;
  }
  return limited ? Cause::kFewSamples : Cause::kNotLimited;
}

Knee KneeLimit::fitted() {
  const Knee knee = curve_.knee(caution_.unlikely(slow_start_));
  baseline_ = from_seconds(knee.baseline);
  return knee;
}

// Samples of so few in flight that a bend below the limit would show.
double KneeLimit::seen_of_fewer() const { return curve_.seen_up_to(limit_ * kFewer); }

void KneeLimit::note(const Window& window) {
  const double samples = window.all_levels().count;
  curve_.add(window.levels);
  curve_.doubt_above(limit_ * 1.1, std::exp(-samples / kDoubted));
  const Level near = sum_of(window.levels, first_level_near(limit()));
  if (!probing()) slowdown_.note(near, full_, limit_, curve_.spread());
  full_.add(near);
  full_.forget_all_but(kMemory);
  // A look ends where it began, whatever it finds on the way.
  if (!probing() && quickening_.note(near, limit(), curve_.spread())) widen(quickening_.since());
  proof_.note(window.all_levels());
  look_around_.note(window);
  caution_.note(window);
  growth_.note(samples, window.seconds());
  refused_.note(samples, window.seconds());
}

// What more in flight were like is out of date, and so is every reason not to feel for it.
void KneeLimit::widen(const Level& now) {
  curve_.forget(limit_ * 0.9, std::numeric_limits<double>::infinity());
  curve_.add(now);
  full_ = now;
  trial_.reset();
  growth_.restart();
  quickening_.restart({});
}

Cause KneeLimit::settle(bool limited, const Knee& knee) {
  if (limit() > room(knee.highest) && !enough_.holds(limit_)) return cut(knee.highest);
  if (!limited) return Cause::kNotLimited;
  return enough_.suffices(limit_) ? Cause::kHeld : grow(knee.at);
}

Cause KneeLimit::cut(double highest) {
  slow_start_ = false;
  if (!trial_ && (!slowdown_.suspected() || abandonment_.some_leave()))
    trial_ = Trial{Trial::Kind::kCut, limit_, slowdown_.suspected() ? slowdown_.now() : full_};
  growth_.put_off(limit_);
  move(std::max(limit_ / 2, room(highest)));
  return Cause::kLatencyHigh;
}

std::optional<Cause> KneeLimit::heed_cap(const Window& window) {
  const ServiceCap::Verdict verdict = cap_.note(window);
  if (verdict == ServiceCap::Verdict::kNone) return std::nullopt;
  if (in_trial()) move(trial_->from);
  trial_.reset();
  growth_.forget_last();
  if (verdict == ServiceCap::Verdict::kRefuted) {
    refused_.forget();
    move(std::max(limit_, cap_.from()));
    return Cause::kNoGain;
  }
  slow_start_ = false;
  growth_.small_steps();
  refused_.believe(cap_.most() + 1);
  move(cap_.most());
  return Cause::kOverload;
}

// It was cut on no evidence, so the way back need not be felt for step by step.
void KneeLimit::regain() {
  lost_ = false;
  growth_.restart_doubling();
}

Cause KneeLimit::take_back() {
  refused_.forget();
  growth_.restart();
  move(std::max(limit_, std::exchange(refused_from_, 0)));
  return Cause::kNoGain;
}

Cause KneeLimit::back_off(bool refused) {
  const auto trial = std::exchange(trial_, std::nullopt);
  const bool looked = trial && trial->kind == Trial::Kind::kMore;
  const std::optional<double> grown_from = growth_.just_grown_from(limit_);
  if (looked) look_around_.ended(false);
  if (refused) refused_.refuse(limit(), looked || grown_from);
  if (refused) refused_from_ = std::max(refused_from_, limit_);
  // The step that was one too many is taken back, no more.
  const double back = looked ? trial->from : grown_from.value_or(limit_ * 0.9);
  slow_start_ = false;
  growth_.put_off(limit_);
  const bool nobody = abandonment_.nobody_answered();
  const double fine = refused || !nobody ? 0 : shown_fine();
  lost_ = nobody && fine == 0;
  move(std::min(limit_, std::max(back, fine)));
  return Cause::kOverload;
}

// What those who were answered have shown is not to be cut because a few dozen others leave; 0
// where that was too long ago.
double KneeLimit::shown_fine() const {
  if (abandonment_.long_unanswered()) return 0;
  return std::min(curve_.knee(Caution::kUnderOverload).lowest, curve_.most_seen());
}

Cause KneeLimit::grow(double knee) {
  const bool below = limit() + 1 <= room(knee);
  if (refused_.holds(limit(), growth_.unmoved(), growth_.unmoved_seconds())) return Cause::kHeld;
  if (in_doubt()) {
    if (trial_ || !proof_.due(growth_.unmoved())) return Cause::kHeld;
    proof_.put_off();
    return try_in_doubt();
  }
  if (!below && !growth_.rested()) return Cause::kHeld;
  if (trial_ && limit_ >= trial_->from * 0.9) trial_.reset();
  const double step = growth_.step(limit_, below);
  const double share = slow_start_ ? 1.0 : step;
  const double wanted = std::min(refused_.most(), std::max(limit_ * (1 + share), limit_ + 1));
  refused_.disprove(limit());
  move(std::min(wanted, std::max(limit_ + 1, room(knee))));
  return slow_start_ ? Cause::kSlowStart : Cause::kInUse;
}

Cause KneeLimit::try_less() {
  trial_ = Trial{Trial::Kind::kLess, limit_, full_};
  curve_.forget(0, limit_ * kFewer);
  slow_start_ = false;
  move(limit_ / 2);
  return Cause::kTryingLess;
}

Cause KneeLimit::try_more(const Level& before, double cut_from, double times) {
  trial_ =
      Trial{.kind = Trial::Kind::kMore, .from = limit_, .before = before, .cut_from = cut_from};
  curve_.forget(limit_ * 1.3, std::numeric_limits<double>::infinity());
  slow_start_ = false;
  slowdown_.forget();
  move(std::max(cut_from * times, limit_ + 1));
  return Cause::kTryingMore;
}

bool KneeLimit::nobody_leaves() const {
  return abandonment_.other_work().nobody_leaves() && !abandonment_.some_leave();
}

bool KneeLimit::looking() const {
  return trial_ && trial_->kind == Trial::Kind::kMore && !trial_->in_doubt;
}

std::optional<Cause> KneeLimit::serve_all() {
  if (trial_ && trial_->kind != Trial::Kind::kCut && !looking()) return std::nullopt;
  const std::optional<Enough::Step> step = enough_.step(limit_, looking());
  if (!step) return std::nullopt;
  if (step->cause == Cause::kAllServed) {
    if (looking()) look_around_.ended(true);
    trial_.reset();
  }
  if (step->limit) move(*step->limit);
  return step->cause;
}

bool KneeLimit::may_look_at_more() const {
  return !slow_start_ && !in_doubt() && limit() < params_.max_limit;
}

Cause KneeLimit::look_at_more() {
  const double more = std::max(limit_ * kMore, limit_ + 1);
  enough_.begin_look(limit_, std::min<double>(more, params_.max_limit));
  return try_more(full_, limit_, kMore);
}

// What callers who leave have waited is no latency to be held against.
bool KneeLimit::in_doubt() const { return nobody_leaves() && proof_.needed(full_); }

Cause KneeLimit::try_in_doubt() {
  const Cause cause = try_more(full_, limit_, proof_.begin());
  trial_->in_doubt = true;
  return cause;
}

std::optional<Cause> KneeLimit::judge() {
  const Trial::Verdict verdict = trial_->judge(full_, curve_.spread());
  if (verdict == Trial::Verdict::kWait) return Cause::kHeld;
  if (verdict == Trial::Verdict::kTooShallow) trial_.reset();
  if (verdict == Trial::Verdict::kNone || !trial_) return std::nullopt;
  return conclude(*std::exchange(trial_, std::nullopt), verdict == Trial::Verdict::kQueueing);
}

std::optional<Cause> KneeLimit::conclude(const Trial& trial, bool queueing) {
  const bool surprise = queueing == (trial.kind == Trial::Kind::kLess);
  // A cut that proved right is as good as a look; but where fewer were hardly ever in flight, one
  // after the other would keep the limit too high for long in a service that thrashes.
  const bool blind = trial.kind == Trial::Kind::kCut && queueing && limit_ > kManyPlaces &&
                     LookAround::hardly_known(seen_of_fewer());
  if (!blind) look_around_.ended(surprise);
  switch (trial.kind) {
    case Trial::Kind::kMore:
      if (queueing) break;
      // Quicker than before, and more of them: whatever had slowed it down is over.
      if (full_.mean() < trial.before.mean() * kOver) {
        move(trial.cut_from);
        return Cause::kNoGain;
      }
      proof_.given(full_);
      curve_.restart({trial.before, full_});
      slow_start_ = true;
      return std::nullopt;
    case Trial::Kind::kLess:
      if (queueing) return std::nullopt;
      break;
    case Trial::Kind::kCut:
      if (queueing) return std::nullopt;
      if (!much_slower(trial.before, full_, curve_.spread())) {
        curve_.restart({trial.before, full_});
        break;
      }
      if (!abandonment_.some_leave()) return try_more(full_, trial.from, kWider);
      curve_.restart({full_});
      growth_.rest_little();
      break;
  }
  move(trial.from);
  return trial.kind == Trial::Kind::kCut ? Cause::kServiceSlower : Cause::kNoGain;
}

}  // namespace weir::limiters
