#include "load-tests/simulator/oracle.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

constexpr std::array<double, 5> kFirstTimes{1, 1.4, 0.7, 2, 4};
constexpr double kMostTimes = 64;
constexpr double kAsGood = 0.985;  // chance alone moves a run by a hundredth
constexpr double kBest = 0.999, kNearly = 0.97;

// Places that are in use when the service is full, wherever its requests then are.
double width_of(const Conditions& is) {
  return is.workers + is.capacity() * (is.outside_seconds + is.reading_share * is.reading_seconds);
}

std::vector<Phase> phases_of(const World& world) {
  std::vector<Phase> phases;
  for (const Conditions& is : world.conditions) {
    if (is.from_seconds >= world.seconds) break;
    if (!phases.empty()) phases.back().until_seconds = is.from_seconds;
    phases.push_back({.from_seconds = is.from_seconds, .until_seconds = world.seconds});
    // Conditions of recorded requests tell what came, not that the service has changed.
    if (world.recorded) break;
  }
  return phases;
}

bool is_limiting(const World& world, const Conditions& is) {
  if (is.stalled > 0 || is.reading_share > 0 || world.recorded) return false;
  if (world.clients > 0) return world.clients > is.workers;
  return is.load + is.batch_load + is.hidden_load >= 1;
}

// The warm-up left out, unless there is nothing else.
double goodput_in(const Phase& phase, const World& world, const Outcomes& outcomes) {
  const bool judged = phase.until_seconds > world.warm_up_seconds + outcomes.step_seconds;
  double good = 0, seconds = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    if (begin < phase.from_seconds || begin >= phase.until_seconds) continue;
    if (judged && begin < world.warm_up_seconds) continue;
    good += outcomes.steps[i].good;
    seconds += outcomes.step_seconds;
  }
  return seconds > 0 ? good / seconds : 0;
}

class Search {
 public:
  Search(const World& world, int seeds, int steps, OracleEffort effort)
      : world_(world),
        seeds_(seeds),
        steps_(steps),
        effort_{effort.rounds, std::min(effort.seeds, seeds)},
        phases_(phases_of(world)) {
    for (const Phase& phase : phases_) {
      const Conditions& is = world.at(phase.from_seconds);
      const bool full = world.clients > 0 || world.recorded;
      searches_.emplace_back(width_of(is) / world.proxies, full ? 1 : is.load + is.batch_load);
    }
  }

  Oracle run() {
    for (int round = 0; round < effort_.rounds; ++round) {
      bool goes_on = false;
      for (size_t i = 0; i < phases_.size(); ++i) {
        const auto next = searches_[i].next();
        goes_on = goes_on || next;
        phases_[i].limit = next.value_or(searches_[i].smallest_with(kBest));
      }
      if (!goes_on) break;
      play(effort_.seeds);
      for (size_t i = 0; i < phases_.size(); ++i)
        searches_[i].tell(phases_[i].limit, median(each_[i]));
    }
    for (size_t i = 0; i < phases_.size(); ++i)
      phases_[i].limit = searches_[i].smallest_with(kBest);
    const bool few = effort_.seeds < seeds_;
    if (few) most_ = 0;
    if (few || phases_.size() > 1) play(seeds_);
    for (size_t i = 0; i < phases_.size(); ++i) conclude(phases_[i], searches_[i]);
    return {most_, phases_};
  }

 private:
  void play(int seeds) {
    std::vector<double> all;
    each_.assign(phases_.size(), {});
    for (int seed = 1; seed <= seeds; ++seed) {
      const Outcomes outcomes =
          Simulation(world_, phased_gate(phases_), static_cast<uint64_t>(seed), steps_).run();
      all.push_back(goodput_per_second(world_, outcomes));
      for (size_t i = 0; i < phases_.size(); ++i)
        each_[i].push_back(goodput_in(phases_[i], world_, outcomes));
    }
    most_ = std::max(most_, median(all));
  }

  void conclude(Phase& phase, const LimitSearch& search) const {
    phase.limit = search.smallest_with(kAsGood);
    phase.needed = search.smallest_with(kNearly);
    phase.goodput_per_second = search.most();
    phase.limiting = search.most() > 0 && is_limiting(world_, world_.at(phase.from_seconds));
  }

  const World& world_;
  const int seeds_, steps_;
  const OracleEffort effort_;
  std::vector<Phase> phases_;
  std::vector<LimitSearch> searches_;
  std::vector<std::vector<double>> each_;  // of the last round, by phase and seed
  double most_ = 0;
};

}  // namespace

Oracle find_oracle(const World& world, int seeds, int steps, OracleEffort effort) {
  return Search(world, seeds, steps, effort).run();
}

const Phase* Oracle::at(double seconds) const {
  const Phase* found = nullptr;
  for (const Phase& phase : phases)
    if (phase.from_seconds <= seconds) found = &phase;
  return found;
}

double LimitSearch::most() const {
  double most = 0;
  for (const auto& [limit, goodput] : tried_) most = std::max(most, goodput);
  return most;
}

int LimitSearch::smallest_with(double share_of_best) const {
  for (const auto& [limit, goodput] : tried_)
    if (most() > 0 && goodput >= share_of_best * most()) return limit;
  return std::max(1, static_cast<int>(std::lround(width_)));
}

std::optional<int> LimitSearch::next() const {
  if (const auto first = from_the_start()) return first;
  if (most() <= 0) return std::nullopt;
  if (const auto further = beyond_the_edge()) return further;
  if (const auto closer = between(smallest_with(kNearly), 1.06)) return closer;
  return between(smallest_with(kBest), 1.12);
}

std::optional<int> LimitSearch::from_the_start() const {
  for (const double times : kFirstTimes) {
    const double share = times < 1 ? std::min(1.0, load_) : 1;
    const int limit = std::max(1, static_cast<int>(std::lround(width_ * times * share)));
    if (!tried_.contains(limit)) return limit;
  }
  return std::nullopt;
}

std::optional<int> LimitSearch::beyond_the_edge() const {
  const int least = tried_.begin()->first, greatest = tried_.rbegin()->first;
  if (smallest_with(kBest) == greatest && greatest < kMostTimes * width_) return greatest * 2;
  if (smallest_with(kNearly) == least && least > 1)
    return std::max(1, static_cast<int>(least * 0.6));
  return std::nullopt;
}

// Halves the wider of the gaps on both sides of one that was tried, by ratio.
std::optional<int> LimitSearch::between(int limit, double closest) const {
  const auto at = tried_.find(limit);
  double widest = closest;
  std::optional<int> middle;
  const auto look = [&](int low, int high) {
    if (high - low < 2 || static_cast<double>(high) / low <= widest) return;
    widest = static_cast<double>(high) / low;
    middle = std::clamp(static_cast<int>(std::lround(std::sqrt(low * static_cast<double>(high)))),
                        low + 1, high - 1);
  };
  if (at != tried_.begin()) look(std::prev(at)->first, limit);
  if (std::next(at) != tried_.end()) look(limit, std::next(at)->first);
  return middle;
}

}  // namespace weir::simulator
