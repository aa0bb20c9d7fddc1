#pragma once

#include "limiters/params.h"

// How long, and how many, may wait for a place; it does not know who waits, and no clock.
namespace weir::limiters {

// What lasts is judged by so many requests.
inline constexpr double kLastingRequests = 2048;

// So many a second, the older ones forgotten by and by.
class FadingRate {
 public:
  // `memory`: so many weigh.
  explicit FadingRate(double memory) : memory_(memory) {}
  // What came within `over`; `age`: older than that does not count any more.
  void add(double count, Duration over, Duration age);
  double per_second() const { return seconds_ > 0 ? count_ / seconds_ : 0; }
  // Less so many standard errors of a count by chance.
  double at_least(double errors) const;
  // And more so many.
  double at_most(double errors) const;

 private:
  double memory_;
  double count_ = 0;
  double seconds_ = 0;
};

// How many ask.
struct Offered {
  double likely = 0;      // per second, as are all
  double at_least = 0;    // with some certainty; 0: cannot be told
  double on_average = 0;  // of kLastingRequests
  double lasting =
      0;  // with some certainty, of so many that little more than can be done shows; late
};

// As far as chance allows to say; the memory is counted in arrivals, so that a busy service is
// judged within milliseconds and a slow one not by three of them.
class OfferedRate {
 public:
  // What arrived within `over`. `memory`: older than that does not count any more.
  void add(double arrived, Duration over, Duration memory);
  Offered now() const;

 private:
  FadingRate quick_{32};
  FadingRate slow_{256};
  FadingRate lasting_{kLastingRequests};
};

struct QueueBounds {
  Duration longest_wait;
  int most_waiting;
};

// What the service is to its queue.
struct ServiceView {
  Duration baseline{};    // 0: not known
  double per_second = 0;  // what it finishes while it is full; 0: not known
  int limit = 1;
  double lasting_per_second = 0;  // the same, over as many as Offered::lasting
  // The same with its pauses, at most; 0: not known.
  double per_second_with_pauses = 0;
  // Of latencies, the standard deviation as a share of the mean; exponential times have 1.
  double spread = 1;
  // How much of the way from the queue of an overload to that of a calm service it has to be, [0,
  // 1]: places stood empty soon after others were turned away (short_queue.h).
  double longer = 0;
  bool standing = false;  // the queue stands (standing_queue.h)
};

// By what share what a few windows have done may be off, for latencies vary more than exponential
// ones; 0 where they do not.
double doubt(const ServiceView& service);

// Two regimes. While no more is asked for than can be done, the queue comes and goes: a burst may
// wait, and all of it is served; longest_wait is 70 / limit baselines (a queue in front of few
// places is long by chance), at least 4, at most 40, and between 300 ms and 5 s; or as configured.
// When more is asked for than can be done, somebody will be turned away whatever happens, and the
// queue only has to be long enough to never leave the service idle: so many may wait that a pool
// fed by chance (Erlang's formula for M/M/c/N) idles for no more than 1.5 % of its time, within
// bounds; see the README. It is more when `at_least` is, or `lasting` is and nothing recent speaks
// against it: a twentieth too many fills the longest queue as surely as twice as many, only later.
// Where neither is sure, but the queue never empties, it is more by a little.
// Where latencies vary more than exponential ones, what a few windows have done does so too, and
// `at_least` has to be above it by more.
//
// Where all of this is too short, since the service or its callers come in bursts, as with a quota
// of CPU, so many more may wait, the newest still first: they fill the places that would stand
// empty. Such a service can do no more than it does with its pauses, whatever it does between them.
QueueBounds queue_bounds(const QueueParams& params, const ServiceView& service,
                         const Offered& offered);

}  // namespace weir::limiters
