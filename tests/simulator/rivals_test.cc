#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <functional>
#include <sstream>

#include "load-tests/simulator/rivals/aegis_bbr.h"
#include "load-tests/simulator/rivals/failsafe_adaptive.h"
#include "load-tests/simulator/rivals/go_zero_shedder.h"
#include "load-tests/simulator/rivals/netflix_aimd.h"
#include "load-tests/simulator/rivals/netflix_gradient.h"
#include "load-tests/simulator/rivals/netflix_gradient2.h"
#include "load-tests/simulator/rivals/netflix_vegas.h"
#include "load-tests/simulator/rivals/netflix_windowed.h"

// The restated rules against what the originals answered; vectors/README.md says where from.
namespace weir::simulator::rivals {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

using Fields = std::vector<std::string>;

// The rows of a file, each with the number of its line.
void for_each_row(const std::string& file,
                  const std::function<void(const Fields& fields, int line)>& row) {
  std::ifstream in(WEIR_VECTORS "/" + file);
  std::string text;
  ASSERT_TRUE(std::getline(in, text)) << file;
  for (int line = 2; std::getline(in, text); ++line) {
    Fields fields;
    std::stringstream cells(text);
    for (std::string cell; std::getline(cells, cell, ',');) fields.push_back(cell);
    ASSERT_EQ(fields.size(), 6U) << file << ":" << line;
    row(fields, line);
    if (::testing::Test::HasFailure()) return;
  }
}

std::string setting_of(const std::string& sequence) {
  return sequence.substr(0, sequence.find('/'));
}

using MakeLimit = std::function<std::unique_ptr<NetflixLimit>(const std::string& setting)>;

void expect_samples(const std::string& file, const MakeLimit& make) {
  std::string sequence;
  std::unique_ptr<NetflixLimit> limit;
  int rows = 0;
  for_each_row(file, [&](const Fields& fields, int line) {
    if (fields[0] != sequence) {
      sequence = fields[0];
      limit = make(setting_of(sequence));
    }
    limit->on_sample(TimePoint{} + Duration(std::stoll(fields[1])), Duration(std::stoll(fields[2])),
                     std::stoi(fields[3]), fields[4] == "1" ? Loss::kDropped : Loss::kNone);
    EXPECT_EQ(limit->limit(), std::stoi(fields[5])) << file << ":" << line << " " << sequence;
    ++rows;
  });
  EXPECT_GT(rows, 300) << file;
}

TEST(Rivals, NetflixAimdAnswersAsTheOriginal) {
  expect_samples("netflix_aimd.csv", [](const std::string& setting) {
    if (setting == "defaults") return std::make_unique<NetflixAimd>();
    return std::make_unique<NetflixAimd>(NetflixAimd::Params{
        .initial = 10, .min = 3, .max = 40, .backoff_ratio = 0.7, .timeout = milliseconds(40)});
  });
}

TEST(Rivals, NetflixVegasAnswersAsTheOriginal) {
  expect_samples("netflix_vegas.csv", [](const std::string& setting) {
    if (setting == "defaults") return std::make_unique<NetflixVegas>(1);
    return std::make_unique<NetflixVegas>(
        NetflixVegas::Params{
            .initial = 5, .max = 60, .smoothing = 0.3, .probe_multiplier = 1000000},
        1);
  });
}

TEST(Rivals, NetflixGradientAnswersAsTheOriginal) {
  expect_samples("netflix_gradient.csv", [](const std::string& setting) {
    if (setting == "defaults") return std::make_unique<NetflixGradient>(1);
    return std::make_unique<NetflixGradient>(NetflixGradient::Params{.min = 2,
                                                                     .max = 70,
                                                                     .smoothing = 0.5,
                                                                     .tolerance = 1.2,
                                                                     .backoff_ratio = 0.5,
                                                                     .least_probe = 1,
                                                                     .most_probe = 2},
                                             1);
  });
}

TEST(Rivals, NetflixGradient2AnswersAsTheOriginal) {
  expect_samples("netflix_gradient2.csv", [](const std::string& setting) {
    if (setting == "defaults") return std::make_unique<NetflixGradient2>();
    return std::make_unique<NetflixGradient2>(NetflixGradient2::Params{.initial = 8,
                                                                       .min = 2,
                                                                       .max = 100,
                                                                       .smoothing = 0.6,
                                                                       .allowance = 2,
                                                                       .long_window = 20,
                                                                       .tolerance = 1.1});
  });
}

TEST(Rivals, NetflixWindowsAnswerAsTheOriginals) {
  expect_samples("netflix_windowed.csv", [](const std::string&) {
    return std::make_unique<NetflixWindowed>(
        std::make_unique<NetflixAimd>(NetflixAimd::Params{.min = 3, .timeout = milliseconds(15)}));
  });
  expect_samples("netflix_windowed_short.csv", [](const std::string&) {
    return std::make_unique<NetflixWindowed>(
        NetflixWindowed::Params{.min_window = milliseconds(100),
                                .max_window = milliseconds(160),
                                .threshold = microseconds(90)},
        std::make_unique<NetflixGradient2>(
            NetflixGradient2::Params{.min = 2, .smoothing = 1, .long_window = 8}));
  });
}

// A rule at the door of nothing: the vectors say who comes and when the oldest leave.
class Door {
 public:
  explicit Door(std::unique_ptr<Rule> rule) : rule_(std::move(rule)) {}

