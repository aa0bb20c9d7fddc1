#include "load-tests/simulator/scenario.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "config/fault.h"
#include "limiters/params.h"
#include "load-tests/simulator/scenario_values.h"

namespace weir::simulator {
namespace {

constexpr size_t kMostTenants = 64;

bool read_condition(const std::string& key, const YAML::Node& value, Conditions& is) {
  const std::array<std::pair<std::string_view, double*>, 17> numbers{
      {{"workers", &is.workers},
       {"slow_share", &is.slow_share},
       {"slow_times", &is.slow_times},
       {"thrash", &is.thrash},
       {"failing_share", &is.failing_share},
       {"stalled", &is.stalled},
       {"hidden_load", &is.hidden_load},
       {"refusing_share", &is.refusing_share},
       {"hard_cap", &is.hard_cap},
       {"most_per_second", &is.most_per_second},
       {"quota_per_second", &is.quota_per_second},
       {"leaving_share", &is.leaving_share},
       {"quick_share", &is.quick_share},
       {"reading_share", &is.reading_share},
       {"batch_load", &is.batch_load},
       {"leavers", &is.leavers},
       {"load", &is.load}}};
  const std::array<std::pair<std::string_view, double*>, 9> times{
      {{"service", &is.service_seconds},
       {"outside", &is.outside_seconds},
       {"reading", &is.reading_seconds},
       {"leaving", &is.leaving_seconds},
       {"leavers_want", &is.leavers_want_seconds},
       {"leavers_stay", &is.leavers_stay_seconds},
       {"leavers_pause", &is.leavers_pause_seconds},
       {"freeze_every", &is.freeze_every_seconds},
       {"freeze", &is.freeze_seconds}}};
  for (const auto& [name, to] : numbers)
    if (key == name)
      return *to = key.ends_with("_share") ? share_of(value) : number_of(value), true;
  for (const auto& [name, to] : times)
    if (key == name) return *to = seconds_of(value), true;
  return false;
}

bool read_world_key(const std::string& key, const YAML::Node& value, World& world) {
  if (key == "name") return world.name = text_of(value), true;
  if (key == "times")
    return world.times = choice_of<Times>(
               value,
               std::array<std::string_view, 4>{"constant", "exponential", "lognormal", "pareto"}),
           true;
  if (key == "discipline")
    return world.discipline = choice_of<Discipline>(
               value, std::array<std::string_view, 3>{"fifo", "sharing", "lifo"}),
           true;
  if (key == "queues") return world.queues = std::max(1, static_cast<int>(number_of(value))), true;
  if (key == "gone_caller")
    return world.gone_caller =
               choice_of<GoneCaller>(value, std::array<std::string_view, 2>{"works_on", "stops"}),
           true;
  if (key == "refuses_with")
    return world.refuses_with =
               choice_of<Refusal>(value, std::array<std::string_view, 2>{"503", "429"}),
           true;
  if (key == "retry")
    return world.retry = choice_of<Retry>(
               value,
               std::array<std::string_view, 4>{"never", "at_once", "back_off", "retry_after"}),
           true;
  if (key == "seconds") return world.seconds = seconds_of(value), true;
  if (key == "warm_up") return world.warm_up_seconds = seconds_of(value), true;
  if (key == "clients") return world.clients = static_cast<int>(number_of(value)), true;
  if (key == "think") return world.think_seconds = seconds_of(value), true;
  if (key == "proxies")
    return world.proxies = std::max(1, static_cast<int>(number_of(value))), true;
  if (key == "session_requests")
    return world.session_requests = std::max(1, static_cast<int>(number_of(value))), true;
  if (key == "batch_classes")
    return world.batch_classes = shares_of(value, limiters::kPriorities - 1), true;
  if (key == "tenants") return world.tenants = shares_of(value, kMostTenants), true;
  if (key == "tenant_work") return world.tenant_work = numbers_above_zero_of(value), true;
  if (key == "attempts") return world.most_attempts = static_cast<int>(number_of(value)), true;
  if (key == "retry_after_max")
    return world.retry_after_max_seconds = std::max(1.0, seconds_of(value)), true;
  if (key == "deadline") return world.deadline_seconds = seconds_of(value), true;
  if (key == "response_timeout") return world.response_timeout_seconds = seconds_of(value), true;
  if (key == "step_at") return world.step_seconds = seconds_of(value), true;
  return false;
}

void each(
    const YAML::Node& node,
    const std::function<void(const std::string&, const YAML::Node&, const YAML::Node&)>& visit) {
  if (!node.IsMap()) throw Wrong{node.Mark(), "expected keys and values"};
  std::vector<std::string> seen;
  for (const auto& pair : node) {
    const std::string key = text_of(pair.first);
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      throw Wrong{pair.first.Mark(), "\"" + key + "\" is given twice"};
    seen.push_back(key);
    visit(key, pair.second, pair.first);
  }
}

void read_conditions(const YAML::Node& node, World& world) {
  if (!node.IsSequence()) throw Wrong{node.Mark(), "expected a list"};
  for (const YAML::Node& change : node) {
    Conditions next = world.conditions.back();
    each(change, [&](const std::string& key, const YAML::Node& value, const YAML::Node& at) {
      if (key == "at") {
        next.from_seconds = seconds_of(value);
      } else if (!read_condition(key, value, next)) {
        throw Wrong{at.Mark(), "\"" + key + "\" is not known here"};
      }
    });
    if (next.from_seconds <= world.conditions.back().from_seconds)
      throw Wrong{change.Mark(), "expected an `at` later than the one before"};
    world.conditions.push_back(next);
  }
}

// What changes does so again, so often, to the world's end.
void repeat(const YAML::Node& node, World& world) {
  const double every = seconds_of(node);
  const std::vector<Conditions> once = world.conditions;
  if (every <= once.back().from_seconds)
    throw Wrong{node.Mark(), "expected a time after the last change"};
  for (int turn = 1; turn * every < world.seconds; ++turn)
    for (Conditions next : once) {
      next.from_seconds += turn * every;
      if (next.from_seconds < world.seconds) world.conditions.push_back(next);
    }
}

std::vector<Bar> read_bars(const YAML::Node& node, const std::string& world) {
  std::vector<Bar> bars;
  each(node, [&](const std::string& key, const YAML::Node& value, const YAML::Node& at) {
    if (!is_score(key)) throw Wrong{at.Mark(), "\"" + key + "\" is not a score"};
    Bar bar{.score = key, .at_least = {}, .at_most = {}, .world = world};
    each(value, [&](const std::string& bound, const YAML::Node& number, const YAML::Node& where) {
      if (bound == "at_least")
        bar.at_least = signed_number_of(number);
      else if (bound == "at_most")
        bar.at_most = signed_number_of(number);
      else if (bound == "not_yet")
        bar.not_yet = yes_of(number);
      else
        throw Wrong{where.Mark(),
                    "\"" + bound + "\" is not known, expected at_least, at_most or not_yet"};
    });
    if (!bar.at_least && !bar.at_most) throw Wrong{at.Mark(), "expected at_least or at_most"};
    bars.push_back(bar);
  });
  return bars;
}

void check_tenants(const YAML::Node& node, const World& world) {
  if (!world.tenant_work.empty() && world.tenant_work.size() != world.tenants.size())
    throw Wrong{node.Mark(), fmt::format("tenant_work of {} and {} tenants, expected one for each",
                                         world.tenant_work.size(), world.tenants.size())};
  if (world.tenants.empty() && world.has_quota())
    throw Wrong{node.Mark(), "quota_per_second without tenants, expected some: it is the first's"};
  if (!world.tenants.empty() && world.clients > 0)
    throw Wrong{node.Mark(), "tenants in a closed loop, expected a load instead of clients"};
  if (!world.tenants.empty() && world.priorities() > limiters::kPartitionedPriorities)
    throw Wrong{node.Mark(), fmt::format("tenants and {} priorities, expected at most {}",
                                         world.priorities(), limiters::kPartitionedPriorities)};
}

void check_queues(const YAML::Node& node, const World& world) {
  if (world.queues > 1 && world.discipline == Discipline::kSharing)
    throw Wrong{node.Mark(), "queues of a service that shares, expected discipline fifo or lifo"};
  for (const Conditions& is : world.conditions)
    if (world.queues > 1 && is.workers < world.queues)
      throw Wrong{node.Mark(), fmt::format("{} queues and {} workers, expected one for each",
                                           world.queues, is.workers)};
}

// Its own bars go to `bars`; where there is none it is what worlds have in common, without any.
World read_world(const YAML::Node& node, World world, std::vector<Bar>* bars) {
  std::optional<YAML::Node> changes, again, own_bars;
  if (world.conditions.empty()) world.conditions.emplace_back();
  each(node, [&](const std::string& key, const YAML::Node& value, const YAML::Node& at) {
    if (key == "then") {
      changes.emplace(value);
    } else if (key == "repeat" && bars != nullptr) {
      again.emplace(value);
    } else if (key == "bars" && bars != nullptr) {
      own_bars.emplace(value);
    } else if (!read_world_key(key, value, world) &&
               !read_condition(key, value, world.conditions.front())) {
      throw Wrong{at.Mark(), "\"" + key + "\" is not known here"};
    }
  });
  if (changes) {
    world.conditions.resize(1);
    read_conditions(*changes, world);
  }
  world.repeats = again.has_value();
  if (again) repeat(*again, world);
  if (own_bars) {
    if (world.name.empty()) throw Wrong{own_bars->Mark(), "expected a world with a name"};
    const std::vector<Bar> own = read_bars(*own_bars, world.name);
    bars->insert(bars->end(), own.begin(), own.end());
  }
  const Conditions& first = world.conditions.front();
  if (first.workers < 1 || first.service_seconds <= 0)
    throw Wrong{node.Mark(), "expected at least one worker and a service time above 0"};
  if (bars != nullptr && !world.batch_classes.empty() && !world.has_batch())
    throw Wrong{node.Mark(), "batch_classes without a batch, expected a batch_load above 0"};
  if (bars != nullptr) check_tenants(node, world);
  if (bars != nullptr) check_queues(node, world);
  if (bars != nullptr && world.step_seconds && *world.step_seconds >= world.seconds)
    throw Wrong{node.Mark(), "step_at is at the end or after it, expected one before"};
  if (world.warm_up_seconds >= world.seconds)
    throw Wrong{node.Mark(), "expected a warm_up shorter than seconds"};
  return world;
}

Scenario read(const YAML::Node& root) {
  Scenario scenario;
  World common;
  std::optional<YAML::Node> worlds, bars;
  each(root, [&](const std::string& key, const YAML::Node& value, const YAML::Node& at) {
    if (key == "title") {
      scenario.title = text_of(value);
    } else if (key == "seeds") {
      scenario.seeds = std::max(1, static_cast<int>(number_of(value)));
    } else if (key == "common") {
      common = read_world(value, World{}, nullptr);
    } else if (key == "worlds") {
      worlds.emplace(value);
    } else if (key == "bars") {
      scenario.bars = read_bars(value, "");
    } else {
      throw Wrong{at.Mark(),
                  "\"" + key + "\" is not known, expected title, seeds, common, worlds or bars"};
    }
  });
  if (!worlds || !worlds->IsSequence() || worlds->size() == 0)
    throw Wrong{root.Mark(), "expected a list of worlds"};
  std::set<std::string> names;
  for (const YAML::Node& each_world : *worlds) {
    scenario.worlds.push_back(read_world(each_world, common, &scenario.bars));
    if (!names.insert(scenario.worlds.back().name).second)
      throw Wrong{each_world.Mark(),
                  "a world \"" + scenario.worlds.back().name + "\" is there twice"};
  }
  return scenario;
}

}  // namespace

std::vector<Bar> Scenario::bars_of(std::string_view world) const {
  std::vector<Bar> found;
  for (const Bar& bar : bars) {
    const bool of_its_own =
        bar.world.empty() && std::any_of(bars.begin(), bars.end(), [&](const Bar& other) {
          return other.world == world && !world.empty() && other.score == bar.score;
        });
    if (bar.world == world || (bar.world.empty() && !of_its_own)) found.push_back(bar);
  }
  return found;
}

std::variant<Scenario, Fault> read_scenario(const std::string& path) {
  const auto at = [&path](const YAML::Mark& mark, const std::string& what) {
    return path + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
           ": " + what;
  };
  try {
    Scenario scenario = read(YAML::LoadFile(path));
    scenario.name = std::filesystem::path(path).stem().string();
    return scenario;
  } catch (const Wrong& wrong) {
    return at(wrong.mark, wrong.what);
  } catch (const YAML::BadFile&) {
    return path + ": cannot be read, expected a scenario in YAML";
  } catch (const YAML::Exception& bad) {
    return at(bad.mark, "is not YAML: " + bad.msg);
  }
}

}  // namespace weir::simulator
