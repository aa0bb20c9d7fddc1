#pragma once

#include <optional>

#include "limiters/timeline.h"
#include "proxy/exchange/ending.h"

// When what happened to one request; it does not know what that means for anybody, nor the time.
namespace weir::exchange {

class Times {
 public:
  using TimePoint = limiters::TimePoint;
  using Duration = limiters::Duration;

  explicit Times(TimePoint arrived) : arrived_(arrived) {}

  // It waits for a place, the first time or again,
  void waits(TimePoint now) { waits_since_ = now; }
  // has one,
  void granted(TimePoint now);
  // or needs none any more.
  void waits_no_more(TimePoint now);
  // A connection to the service is asked for, and stands.
  void opening(TimePoint now) { opening_ = now; }
  void opened(TimePoint now) { opened_ = now; }
  // The response head is here.
  void responded(TimePoint now) { responded_ = now; }

  // From asking for a connection to the response head, both of which have been.
  Duration to_response() const { return *responded_ - *opening_; }
  // What there is to tell when it ends now.
  void tell(TimePoint now, ExchangeFacts& facts) const;

 private:
  std::optional<Duration> waited(TimePoint until) const;

  TimePoint arrived_;
  std::optional<TimePoint> waits_since_, granted_, opening_, opened_, responded_;
  std::optional<Duration> waited_;  // before waits_since_
};

}  // namespace weir::exchange