  // How many of `count` got in.
  int ask(TimePoint now, int count) {
    const size_t before = inside_.size();
    for (int i = 0; i < count; ++i) {
      if (!rule_->admits(now, in_flight())) {
        rule_->on_turned_away(now);
        continue;
      }
      inside_.push_back({now, in_flight() + 1});
      rule_->on_admitted(now, in_flight());
    }
    return static_cast<int>(inside_.size() - before);
  }
  void leave(TimePoint now, int count, Outcome outcome) {
    for (int i = 0; i < count; ++i) {
      const auto [granted, in_flight_then] = inside_.front();
      rule_->on_finished({granted, now, now, in_flight_then, outcome}, in_flight());
      inside_.pop_front();
    }
  }
  void look(TimePoint now, int per_mille) { rule_->on_busy_share(now, per_mille / 1000.0); }
  int limit() const { return static_cast<int>(rule_->limit()); }

 private:
  int in_flight() const { return static_cast<int>(inside_.size()); }
  std::unique_ptr<Rule> rule_;
  std::deque<std::pair<TimePoint, int>> inside_;  // when they came, and how many were in flight
};

using MakeRule = std::function<std::unique_ptr<Rule>(const std::string& setting)>;

void expect_events(const std::string& file, const MakeRule& make) {
  std::string sequence;
  std::optional<Door> door;
  int rows = 0;
  for_each_row(file, [&](const Fields& fields, int line) {
    if (fields[0] != sequence) {
      sequence = fields[0];
      door.emplace(make(setting_of(sequence)));
    }
    const TimePoint now = TimePoint{} + microseconds(std::stoll(fields[1]));
    const int count = std::stoi(fields[3]);
    int admitted = 0;
    if (fields[2] == "ask") admitted = door->ask(now, count);
    if (fields[2] == "done") door->leave(now, count, Outcome::kSuccess);
    if (fields[2] == "drop") door->leave(now, count, Outcome::kOverload);
    if (fields[2] == "cpu") door->look(now, count);
    EXPECT_EQ(admitted, std::stoi(fields[4])) << file << ":" << line << " " << sequence;
    if (fields[5] != "0") {
      EXPECT_EQ(door->limit(), std::stoi(fields[5])) << file << ":" << line << " " << sequence;
    }
    ++rows;
  });
  EXPECT_GT(rows, 300) << file;
}

TEST(Rivals, AegisBbrAnswersAsTheOriginal) {
  expect_events("aegis_bbr.csv", [](const std::string&) { return std::make_unique<AegisBbr>(); });
}

TEST(Rivals, GoZeroAnswersAsTheOriginal) {
  expect_events("go_zero.csv",
                [](const std::string&) { return std::make_unique<GoZeroShedder>(); });
}

TEST(Rivals, FailsafeAnswersAsTheOriginal) {
  expect_events("failsafe.csv", [](const std::string& setting) {
    if (setting == "defaults") return std::make_unique<FailsafeAdaptive>();
    return std::make_unique<FailsafeAdaptive>(
        FailsafeAdaptive::Params{.initial = 10,
                                 .min = 2,
                                 .max = 60,
                                 .most_over_in_flight = 3,
                                 .min_window = milliseconds(10),
                                 .max_window = milliseconds(80),
                                 .samples = 10,
                                 .baseline_age = 6,
                                 .pairs = 12});
  });
}

}  // namespace
}  // namespace weir::simulator::rivals
