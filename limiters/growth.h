#pragma once

#include <optional>

// How far a limit grows next, and how long it rests before that; it does not know what stands
// against it.
namespace weir::limiters {

// By a tenth at first, doubling while each step proves right. Where the knee is thought to be here
// it rests before each step, for 20 samples, and after one that was wrong for twice as long as
// before, up to a thousand; small limits for longer, since one more is a large step for them.
class Growth {
 public:
  // So many samples, and seconds, in which the limit did not move.
  void note(double samples, double seconds) {
    unmoved_ += samples;
    unmoved_seconds_ += seconds;
  }
  void moved() { unmoved_ = unmoved_seconds_ = 0; }

  // Since it last moved: samples, and seconds.
  double unmoved() const { return unmoved_; }
  double unmoved_seconds() const { return unmoved_seconds_; }
  // For long enough to grow where the knee is thought to be.
  bool rested() const { return unmoved_ >= until_next_; }

  // It grows from `limit`, by that share of it; `below`: below where the knee is thought to be. The
  // last growth, unless it was put off or forgotten, has proved right.
  double step(double limit, bool below);
  // Where the last growth began, if `limit` is beyond and that was not long ago.
  std::optional<double> just_grown_from(double limit) const;

  // `limit` is too high: small steps, and where it had grown a longer rest.
  void put_off(double limit);
  // It has moved for another reason: the last growth says nothing.
  void forget_last() { grown_.reset(); }
  void small_steps();
  void rest_little();
  // All that was held against growth is out of date; by a tenth,
  void restart();
  // or, where it was not justified, at once to twice the limit.
  void restart_doubling();

 private:
  static constexpr double kFirstStep = 0.1;
  static constexpr double kSoon = 20;

  double unmoved_ = 0;  // samples since the last move, and seconds
  double unmoved_seconds_ = 0;
  double until_next_ = kSoon;    // samples from a move to the next growth
  std::optional<double> grown_;  // by the last move, from there
  double step_ = kFirstStep;     // of the next growth, as a share
};

}  // namespace weir::limiters
