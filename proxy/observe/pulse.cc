#include "proxy/observe/pulse.h"

#include <fmt/format.h>

#include "proxy/observe/operational_log.h"

namespace weir::observe {

Pulse::Pulse(std::vector<loop::EventLoop*> loops, limiters::Timeline& timeline)
    : timeline_(timeline) {
  for (loop::EventLoop* const loop : loops)
    beats_.push_back({loop, timeline.now(), std::make_shared<std::atomic<bool>>(true)});
  ask();
}

void Pulse::ask() {
  timer_ = timeline_.after(std::chrono::seconds(1), [this] { ask(); });
  for (size_t i = 0; i < beats_.size(); ++i) {
    Beat& beat = beats_[i];
    say(beat, i);
    if (!beat.had->load()) continue;
    beat.asked = timeline_.now();
    beat.had->store(false);
    beat.loop->post([had = beat.had] { had->store(true); });
  }
}

// Once when it begins and once when it is over.
void Pulse::say(Beat& beat, size_t loop) {
  const bool stuck = owed_by(loop) >= kStuckAfter;
  if (stuck == beat.said) return;
  beat.said = stuck;
  if (stuck)
    log_error(line_of({loop, owed_by(loop)}));
  else
    log_warn(fmt::format("loop {} turns again", loop));
}

std::string Pulse::line_of(const Stuck& stuck) {
  return fmt::format("loop {} has not turned for {:.0f} s", stuck.loop,
                     limiters::to_seconds(stuck.since));
}

limiters::Duration Pulse::owed_by(size_t loop) const {
  const Beat& beat = beats_[loop];
  return beat.had->load() ? limiters::Duration(0) : timeline_.now() - beat.asked;
}

std::optional<Pulse::Stuck> Pulse::stuck() const {
  std::optional<Stuck> longest;
  for (size_t i = 0; i < beats_.size(); ++i) {
    const limiters::Duration since = owed_by(i);
    if (since >= kStuckAfter && (!longest || since > longest->since)) longest = Stuck{i, since};
  }
  return longest;
}

}  // namespace weir::observe
