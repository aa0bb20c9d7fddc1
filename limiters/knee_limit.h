#pragma once

#include <optional>

#include "limiters/abandonment.h"
#include "limiters/caution.h"
#include "limiters/enough.h"
#include "limiters/growth.h"
#include "limiters/growth_proof.h"
#include "limiters/knee_curve.h"
#include "limiters/limit_algorithm.h"
#include "limiters/limit_beside_hung.h"
#include "limiters/look_around.h"
#include "limiters/params.h"
#include "limiters/quickening.h"
#include "limiters/refused_limit.h"
#include "limiters/service_cap.h"
#include "limiters/slowdown.h"
#include "limiters/steady_refusals.h"
#include "limiters/trial.h"

// Holds the limit at the knee of the latency curve, the fewest in flight with which the service
// gets the most done; it knows neither a queue nor a clock.
namespace weir::limiters {

// Each window goes into the curve, whose fit says where the knee may be. The limit stays within it:
//
//   limit > room(highest)   cut to that, at most to half: the knee is lower, and not by chance;
//                           how sure that has to be: caution.h
//   otherwise, in use       grow (growth.h); where the knee is thought to be here by one, after a
//                           rest; twice in slow start, until the first cut. Where latency is far
//                           above the least that was ever seen, only as a trial (growth_proof.h)
//
// room(c) = max(1.08 c, c + 1/2): enough that the service never waits for the next request.
//
// Where the service answers faster than it did under this very limit, it has become wider: what was
// seen of more in flight is forgotten, and growth begins anew.
//
// Where one in ten fails of overload, it is cut by a tenth whatever was seen; or, where a growth or
// a look has just led there, goes back to where that began. What was refused is tried again later
// and later, unless the service has since refused much less: then it has changed. Where as large a
// share is refused when less is sent (steady_refusals.h), the cuts are taken back, and no more are
// made for it.
//
// Who leaves before the answer is in the curve with the time that he waited. That does not tell a
// service that goes on working for those who left, slow whatever the limit is. So where most leave
// and the others wait for half as long again as when hardly anybody left, it is cut by a tenth;
// and where nobody is answered at all, but then no deeper than answers have shown to be fine, if
// these are not too long ago.
//
// Unless they are told apart (other_work.h): where those who leave waited for other work, an
// endpoint that hangs, say, and the others are answered as fast as ever, what they waited is no
// latency. The places that they hold are made up for beside the limit, until they have gone, and
// the curve is left alone meanwhile (limit_beside_hung.h).
//
// A curve can be wrong: few samples, a service that has changed. Three trials keep it honest, each
// judged by the one thing that tells a full service from a slow one: in a full one latency grows
// with the number in flight, in one that is not it stays.
//   - after a cut, latency must have fallen with the limit; if not, the cut is taken back, and the
//     curve starts anew from what was just seen;
//   - where a service under overload has become twice as slow and has settled there, or a cut shows
//     that it has, twice as many are let in as when that began: one that has lost places queues
//     them, one that is slow outside of its places answers them as fast, and where they are
//     quicker it is over. Before it has settled cuts show nothing, and where callers leave it is
//     not tried;
//   - now and then (look_around.h) the limit is raised by half or halved for a while.
//
// And where latency asks for a limit that turns callers away whom the service could serve, that all
// are served under a higher one has the last word (enough.h).
class KneeLimit final : public LimitAlgorithm {
 public:
  explicit KneeLimit(const LimiterParams& params);

  int limit() const override { return static_cast<int>(limit_); }
  int hung() const override { return beside_hung_.places(limit_, room_beside()); }
  Cause update(const Window& window) override;
  void learn(const Window& window) override;
  Duration baseline() const override { return baseline_; }
  bool guessing() const override { return slow_start_; }
  bool refusals_are_steady() const override { return steady_.steady(); }
  bool probing() const override { return in_trial() || enough_.trying_less(); }

 private:
  bool is_least() const;
  bool in_trial() const { return trial_ && trial_->kind != Trial::Kind::kCut; }
  // For places that hang.
  int room_beside() const { return params_.max_limit - limit(); }
  void move(double limit);
  void note(const Window& window);
  void widen(const Level& now);
  Cause unfilled(bool limited);
  Knee fitted();
  double seen_of_fewer() const;
  Cause see(const Window& window, bool left);
  Cause see_answered(const Window& window);
  Cause settle(bool limited, const Knee& knee);
  Cause cut(double highest);
  std::optional<Cause> heed_cap(const Window& window);
  Cause back_off(bool refused);
  Cause take_back();  // what was cut for refusals that have nothing to do with it
  void regain();
  double shown_fine() const;
  Cause grow(double knee);
  Cause try_less();
  Cause try_more(const Level& before, double cut_from, double times);
  bool nobody_leaves() const;
  bool looking() const;
  bool may_look_at_more() const;
  Cause look_at_more();
  std::optional<Cause> serve_all();
  bool in_doubt() const;
  Cause try_in_doubt();
  std::optional<Cause> judge();
  std::optional<Cause> conclude(const Trial& trial, bool queueing);

  const LimiterParams params_;
  double limit_;
  bool slow_start_ = true;
  KneeCurve curve_;
  Duration baseline_{};
  Level full_;  // latency near the limit, since it last moved by much
  Slowdown slowdown_;
  Quickening quickening_;
  std::optional<Trial> trial_;
  LookAround look_around_;
  Caution caution_;
  Growth growth_;
  GrowthProof proof_;
  Enough enough_;
  RefusedLimit refused_;
  SteadyRefusals steady_;
  double refused_from_ = 0;  // the limit before it was cut for refusals
  ServiceCap cap_;
  Abandonment abandonment_;
  LimitBesideHung beside_hung_;
  bool lost_ = false;  // it was cut although nothing was known, since nobody was answered
};

}  // namespace weir::limiters
