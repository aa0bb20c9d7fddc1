#pragma once

// Whether one connection is answered later than the others of its pool; it does not know why, nor
// what becomes of it.
namespace weir::backend {

// Of one connection.
struct Lag {
  double answers = 0;  // noted, lately,
  double later = 0;    // and by how much they came later than the pool's, in its mean latencies
};

// A service of several processes (workers of gunicorn, Puma or Node's cluster), or of several
// instances behind one address, keeps each connection with the process that accepted it. The last
// used goes first, so that where one process has more of the connections in use than another, its
// requests queue while the other has nothing to do, and that lasts. One that is closed is made anew
// with whoever accepts first, who is rarely the busiest.
class AnswerTimes {
 public:
  // One was answered so late, in seconds; true: it lags, by a tenth of the mean and a millisecond
  // at least, and by four standard errors.
  bool lags(Lag& one, double seconds);

 private:
  double answers_ = 0;     // noted, as far as they are remembered
  double mean_ = 0;        // seconds; moves within dozens of answers, as the limit does
  double usual_ = 1;       // how late they are, in means; no answer counts for more than a few
  double spread_ = 0;      // the variance of that
  double since_last_ = 0;  // answers, since one was found to lag
};

}  // namespace weir::backend
