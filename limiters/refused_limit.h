#pragma once

#include <limits>

// What the service itself has refused, or not answered in time, and when that may be tried again;
// it does not know why a limit moves.
namespace weir::limiters {

// So many in flight were refused when they were tried; later tries come later and later, until the
// service has since refused much less: then it has changed, and is not to be judged by that.
class RefusedLimit {
 public:
  // So many answers have come since, in so many seconds.
  void note(double samples, double seconds);
  // With such a limit one in ten was refused; `tried`: it had just grown to there.
  void refuse(int limit, bool tried);
  // So many are refused, and that is how the service is.
  void believe(double refused);
  void forget() { *this = {}; }

  // A limit that stays for that many answers, and seconds, is not to grow: one more was refused not
  // long ago, or it is there and has not proved itself. A token bucket lets some through before it
  // refuses.
  bool holds(int limit, double unmoved, double unmoved_seconds) const;
  // The most that may be tried now.
  double most() const;
  // The limit is there and does not hold: it is not refused any more.
  void disprove(int limit);

 private:
  static constexpr double kRetry = 20;  // answers from a refusal to the next growth to there

  bool wary() const;

  double refused_ = std::numeric_limits<double>::infinity();
  double since_ = 0;  // answers since, and seconds
  double since_seconds_ = 0;
  double until_retry_ = kRetry;
};

}  // namespace weir::limiters
