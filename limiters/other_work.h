#pragma once

#include "limiters/window.h"

// Whether callers who leave without an answer waited for other work than those who are answered, as
// where one endpoint of a service hangs; it knows neither the limit nor why they leave.
namespace weir::limiters {

// Were all of one kind, with exponential times, and a share q left after T, the others would be
// answered after T / ln(1 / q) - T q / (1 - q) on average: 0.28 T where one in twenty leaves, 0.44
// T where half of them do, and hardly less than half of T where nearly all do. So who is answered
// as fast as ever, in far less than that, has not waited in the line of those who leave. Callers
// who leave within some seven usual latencies cannot be told apart so.
class OtherWork {
 public:
  // `usual`: latencies while hardly anybody left.
  void note(const Window& window, const Level& usual);

  // Those who leave say nothing of the others. Begins when most have no answer; holds until hardly
  // anybody has left for twice as long as they had waited, or until the others are slow as well.
  bool apart() const { return apart_; }
  // They were, and some still leave: what is seen meanwhile is not how it is without them.
  bool were_apart() const { return were_apart_; }
  // Hardly anybody leaves, nor has for so long.
  bool nobody_leaves() const { return left_ < 1; }
  // Most leave, and too few were answered to tell.
  bool undecided() const { return undecided_; }

 private:
  void note_leaving(const Window& window);

  Level answered_;     // since some leave,
  double left_ = 0;    // so many without an answer,
  double waited_ = 0;  // after so many seconds in all
  double since_ = 0;   // seconds without them
  bool apart_ = false;
  bool were_apart_ = false;
  bool undecided_ = false;
};

}  // namespace weir::limiters
