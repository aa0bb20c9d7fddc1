#include "limiters/permit_pool.h"

namespace weir::limiters {
namespace {

void raise(std::atomic<int>& peak, int to) noexcept {
  int seen = peak.load(std::memory_order_relaxed);
  while (seen < to && !peak.compare_exchange_weak(seen, to, std::memory_order_relaxed)) {
  }
}

}  // namespace

PermitPool::PermitPool(int gates, int limit, int max_waiting, size_t cells)
    : gates_(gates),
      limit_(limit),
      max_waiting_(max_waiting),
      waiting_at_(new std::array<std::atomic<int>, kRanks>[static_cast<size_t>(gates)] {}),
      cells_(cells),
      within_share_(cells > 0 ? new std::atomic<float>[cells] : nullptr) {
  for (size_t cell = 0; cell < cells; ++cell) publish_within_share(cell, 1);
}

std::optional<int> PermitPool::take() noexcept {
  int seen = in_flight_.load();
  while (seen < limit_.load()) {
    if (in_flight_.compare_exchange_weak(seen, seen + 1)) {
      note_taken(seen + 1);
      return seen + 1;
    }
  }
  return std::nullopt;
}

int PermitPool::take_anyway() noexcept {
  const int in_flight = in_flight_.fetch_add(1) + 1;
  note_taken(in_flight);
  return in_flight;
}

void PermitPool::give_back() noexcept { in_flight_.fetch_sub(1); }

bool PermitPool::join(int gate, size_t rank, int beyond) noexcept {
  std::atomic<int>& of_its_rank = of_[rank].waiting;
  int seen = of_its_rank.load();
  do {
    if (seen >= max_waiting_.load() + beyond) return false;
  } while (!of_its_rank.compare_exchange_weak(seen, seen + 1));
  join_again(gate, rank);
  return true;
}

void PermitPool::join_again(int gate, size_t rank) noexcept {
  waiting_.fetch_add(1);
  waiting_at_[static_cast<size_t>(gate)][rank].fetch_add(1);
}

void PermitPool::leave(int gate, size_t rank) noexcept {
  of_[rank].waiting.fetch_sub(1);
  leave_again(gate, rank);
}

void PermitPool::leave_again(int gate, size_t rank) noexcept {
  waiting_at_[static_cast<size_t>(gate)][rank].fetch_sub(1);
  waiting_.fetch_sub(1);
}

int PermitPool::all_waiting(size_t rank) const noexcept {
  int sum = 0;
  for (int gate = 0; gate < gates_; ++gate)
    sum += waiting_at_[static_cast<size_t>(gate)][rank].load(std::memory_order_relaxed);
  return sum;
}

std::optional<int> PermitPool::gate_with(size_t rank, int from) const noexcept {
  for (int step = 1; step <= gates_; ++step) {
    const int gate = (from + step) % gates_;
    if (waiting_at_[static_cast<size_t>(gate)][rank].load() > 0) return gate;
  }
  return std::nullopt;
}

std::optional<int> PermitPool::gate_to_wake(int from, size_t than) const noexcept {
  if (waiting_.load() == 0) return std::nullopt;
  for (size_t rank = 0; rank < than; ++rank)
    if (const auto gate = gate_with(rank, from)) return gate;
  return std::nullopt;
}

std::optional<int> PermitPool::gate_of_least(int from) const noexcept {
  if (waiting_.load() == 0) return std::nullopt;
  const size_t of_each = ranks_of_each_priority();
  for (size_t end = kRanks; end > 0; end -= of_each)
    for (size_t rank = end - of_each; rank < end; ++rank)
      if (const auto gate = gate_with(rank, from)) return gate;
  return std::nullopt;
}

void PermitPool::publish_queue(Duration longest_wait, int most_waiting, size_t rank) noexcept {
  of_[rank].longest_wait.store(longest_wait.count(), std::memory_order_relaxed);
  of_[rank].most_waiting.store(most_waiting, std::memory_order_relaxed);
}

bool PermitPool::standing() const noexcept {
  for (size_t rank = 0; rank < kRanks; ++rank)
    if (standing(rank)) return true;
  return false;
}

void PermitPool::note_taken(int in_flight) noexcept {
  raise(peak_, in_flight);
  raise(peak_at_service_, in_flight - held());
}

}  // namespace weir::limiters
