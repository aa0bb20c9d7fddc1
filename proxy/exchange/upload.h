#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "limiters/timeline.h"

// Whose time the body of a request takes, the service's or its client's; it knows neither, nor what
// comes of it.
namespace weir::exchange {

class Upload {
 public:
  // `timeline` outlives it. `client_is_slow` is called from the timeline when the service has had
  // all that has come and waited for more for limiters::Permit::kPatience in all: one who sends a
  // byte now and then is as slow as one who sends none. Again and again, until it returns true.
  Upload(limiters::Timeline& timeline, std::function<bool()> client_is_slow);

  // The service waits for the body from now on,
  void begin();
  // or after so long, if it has not said before that it does.
  void begin_within(limiters::Duration most);
  // It is another service now, which has had nothing and does not wait yet.
  void begin_anew();
  // So many bytes of it have come,
  void given(size_t bytes);
  // and have left for the service.
  void taken(size_t bytes);
  // It waits now.
  bool waits() const { return waits_since_.has_value(); }

 private:
  limiters::Duration waited() const;
  void look_in(limiters::Duration delay);
  void look();

  limiters::Timeline& timeline_;
  std::function<bool()> client_is_slow_;
  size_t owed_ = 0;  // given, not taken
  std::optional<limiters::TimePoint> waits_since_;
  limiters::Duration waited_before_{};
  limiters::Timeline::Timer looks_, begins_;
};

}  // namespace weir::exchange
