#pragma once

#include <algorithm>
#include <cstdint>

// Requests that were granted one after the other, and what has become of them; it does not know
// when.
namespace weir::limiters {

// Judged together once they are answered: the first to be so are the quick ones, and a mean is fair
// only when the slow ones are in it.
using Cohort = uint32_t;

struct CohortCounts {
  double granted = 0;            // less those that were ignored in the end
  double answered = 0;           // of these, or over without an answer
  double refused = 0;            // of those: overloads,
  double left = 0;               // and who did not wait for an answer,
  double left_seconds = 0;       // and for how long they had, together
  double timed_out = 0;          // of who left: those for whom it was the proxy,
  double timed_out_seconds = 0;  // and for how long these had

  // Not over yet. A sample may be read half-counted.
  double open() const { return std::max(0.0, granted - answered); }
  double with_answer() const { return answered - left; }

  CohortCounts& operator+=(const CohortCounts& other) noexcept {
    granted += other.granted;
    answered += other.answered;
    refused += other.refused;
    left += other.left;
    left_seconds += other.left_seconds;
    timed_out += other.timed_out;
    timed_out_seconds += other.timed_out_seconds;
    return *this;
  }
};

}  // namespace weir::limiters
