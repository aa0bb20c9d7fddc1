#include "load-tests/origin/service.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::origin {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ServiceTest : public ::testing::Test {
 protected:
  static constexpr TimePoint kStart = TimePoint(seconds(1000));

  void make() { service.emplace(params, kStart); }
  void advance(Duration since_start) { service->advance(kStart + since_start, answers); }
  RequestId arrive(Duration since_start) {
    if (!service) make();
    advance(since_start);
    accepted = service->arrive(++last_id, kStart + since_start);
    return last_id;
  }
  void arrive(int count, Duration since_start) {
    for (int i = 0; i < count; ++i) arrive(since_start);
  }
  // Milliseconds after the start.
  std::vector<double> due() const {
    std::vector<double> all;
    for (const Answer& answer : answers)
      all.push_back(static_cast<double>((answer.due - kStart).count()) / 1e6);
    return all;
  }

  ServiceParams params;
  std::optional<Service> service;
  std::vector<Answer> answers;
  RequestId last_id = 0;
  bool accepted = false;
};

using Times = std::vector<double>;

TEST_F(ServiceTest, TenWorkersOfTenMillisecondsServeExactlyTenThousandInTenSeconds) {
  arrive(20000, Duration(0));
  // Whoever looks is late each time, and never by the same.
  for (Duration now{}; now < seconds(10); now += Duration(13'700'019)) advance(now);
  advance(seconds(10));
  EXPECT_EQ(answers.size(), 10'000u);
  EXPECT_EQ(service->counts().served, 10'000u);
  EXPECT_EQ(service->in_service(), 10u);
  EXPECT_EQ(service->waiting(), 9'990u);
  EXPECT_EQ(answers.back().due, kStart + seconds(10));
}

TEST_F(ServiceTest, LateLooksChangeNothingButTheMomentOfTelling) {
  params.service_time = *ServiceTime::parse("exponential", milliseconds(10));
  const auto run = [&](Duration step) {
    service.reset();
    answers.clear();
    last_id = 0;
    arrive(500, Duration(0));
    for (Duration now{}; now < seconds(2); now += step) advance(now);
    return due();
  };
  const Times often = run(milliseconds(1));
  EXPECT_EQ(often.size(), 500u);
  EXPECT_EQ(run(milliseconds(97)), often);
}

TEST_F(ServiceTest, AnIdleServiceAnswersAfterTheServiceTime) {
  arrive(milliseconds(3));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(13));
  advance(milliseconds(12));
  EXPECT_TRUE(answers.empty());
  advance(milliseconds(20));
  EXPECT_EQ(due(), (Times{13}));
  EXPECT_EQ(answers[0].status, 200);
  EXPECT_FALSE(service->next_due());
}

TEST_F(ServiceTest, NoServiceTimeAnswersAtOnce) {
  params.service_time = *ServiceTime::parse("constant", Duration(0));
  arrive(milliseconds(5));
  advance(milliseconds(5));
  EXPECT_EQ(due(), (Times{5}));
}

TEST_F(ServiceTest, AFullQueueRefuses) {
  params.workers = 2;
  params.queue = 3;
  arrive(5, Duration(0));
  EXPECT_TRUE(accepted);
  arrive(Duration(0));
  EXPECT_FALSE(accepted);
  EXPECT_EQ(service->counts().refused, 1u);
  arrive(milliseconds(10));
  EXPECT_TRUE(accepted);
}

TEST_F(ServiceTest, OneThatLeavesWhileWaitingIsNeverWorkedOn) {
  params.workers = 1;
  arrive(Duration(0));
  const RequestId impatient = arrive(Duration(0));
  arrive(Duration(0));
  service->leave(impatient);
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 20}));
  EXPECT_EQ(answers[1].id, 3u);
  EXPECT_EQ(service->counts().cancelled, 1u);
  EXPECT_EQ(service->counts().served, 2u);
}

TEST_F(ServiceTest, OneThatLeavesWhileWorkedOnKeepsItsWorkerToTheEnd) {
  params.workers = 1;
  const RequestId impatient = arrive(Duration(0));
  arrive(Duration(0));
  service->leave(impatient);
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 20}));
  EXPECT_EQ(service->counts().abandoned, 1u);
  EXPECT_EQ(service->counts().served, 1u);
}

TEST_F(ServiceTest, AStepUpStartsThoseWaitingAtThatMoment) {
  params.workers = 1;
  params.steps = {{milliseconds(15), 3}};
  arrive(4, Duration(0));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(10));
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 20, 25, 25}));
  EXPECT_EQ(service->counts().most_in_service, 3u);
}

TEST_F(ServiceTest, AStepDownLetsThoseWorkedOnEnd) {
  params.workers = 3;
  params.steps = {{milliseconds(5), 1}};
  arrive(5, Duration(0));
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 10, 10, 20, 30}));
}

TEST_F(ServiceTest, AStepToNoWorkersStallsUntilTheNext) {
  params.workers = 1;
  params.steps = {{milliseconds(5), 0}, {milliseconds(50), 1}};
  arrive(2, Duration(0));
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 60}));
}

