#include "limiters/permit.h"

#include <utility>

#include "limiters/limiter.h"

namespace weir::limiters {

Permit& Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    if (gate_ != nullptr) give_back(Outcome::kIgnored);
    gate_ = std::exchange(other.gate_, nullptr);
    granted_ = other.granted_;
    in_flight_ = other.in_flight_;
    cohort_ = other.cohort_;
    cell_ = other.cell_;
    incomplete_ = other.incomplete_;
    sampled_ = other.sampled_;
    responded_ = other.responded_;
    aside_ = other.aside_;
    for_now_ = other.for_now_;
    holds_dry_place_ = other.holds_dry_place_;
    spared_ = other.spared_;
  }
  return *this;
}

void Permit::responded(Outcome outcome) {
  if (gate_ == nullptr || responded_) return;
  responded_ = outcome;
  gate_->answered(*this, sampled_ ? outcome : Outcome::kIgnored);
}

void Permit::request_incomplete() {
  if (gate_ != nullptr && !incomplete_ && !responded_) gate_->withdraw(*this);
}

void Permit::request_complete() {
  if (gate_ == nullptr) return;
  request_incomplete();
  granted_ = gate_->timeline_.now();
  gate_->join_cohort(*this);
}

void Permit::step_aside() {
  if (gate_ == nullptr || aside_) return;
  aside_ = true;
  gate_->place_goes_on(*this);
  gate_->finished();
}

bool Permit::step_aside_for_now() {
  if (gate_ == nullptr || aside_ || !gate_->waits_for_the_whole()) return false;
  for_now_ = true;
  gate_->pool_.note_aside(1);
  leave_unsampled();
  step_aside();
  return true;
}

void Permit::give_back(Outcome outcome) {
  Limiter& gate = *std::exchange(gate_, nullptr);
  if (for_now_) gate.pool_.note_aside(-1);
  if (!sampled_) outcome = Outcome::kIgnored;
  if (!responded_) gate.answered(*this, outcome);
  if (responded_ && outcome != *responded_) gate.shard_.cut_short(outcome);
  if (aside_) return;
  gate.place_goes_on(*this);
  const TimePoint due = granted_ + gate.pool_.refused_hold();
  if (responded_ == Outcome::kOverload && due > gate.timeline_.now()) return gate.hold(due);
  gate.finished();
}

}  // namespace weir::limiters
