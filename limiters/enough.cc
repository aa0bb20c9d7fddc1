#include "limiters/enough.h"

#include <cmath>
#include <utility>

#include "limiters/worth.h"

namespace weir::limiters {
namespace {

// In arrivals.
constexpr double kFew = 50;       // show what was lacking
constexpr double kSome = 300;     // of a look, or of fewer that are tried
constexpr double kSeveral = 500;  // show whether callers are better off
constexpr double kMany = 800;
constexpr double kLatest = 20000;

constexpr double kSomeTimes = 10;     // so many for each place, if that is more
constexpr double kRarely = 10;        // times that
constexpr double kWorthALook = 0.08;  // of the arrivals, turned away
constexpr double kHopeless = 0.45;    // half as many more will not do
constexpr double kHardlyFewer = 0.9;  // of those turned away before
constexpr double kAlike = 1.1;        // as many come as before,
constexpr double kCertain = 2;        // as far as chance allows to say
constexpr double kMore = 1.5;         // times the limit, or so many times fewer,
constexpr double kFarthest = 4;       // and in all of a look
constexpr double kLower = 0.95;       // times the limit: another one
constexpr double kLittle = 0.1;       // of the limit, for it to move by,
constexpr double kLittleOfFew = 0.2;  // or one place

bool moved_by_little(double from, double to) {
  return std::abs(to - from) <= std::max(kLittle * from, std::min(kLittleOfFew * from, 1.0));
}

// Are turned away.
bool markedly_fewer(const UnderLimit& here, const UnderLimit& there) {
  const double now = here.share_turned_away();
  const double before = there.share_turned_away();
  const double error =
      std::sqrt(before * (1 - before) / there.arrived + now * (1 - now) / here.arrived);
  return now < kHardlyFewer * before && now < before - kCertain * error;
}

bool shows_some(const UnderLimit& here) { return here.arrived >= kSome && here.filled(kSomeTimes); }

}  // namespace

bool Enough::Held::is_at(double now) const { return moved_by_little(limit, now); }

void Enough::Rest::wrong() {
  length_ = std::min(length_ * 2, kLatest);
  since_ = 0;
}

void Enough::note(const Window& window, double limit, bool told) {
  lately_.add(window);
  told_ = told && !lately_.losing();
  if (!told_) return forget();
  if (window.arrived <= 0) return;
  here_.add(window);
  rest_of_turned_away_.note(window.arrived);
  rest_of_waiting_.note(window.arrived);
  rest_of_looks_.note(window.arrived);
  if (held_) held_->arrived += window.arrived;
  if (!here_.all_served()) return;
  // Places that were never taken are not needed.
  limit = std::min(limit, static_cast<double>(here_.peak_in_flight));
  const bool better = !known_ || limit >= known_->limit;
  const bool lower =
      here_.arrived >= kMany && here_.per_second() * kAlike > known_->what.per_second();
  if (lower && !better && !higher_) higher_ = known_;
  if (better || lower) known_ = {limit, here_};
  if (higher_ && known_->limit >= higher_->limit) higher_.reset();
}

void Enough::moved(double limit) {
  if (moved_by_little(limit_, limit)) return;
  limit_ = limit;
  here_ = {};
  if (look_ && !moved_by_little(look_->to, limit)) end_look();
  if (held_ && !held_->is_at(limit)) held_.reset();
}

void Enough::forget() {
  here_ = fewer_ = {};
  known_.reset();
  higher_.reset();
  held_.reset();
  if (look_) end_look();
}

bool Enough::look_due() const {
  const bool lasts = lately_.turns_away_for_long() && seen().turns_away();
  const double share = lately_.share_turned_away();
  const bool worth_it = share > kWorthALook && share < kHopeless;
  return told_ && lasts && worth_it && !proving() && rest_of_looks_.over();
}

void Enough::begin_look(double from, double to) {
  look_.reset();
  if (seen().lacking())
    look_ = Look{.from = from, .to = to, .before = seen()};
  else
    end_look();
}

// Where the limit has just moved, what was seen around it.
const UnderLimit& Enough::seen() const { return here_.arrived < kFew ? lately_ : here_; }

std::optional<Enough::Step> Enough::step(double limit, bool looking) {
  if (look_ && !looking) end_look();
  if (look_) return look(limit);
  if (looking) return std::nullopt;
  return held_ ? check_hold(limit) : regret(limit);
}

std::optional<Enough::Step> Enough::look(double limit) {
  if (here_.lacking()) return look_further(limit);
  if (!here_.all_served() && !shows_some(here_)) return Step{Cause::kHeld, {}};
  fewer_ = look_->before;
  const double from = std::min(look_->from, limit);
  const Worth worth = worth_of(here_, fewer_);
  end_look();
  if (worth == Worth::kNone || (worth == Worth::kUnknown && !here_.all_served()))
    return std::nullopt;
  return hold(std::clamp<double>(here_.peak_in_flight, from, limit), from);
}

// Before a full service as many are turned away as before; and as long as a limit is not filled,
// nobody is.
std::optional<Enough::Step> Enough::look_further(double limit) {
  const UnderLimit& before = look_->before;
  const double further = limit * kMore;
  const double share = before.share_turned_away();
  const bool hopeless = share > kHopeless || here_.share_turned_away() >= kHardlyFewer * share ||
                        further > kFarthest * look_->from ||
                        here_.let_in_per_second() < before.let_in_per_second();
  if (!hopeless && here_.filled() && markedly_fewer(here_, before)) {
    look_ = Look{.from = look_->from, .to = further, .before = here_};
    return Step{Cause::kTryingMore, further};
  }
  if (!hopeless && (here_.arrived < kSome || !here_.filled())) return Step{Cause::kHeld, {}};
  end_look();
  return std::nullopt;
}

// Until it is known what it was worth, it was for nothing.
void Enough::end_look() {
  look_.reset();
  rest_of_looks_.wrong();
}

Enough::Step Enough::hold(double limit, double from) {
  held_ = Held{.limit = limit, .from = from};
  return {Cause::kAllServed, limit};
}

std::optional<Enough::Step> Enough::check_hold(double limit) {
  if (held_->tried_from) return judge_less();
  if (here_.lacks_much() || here_.turns_away_for_long()) {
    let_go();
    return std::nullopt;
  }
  if (here_.arrived >= kSeveral && !held_->proven) {
    const Worth worth = worth_of(here_, fewer_);
    if (worth == Worth::kNone) return go_back(rest());
    if (worth == Worth::kSome) prove();
  }
  // Fewer are tried for a tenth of the time, at most.
  const bool long_enough = held_->arrived >= std::max(hold_for_, kRarely * kSomeTimes * limit);
  return long_enough ? try_less(limit) : std::nullopt;
}

void Enough::prove() {
  held_->proven = true;
  rest().right();
  rest_of_looks_.right();
}

// Of more than were served before it says nothing that some are turned away.
void Enough::let_go() {
  held_.reset();
  const double before = std::max(fewer_.per_second(), known_ ? known_->what.per_second() : 0);
  if (here_.per_second() > before * kAlike) return;
  rest_of_turned_away_.wrong();
  if (here_.turns_away_for_long() || rest_of_turned_away_.wrong_again())
    known_ = std::exchange(higher_, std::nullopt);
}

Enough::Step Enough::go_back(Rest& rest) {
  rest.wrong();
  return {Cause::kNoGain, std::exchange(held_, std::nullopt)->from};
}

std::optional<Enough::Step> Enough::try_less(double limit) {
  const double less = std::floor(limit / kMore);
  if (less < 1 || moved_by_little(limit, less)) {
    held_->arrived = 0;
    return std::nullopt;
  }
  held_ =
      Held{.limit = less, .from = held_->from, .proven = true, .tried_from = Seen{limit, here_}};
  return Step{Cause::kTryingLess, less};
}

std::optional<Enough::Step> Enough::judge_less() {
  if (!here_.lacks_much() && !shows_some(here_)) return Step{Cause::kHeld, {}};
  const Seen before = *held_->tried_from;
  const bool better_off = worth_of(before.what, here_) != Worth::kNone;
  if (here_.lacking() && better_off) {
    hold_for_ = std::min(hold_for_ * 2, kLatest);
    held_ = Held{.limit = before.limit, .from = held_->from, .proven = true};
    return Step{Cause::kAllServed, before.limit};
  }
  known_ = Seen{held_->limit, here_};
  higher_ = before;
  if (!here_.lacking()) {
    held_ = Held{.limit = held_->limit, .from = held_->from, .proven = true};
    return std::nullopt;
  }
  hold_for_ = kShortest;
  held_.reset();
  return std::nullopt;
}

std::optional<Enough::Step> Enough::regret(double limit) {
  if (!known_ || !here_.lacking()) return std::nullopt;
  const double at_least = here_.per_second() * (1 - kCertain / std::sqrt(here_.arrived));
  if (at_least > known_->what.per_second() * kAlike) return std::nullopt;
  if (limit > known_->limit * kLower) {
    if (here_.turns_away() || higher_) known_ = std::exchange(higher_, std::nullopt);
    if (!known_ || limit > known_->limit * kLower) return std::nullopt;
  }
  if (!better_off_by(known_->what)) return std::nullopt;
  fewer_.add(here_);
  return hold(known_->limit, limit);
}

bool Enough::better_off_by(const UnderLimit& known) {
  // Where a queue stands as many are served as can be.
  if (!here_.turns_away())
    return rest_of_waiting_.over() && here_.served_per_second() < known.per_second() &&
           sooner(known, here_);
  if (!rest_of_turned_away_.over()) return false;
  const bool better = here_.let_in_per_second() <= known.per_second();
  if (!better && here_.arrived >= kMany) known_.reset();
  return better;
}

}  // namespace weir::limiters
