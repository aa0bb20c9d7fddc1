#include "proxy/observe/access_log_switch.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/observe/operational_log.h"

namespace weir::observe {

AccessLogSwitch::AccessLogSwitch(AccessLog& log, limiters::Timeline& timeline, Open open)
    : log_(log),
      timeline_(timeline),
      open_(std::move(open)),
      configured_(log.mode()),
      is_open_(configured_ != AccessLogMode::kOff) {}

void AccessLogSwitch::change(Change change, Done done) {
  if (pending_)
    give_up(Result::kOvertaken, fmt::format("nothing done: a later change counts (mode {}, by {})",
                                            word_of(change.mode), change.by));
  if (!is_open_ && change.mode != AccessLogMode::kOff)
    return open_for({std::move(change), std::move(done)});
  // While nothing was logged nobody told it of a rotation.
  const bool was_off = is_open_ && log_.mode() == AccessLogMode::kOff;
  if (was_off && change.mode != AccessLogMode::kOff) log_.reopen();
  carry_out(std::move(change));
  done(Result::kDone, {});
}

void AccessLogSwitch::forget() {
  patience_.cancel();
  pending_.reset();
}

std::optional<limiters::Duration> AccessLogSwitch::left() const {
  if (!back_.pending()) return std::nullopt;
  return back_at_ - timeline_.now();
}

void AccessLogSwitch::open_for(Pending pending) {
  pending_ = std::move(pending);
  patience_ = timeline_.after(kPatience, [this] {
    give_up(Result::kCannotOpen, fmt::format("cannot open the access log {}: not within {} s",
                                             log_.path(), kPatience.count()));
  });
  if (!std::exchange(opening_, true)) open_([this](const std::string& error) { opened(error); });
}

void AccessLogSwitch::opened(const std::string& error) {
  opening_ = false;
  is_open_ = error.empty();
  if (!pending_) return;
  if (!is_open_) return give_up(Result::kCannotOpen, error);
  patience_.cancel();
  const Pending pending = *std::exchange(pending_, std::nullopt);
  carry_out(pending.change);
  pending.done(Result::kDone, {});
}

void AccessLogSwitch::give_up(Result result, const std::string& why) {
  patience_.cancel();
  const Pending pending = *std::exchange(pending_, std::nullopt);
  log_warn(fmt::format("{} (for {})", why, pending.change.by));
  pending.done(result, why);
}

void AccessLogSwitch::carry_out(Change change) {
  back_.cancel();
  const AccessLogMode before = log_.mode();
  log_.set_mode(change.mode);
  if (change.mode == configured_) change.lasts.reset();
  std::string how_long;
  if (change.lasts) {
    how_long = fmt::format(" for {} s", change.lasts->count());
    back_at_ = timeline_.now() + *change.lasts;
    back_ = timeline_.at(back_at_, [this] { go_back(); });
  }
  log_info(fmt::format("access_log.mode: {}{} (was {}), told by {}", word_of(change.mode), how_long,
                       word_of(before), change.by));
  in_force_.reset();
  if (change.mode != configured_) in_force_ = std::move(change);
}

void AccessLogSwitch::go_back() {
  in_force_.reset();
  log_.set_mode(configured_);
  log_info(fmt::format("access_log.mode: {} again, as configured", word_of(configured_)));
}

}  // namespace weir::observe
