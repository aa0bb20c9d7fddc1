#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "limiters/params.h"
#include "limiters/partition_counts.h"

// How many of the service's places each partition asks for, and how much of that is its fair share;
// it does not know who they are, and no clock.
namespace weir::limiters {

// Max-min fairness: whoever asks for less than an equal part of the places gets all of it, and what
// they leave is shared alike by the others. Each priority shares what the more important ones
// leave. Places are the unit, arrivals times the seconds that each holds one (Little's law), so
// that few long requests weigh as much as many short ones, and those that are not over count as far
// as they have come. As in core-stateless fair queueing (Stoica, Shenker, Zhang 1998) no queue is
// kept for each: of who asks for d places where a share is s, s / d is within it.
class FairShare {
 public:
  // `priorities`: so many have shares of their own.
  explicit FairShare(size_t priorities);

  // `read` gives the totals of a cell, of all loops together; `over`: since the last call;
  // `places`: the limit. Looks at every cell.
  void update(const std::function<PartitionCounts::Totals(size_t cell)>& read, Duration over,
              double places);
  // The same demand, another limit.
  void share_out(double places);
  // Of what this cell asks for, [0, 1].
  double within(size_t cell) const { return cells_[cell].within; }
  // Places for each partition that asks for more; infinite where there are enough for all.
  double share_places(size_t priority) const { return shares_[priority]; }

  // How many ask for more than their share.
  size_t over_share() const;

  struct Asker {
    size_t priority = 0;
    size_t partition = 0;
    double per_second = 0;  // asked for
    double places = 0;      // the same, in places
  };
  // The `most` who ask for the most places, the first of them first.
  std::vector<Asker> busiest(size_t most) const;

  // Of the places, what is kept for those within their shares where all are asked for: with more
  // they would wait for each other, and with less there is more to compete for.
  static constexpr double kShared = 0.8;

 private:
  struct Cell {
    PartitionCounts::Totals before;
    // The older forgotten by and by: seconds that were looked at, requests, and places times
    // seconds.
    double looked = 0, arrived = 0, granted = 0, seconds = 0;
    double per_second = 0, places = 0, within = 1;
  };

  double seconds_each(const Cell& cell) const;
  void count(Cell& cell, const PartitionCounts::Totals& now, double over);
  double ask(std::span<Cell> cells) const;
  static double equal_part(std::span<const Cell> cells, double places);
  void share_out_of(size_t priority, double places);

  std::vector<Cell> cells_;
  std::vector<double> shares_;
  double places_ = 0, held_ = 0;      // over the last second or so
  double granted_ = 0, seconds_ = 0;  // of all cells
};

}  // namespace weir::limiters
