#pragma once

#include "limiters/timeline.h"

// Whether a queue was too short: places stood empty soon after somebody had been turned away, who
// could have waited for them. It does not know the queue.
namespace weir::limiters {

class ShortQueue {
 public:
  // What happened since the last one.
  struct Look {
    Duration over{};
    double arrived = 0;
    double turned_away = 0;
    double unused = 0;        // requests that empty places could have done
    double per_second = 0;    // what the service does
    Duration longest_wait{};  // that anybody may ever be asked for
  };
  void note(const Look& look);
  // How much of the way to the longest queue it should go, [0, 1]. It grows while more of those who
  // come are lost so than would be by chance, the faster the more they are, and is forgotten within
  // a minute.
  double longer() const { return longer_; }

 private:
  double recent_ = 0;  // turned away, and nothing has stood empty for them yet
  double lost_ = 0;    // of those who have arrived lately
  double arrived_ = 0;
  double longer_ = 0;
};

}  // namespace weir::limiters
