#pragma once

#include <algorithm>

// Whether the service is in the habit of closing right behind its answers without having said so in
// them, learnt from what it does; it knows no connection.
namespace weir::backend {

class ClosingHabit {
 public:
  // It has closed so.
  void closed() { score_ = std::min(score_ + kPerClose, kMost); }
  // It has answered over a connection that it had left standing.
  void left_standing() {
    if (score_ > 0) --score_;
  }
  // A request that is sent over what has just answered may be lost.
  bool likely() const { return score_ >= kHabit; }

 private:
  // One close in so many answers is a habit: fewer lose hardly a request. Two are needed, so that
  // one that has died is none, and what is none any more is forgotten as soon, however long it was.
  static constexpr int kPerClose = 64;
  static constexpr int kHabit = 2 * kPerClose;
  static constexpr int kMost = 2 * kHabit;

  int score_ = 0;
};

}  // namespace weir::backend
