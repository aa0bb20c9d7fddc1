#pragma once

#include <array>
#include <cstddef>

// What the latencies of many requests tell together that met about as many others; it does not know
// when they came.
namespace weir::limiters {

// Latencies of successes that were granted at about the same number in flight.
struct Level {
  double count = 0;
  double sum_seconds = 0;
  double sum_squares = 0;  // of seconds
  double sum_in_flight = 0;
  double sum_logs = 0;         // of seconds
  double sum_log_squares = 0;  // of these logarithms
  double sum_products = 0;     // of seconds and their logarithm

  // `count` latencies, all the same.
  static Level of(double seconds, double in_flight, double count = 1);

  double mean() const { return count > 0 ? sum_seconds / count : 0; }
  double mean_log() const { return count > 0 ? sum_logs / count : 0; }
  double variance() const;        // of one latency, in seconds squared; 0 when not known
  double standard_error() const;  // of the mean, in seconds
  double mean_in_flight() const { return count > 0 ? sum_in_flight / count : 0; }
  // Keeps that share of all of them, evenly.
  void keep(double share);
  // What is beyond `most` samples is forgotten evenly.
  void forget_all_but(double most) {
    if (count > most) keep(most / count);
  }
  // Each of them took so many times as long.
  void stretch(double times);
  // They vary by so much more: `variance` of one latency, as a share of the mean.
  void blur(double variance);
  void add(const Level& other) {
    count += other.count;
    sum_seconds += other.sum_seconds;
    sum_squares += other.sum_squares;
    sum_in_flight += other.sum_in_flight;
    sum_logs += other.sum_logs;
    sum_log_squares += other.sum_log_squares;
    sum_products += other.sum_products;
  }
};

// One level for each number in flight up to 4, then two for each doubling: 5 and 6, 7 and 8, 9 to
// 12, 13 to 16, ... Small services are told apart place by place.
inline constexpr size_t kLevels = 24;
size_t level_of(int in_flight);
// The highest number in flight of a level.
int most_of(size_t level);

// All of those from that level up.
Level sum_of(const std::array<Level, kLevels>& levels, size_t first = 0);

}  // namespace weir::limiters
