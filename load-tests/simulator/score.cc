#include "load-tests/simulator/score.h"

#include <algorithm>
#include <functional>

namespace weir::simulator {
namespace {

struct ScoreName {
  std::string_view name;
  std::function<std::optional<double>(const Score&)> of;
};

const std::vector<ScoreName>& known_scores() {
  static const std::vector<ScoreName> names{
      {"goodput_share", [](const Score& s) { return s.goodput_share; }},
      {"w50", [](const Score& s) { return s.w50; }},
      {"w99", [](const Score& s) { return s.w99; }},
      {"false_shed_share", [](const Score& s) { return s.false_shed_share; }},
      {"hurried_shed_share", [](const Score& s) { return s.hurried_shed_share; }},
      {"modest_shed_share", [](const Score& s) { return s.modest_shed_share; }},
      {"least_share", [](const Score& s) { return s.least_share; }},
      {"left_at_end", [](const Score& s) { return s.left_at_end; }},
      {"unfinished_share", [](const Score& s) { return s.unfinished_share; }},
      {"late_share", [](const Score& s) { return s.late_share; }},
      {"converge_seconds", [](const Score& s) { return s.converge_seconds; }},
      {"exit_seconds", [](const Score& s) { return s.exit_seconds; }},
      {"stop_seconds", [](const Score& s) { return s.stop_seconds; }},
      {"limit_settle_seconds", [](const Score& s) { return s.limit_settle_seconds; }},
      {"limit_error", [](const Score& s) { return s.limit_error; }},
      {"probe_loss", [](const Score& s) { return s.probe_loss; }},
      {"probe_seconds", [](const Score& s) { return s.probe_seconds; }},
      {"overshoot", [](const Score& s) { return s.overshoot; }},
      {"limit_shift", [](const Score& s) { return s.limit_shift; }},
      {"answers_until_moved", [](const Score& s) { return s.answers_until_moved; }},
      {"failed_share", [](const Score& s) { return s.failed_share; }},
      {"fairness", [](const Score& s) { return s.fairness; }},
      {"drift_per_hour", [](const Score& s) { return s.drift_per_hour; }},
      {"amplification", [](const Score& s) { return s.amplification; }}};
  return names;
}

}  // namespace

std::optional<double> value_of(const Score& score, std::string_view name) {
  for (const ScoreName& each_name : known_scores())
    if (each_name.name == name) return each_name.of(score);
  return std::nullopt;
}

std::optional<bool> is_timed(const Score& score, std::string_view name) {
  if (name == "converge_seconds" || name == "exit_seconds") return score.has_step;
  if (name == "stop_seconds") return score.has_hole;
  if (name == "limit_settle_seconds") return score.has_limit_step;
  return std::nullopt;
}

std::vector<std::string_view> score_names() {
  std::vector<std::string_view> names;
  for (const ScoreName& each_name : known_scores()) names.push_back(each_name.name);
  return names;
}

bool is_score(std::string_view name) {
  return std::any_of(known_scores().begin(), known_scores().end(),
                     [name](const ScoreName& each_name) { return each_name.name == name; });
}

}  // namespace weir::simulator