TEST_F(ServiceTest, APauseDelaysTheWorkOverWhichItFalls) {
  params.workers = 1;
  params.pause_every = milliseconds(100);
  params.pause_length = milliseconds(40);
  arrive(2, milliseconds(95));
  arrive(milliseconds(120));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(145));
  advance(seconds(1));
  EXPECT_EQ(due(), (Times{145, 155, 165}));
}

TEST_F(ServiceTest, WorkThatEndsWhereAPauseBeginsHasEndedBefore) {
  params.pause_every = milliseconds(100);
  params.pause_length = milliseconds(40);
  arrive(milliseconds(90));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(100));
  advance(milliseconds(101));
  EXPECT_EQ(due(), (Times{100}));
}

TEST_F(ServiceTest, PausesTakeTheirShareOfTheCapacity) {
  params.pause_every = seconds(1);
  params.pause_length = milliseconds(250);
  arrive(20000, Duration(0));
  advance(seconds(10));
  // Nine pauses have ended by then; the tenth begins.
  EXPECT_EQ(answers.size(), 10'000u - 9 * 250);
}

TEST_F(ServiceTest, TheShareThatFailsTakesItsOwnTime) {
  params.failures = {.share = 0.2, .status = 502, .time = milliseconds(1)};
  params.workers = 100000;
  arrive(10000, Duration(0));
  advance(milliseconds(1));
  for (const Answer& answer : answers) EXPECT_EQ(answer.status, 502);
  EXPECT_NEAR(static_cast<double>(answers.size()), 2000, 150);
  EXPECT_EQ(service->counts().failed, answers.size());
  advance(milliseconds(10));
  EXPECT_EQ(answers.size(), 10000u);
  EXPECT_EQ(answers.back().status, 200);
}

TEST_F(ServiceTest, WhoIsAnsweredAsideTakesNoWorkerAndWaitsForNobody) {
  params.workers = 1;
  params.steps = {{.at = milliseconds(5), .aside = Aside{.share = 1, .status = 500}},
                  {.at = milliseconds(8), .aside = Aside{.share = 0}}};
  arrive(2, Duration(0));
  arrive(milliseconds(6));
  arrive(milliseconds(9));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(10));
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{7, 10, 20, 30}));
  EXPECT_EQ(answers[0].status, 500);
  EXPECT_EQ(service->counts().failed, 1u);
  EXPECT_EQ(service->counts().served, 3u);
}

TEST_F(ServiceTest, ADelayOutsideHoldsNoWorker) {
  params.workers = 1;
  params.outside = milliseconds(100);
  arrive(3, Duration(0));
  advance(milliseconds(50));
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(service->in_service(), 0u);
  EXPECT_EQ(service->next_due(), kStart + milliseconds(110));
  service->leave(2);
  advance(milliseconds(200));
  EXPECT_EQ(due(), (Times{110, 120, 130}));
  EXPECT_EQ(service->counts().abandoned, 1u);
  EXPECT_EQ(service->counts().served, 2u);
}

TEST_F(ServiceTest, AStepOfTheServiceTimeHoldsForThoseWhoComeLater) {
  params.workers = 1;
  params.steps = {{.at = milliseconds(5), .mean = milliseconds(30)}};
  arrive(2, Duration(0));
  arrive(milliseconds(6));
  advance(milliseconds(100));
  EXPECT_EQ(due(), (Times{10, 20, 50}));
}

TEST_F(ServiceTest, AStallHoldsAllWorkAndThenItGoesOn) {
  params.workers = 1;
  params.stalls = {{milliseconds(15), milliseconds(100)}, {milliseconds(115), milliseconds(10)}};
  params.steps = {{.at = milliseconds(60), .workers = 2}};
  arrive(4, Duration(0));
  EXPECT_EQ(service->next_due(), kStart + milliseconds(10));
  advance(seconds(1));
  EXPECT_EQ(due(), (Times{10, 130, 135, 140}));
}

TEST_F(ServiceTest, TheSameSeedGivesTheSameAnswers) {
  params.service_time = *ServiceTime::parse("lognormal(1)", milliseconds(10));
  params.failures.share = 0.3;
  const auto run = [&](uint64_t seed) {
    params.seed = seed;
    service.reset();
    answers.clear();
    arrive(200, Duration(0));
    advance(seconds(10));
    return due();
  };
  const Times first = run(7);
  EXPECT_EQ(run(7), first);
  EXPECT_NE(run(8), first);
}

TEST_F(ServiceTest, SharedWorkersWithThrashCollapseUnderTwiceTheirLoad) {
  params.sharing = Sharing::kSharing;
  params.thrash = 0.02;
  const auto served_in_time = [&](Duration gap) {
    service.reset();
    answers.clear();
    std::vector<Duration> arrived;
    for (Duration now{}; now < seconds(5); now += gap) {
      arrive(now);
      arrived.push_back(now);
    }
    advance(seconds(5));
    uint64_t good = 0;
    for (const Answer& answer : answers)
      good += answer.due - kStart - arrived[answer.id - 1] < milliseconds(100) ? 1 : 0;
    last_id = 0;
    return good;
  };
  const uint64_t light = served_in_time(Duration(1'430'000));  // 0.7 of the capacity
  const uint64_t heavy = served_in_time(Duration(500'000));    // twice the capacity
  EXPECT_GT(light, 3450u);
  EXPECT_LT(heavy, 500u);
}

}  // namespace
}  // namespace weir::origin
