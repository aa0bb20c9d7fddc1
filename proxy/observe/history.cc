#include "proxy/observe/history.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace weir::observe {

using limiters::to_seconds;

namespace {

constexpr size_t kMinute = 60;

// To three digits, which is more than a picture shows and a third of the bytes.
double rounded(double value) {
  if (value == 0) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

}  // namespace

History::History(Sources& sources, limiters::Timeline& timeline)
    : sources_(sources), timeline_(timeline), before_(sources.totals()) {
  for (const loop::EventLoop* loop : sources.loops) busy_before_.push_back(loop->busy());
  timer_ = timeline_.after(std::chrono::seconds(1), [this] { take(); });
}

void History::take() {
  timer_ = timeline_.after(std::chrono::seconds(1), [this] { take(); });
  const MetricsShard::Totals now = sources_.totals();
  const auto latency = [&](double q) {
    return to_seconds(LatencyGrid::quantile(before_.served_latency, now.served_latency, q));
  };
  const auto came = [&](exchange::Ending ending) {
    return static_cast<double>(now.ended(ending) - before_.ended(ending));
  };
  double failed = 0;
  for (size_t i = 0; i < exchange::kEndings; ++i) {
    const auto ending = static_cast<exchange::Ending>(i);
    if (exchange::is_failure(ending)) failed += came(ending);
  }
  Point point{
      .limit = static_cast<double>(sources_.permits.limit()),
      .in_flight = static_cast<double>(sources_.permits.at_service()),
      .waiting = static_cast<double>(sources_.permits.waiting()),
      .served = came(exchange::Ending::kServed),
      .shed = came(exchange::Ending::kRejected),
      .failed = failed,
      .p50_seconds = latency(0.5),
      .p99_seconds = latency(0.99),
      .baseline_seconds = to_seconds(sources_.regulator.baseline()),
      .overload_answers = static_cast<double>(now.overload_answers - before_.overload_answers),
      .peak_in_flight = sources_.permits.take_peak_at_service(),
      .busy = {}};
  for (size_t i = 0; i < sources_.loops.size(); ++i) {
    const limiters::Duration busy = sources_.loops[i]->busy();
    point.busy.push_back(std::clamp(to_seconds(busy - busy_before_[i]), 0.0, 1.0));
    busy_before_[i] = busy;
  }
  before_ = now;
  points_.push_back(std::move(point));
  if (points_.size() > kSeconds) points_.pop_front();
}

int History::peak_in_flight() const {
  int peak = sources_.permits.peak_at_service();
  const size_t first = points_.size() - std::min(points_.size(), kMinute);
  for (size_t i = first; i < points_.size(); ++i) peak = std::max(peak, points_[i].peak_in_flight);
  return peak;
}

double History::busy_ratio(size_t loop) const {
  return points_.empty() ? 0 : points_.back().busy[loop];
}

History::Second History::last_second() const {
  if (points_.empty()) return {};
  const Point& last = points_.back();
  return {last.served,      last.shed,        last.failed,
          last.p50_seconds, last.p99_seconds, last.overload_answers};
}

std::string History::json() const {
  nlohmann::json all;
  const auto column = [&](const char* name, double Point::*figure) {
    nlohmann::json& values = all[name] = nlohmann::json::array();
    for (const Point& point : points_) values.push_back(rounded(point.*figure));
  };
  column("limit", &Point::limit);
  column("in_flight", &Point::in_flight);
  column("waiting", &Point::waiting);
  column("served_per_second", &Point::served);
  column("shed_per_second", &Point::shed);
  column("failed_per_second", &Point::failed);
  column("overload_answers_per_second", &Point::overload_answers);
  column("p50_seconds", &Point::p50_seconds);
  column("p99_seconds", &Point::p99_seconds);
  column("baseline_seconds", &Point::baseline_seconds);
  return all.dump();
}

}  // namespace weir::observe
