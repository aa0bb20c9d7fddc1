#include "limiters/fair_share.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace weir::limiters {
namespace {

constexpr double kMemory = 1;       // seconds that arrivals are remembered, at least
constexpr double kMemoryTimes = 4;  // and so many times what a request takes
constexpr double kSure = 1.5;       // standard errors of a count by chance
constexpr double kLeast = 0.05;     // of the places, however much the more important ones ask for
constexpr double kIdle = 1e-3;      // arrivals: nobody remembers such a cell

}  // namespace

FairShare::FairShare(size_t priorities)
    : cells_(priorities * kPartitions),
      shares_(priorities, std::numeric_limits<double>::infinity()) {}

double FairShare::mean_seconds() const { return answered_ > 0 ? seconds_ / answered_ : 0; }

void FairShare::update(const std::function<PartitionCounts::Totals(size_t cell)>& read,
                       Duration over, double places) {
  const double memory = std::max(kMemory, kMemoryTimes * mean_seconds());
  const double kept = std::exp(-to_seconds(over) / memory);
  looked_seconds_ = looked_seconds_ * kept + to_seconds(over);
  places_ = places_ > 0 ? places_ * kept + places * (1 - kept) : places;
  answered_ = seconds_ = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    Cell& cell = cells_[i];
    const PartitionCounts::Totals now = read(i);
    cell.arrived *= kept;
    cell.answered *= kept;
    cell.seconds *= kept;
    if (now.arrived != cell.before.arrived || now.answered != cell.before.answered ||
        cell.arrived > kIdle) {
      count(cell, now, over);
    } else {
      cell.per_second = 0;
    }
    answered_ += cell.answered;
    seconds_ += cell.seconds;
  }
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

// A flood shows within one look, what is little only by and by.
void FairShare::count(Cell& cell, const PartitionCounts::Totals& now, Duration over) {
  const double fresh = now.arrived - cell.before.arrived;
  cell.arrived += fresh;
  cell.answered += now.answered - cell.before.answered;
  cell.seconds += now.seconds - cell.before.seconds;
  cell.before = now;
  const double sure = (fresh - kSure * std::sqrt(fresh)) / to_seconds(over);
  cell.per_second = std::max(cell.arrived / looked_seconds_, sure);
}

// The places that a cell asks for; the sum of all.
double FairShare::ask(std::span<Cell> cells) const {
  const double like_all = mean_seconds();
  double asked = 0;
  for (Cell& cell : cells) {
    // Of which little was answered is thought to be like all.
    const double doubt = 1 / (1 + cell.answered);
    const double seconds = (cell.seconds + doubt * like_all) / (cell.answered + doubt);
    cell.places = cell.per_second > 0 ? cell.per_second * seconds : 0;
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
