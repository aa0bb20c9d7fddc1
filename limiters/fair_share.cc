#include "limiters/fair_share.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace weir::limiters {
namespace {

constexpr double kMemory = 1;        // seconds that are remembered, at least,
constexpr double kLongest = 60;      // at most,
constexpr double kMemoryTimes = 4;   // and so many times what a request takes
constexpr double kSure = 1.5;        // standard errors of a count by chance
constexpr double kLeast = 0.05;      // of the places, however much the more important ones ask for
constexpr double kForgotten = 1e-3;  // arrivals: nobody remembers such a cell

}  // namespace

FairShare::FairShare(size_t priorities)
    : cells_(priorities * kPartitions),
      shares_(priorities, std::numeric_limits<double>::infinity()) {}

// Of which little was granted is thought to be like all.
double FairShare::seconds_each(const Cell& cell) const {
  const double doubt = 1 / (1 + cell.granted);
  const double like_all = granted_ > 0 ? seconds_ / granted_ : 0;
  return (cell.seconds + doubt * like_all) / (cell.granted + doubt);
}

void FairShare::update(const std::function<PartitionCounts::Totals(size_t cell)>& read,
                       Duration over, double places) {
  double granted = 0, seconds = 0, held = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    Cell& cell = cells_[i];
    const PartitionCounts::Totals now = read(i);
    held += now.held;
    if (now.arrived == cell.before.arrived && now.held == 0 && cell.arrived < kForgotten) {
      cell = {.before = now};
      continue;
    }
    count(cell, now, to_seconds(over));
    granted += cell.granted;
    seconds += cell.seconds;
  }
  granted_ = granted;
  seconds_ = seconds;
  const double kept = std::exp(-to_seconds(over) / kMemory);
  places_ = places_ > 0 ? places_ * kept + places * (1 - kept) : places;
  held_ = held_ * kept + held * (1 - kept);
  share_out(places);
}

// A limit that has just been raised may prove wrong, one that has been cut holds at once.
void FairShare::share_out(double places) {
  const double all = std::min(places_, places);
  double left = all;
  for (size_t priority = 0; priority < shares_.size(); ++priority) {
    share_out_of(priority, std::max(left, kLeast * all));
    for (size_t i = 0; i < kPartitions; ++i) left -= cells_[cell_of(priority, i)].places;
  }
}

// A flood shows within one look, what is little only by and by; who has just come is thought to
// have been away for a second.
void FairShare::count(Cell& cell, const PartitionCounts::Totals& now, double over) {
  const double memory = std::clamp(kMemoryTimes * seconds_each(cell), kMemory, kLongest);
  const double kept = std::exp(-over / memory);
  const double fresh = now.arrived - cell.before.arrived;
  cell.looked = cell.looked * kept + over;
  cell.arrived = cell.arrived * kept + fresh;
  cell.granted = cell.granted * kept + now.granted - cell.before.granted;
  cell.seconds = cell.seconds * kept + now.held * over;
  cell.before = now;
  const double sure = (fresh - kSure * std::sqrt(fresh)) / over;
  cell.per_second = std::max(cell.arrived / std::max(cell.looked, kMemory), sure);
}

// The places that a cell asks for; the sum of all. Where more are held
// than the limit allows, in dry run, all take longer than they would behind the limit.
double FairShare::ask(std::span<Cell> cells) const {
  const double as_if_limited = held_ > places_ ? places_ / held_ : 1;
  double asked = 0;
  for (Cell& cell : cells) {
    cell.places = cell.per_second * seconds_each(cell) * as_if_limited;
    asked += cell.places;
  }
  return asked;
}

// Found from below: whoever asks for less than an equal part leaves the rest to the others, which
// makes their part larger.
double FairShare::equal_part(std::span<const Cell> cells, double places) {
  double part = 0;
  for (bool grew = true; grew;) {
    double left = places;
    double above = 0;
    for (const Cell& cell : cells) {
      if (cell.places <= 0) continue;
      cell.places <= part ? left -= cell.places : ++above;
    }
    if (above == 0) break;
    grew = left / above > part * (1 + 1e-9);
    part = std::max(part, left / above);
  }
  return part;
}

// Of those who ask for more, what is not within goes on to compete for the places that are left,
// with odds that are alike for each request: whoever asks for the most would get the most of them.
// What it is expected to get there is taken off what is within.
void FairShare::share_out_of(size_t priority, double places) {
  const std::span<Cell> cells(cells_.data() + cell_of(priority, 0), kPartitions);
  const double asked = ask(cells);
  shares_[priority] = std::numeric_limits<double>::infinity();
  for (Cell& cell : cells) cell.within = 1;
  if (asked <= places) return;
  const double part = equal_part(cells, places);
  shares_[priority] = part;
  double modest = 0, greedy = 0;
  for (const Cell& cell : cells) (cell.places <= part ? modest : greedy) += cell.places;
  const double within = std::clamp(kShared * places - modest, 0.0, greedy);
  const double odds = (places - modest - within) / (greedy - within);
  for (Cell& cell : cells) {
    if (cell.places <= part) continue;
    const double own = (part - odds * cell.places) / (1 - odds);
    cell.within = std::max(0.0, own / cell.places);
  }
}

size_t FairShare::over_share() const {
  return static_cast<size_t>(
      std::ranges::count_if(cells_, [](const Cell& cell) { return cell.within < 1; }));
}

std::vector<FairShare::Asker> FairShare::busiest(size_t most) const {
  std::vector<Asker> askers;
  for (size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    if (cell.places > 0)
      askers.push_back({.priority = i / kPartitions,
                        .partition = i % kPartitions,
                        .per_second = cell.per_second,
                        .places = cell.places});
  }
  const size_t kept = std::min(most, askers.size());
  std::ranges::partial_sort(askers, askers.begin() + static_cast<std::ptrdiff_t>(kept),
                            std::ranges::greater{}, &Asker::places);
  askers.resize(kept);
  return askers;
}

}  // namespace weir::limiters
