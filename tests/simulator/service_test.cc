#include "load-tests/simulator/service.h"

#include <gtest/gtest.h>

#include <optional>

namespace weir::simulator {
namespace {

using limiters::from_seconds;
using limiters::TimePoint;
using limiters::to_seconds;

class ServiceTest : public ::testing::Test {
 protected:
  class Visit final : public Job {
   public:
    Visit(ServiceTest& test, double seconds) : test_(test) { work_seconds = seconds; }
    void on_reply(Reply) override { replied_at = test_.now(); }
    std::optional<double> replied_at;

   private:
    ServiceTest& test_;
  };

  // One worker, or one processor that all share.
  Service& open(Discipline discipline, GoneCaller gone_caller) {
    world_.conditions = {{.workers = 1, .service_seconds = 0.010}};
    world_.discipline = discipline;
    world_.gone_caller = gone_caller;
    service_ = make_service(world_, timeline_);
    return *service_;
  }
  double now() const { return to_seconds(timeline_.now() - TimePoint{}); }
  void run_until(double seconds) { timeline_.run_until(TimePoint{} + from_seconds(seconds)); }

  World world_;
  limiters::Timeline timeline_{TimePoint{}};
  std::unique_ptr<Service> service_;
};

class BothServices : public ServiceTest, public ::testing::WithParamInterface<Discipline> {};

TEST_P(BothServices, WorkOnToTheEndForACallerWhoHasGone) {
  Service& service = open(GetParam(), GoneCaller::kWorksOn);
  Visit gone(*this, 0.010), next(*this, 0.010);
  service.enter(gone);
  run_until(0.004);
  EXPECT_FALSE(service.leave(gone));
  service.enter(next);
  EXPECT_EQ(service.inside(), 2);
  run_until(0.100);
  EXPECT_EQ(service.inside(), 0);
  // Shared, the one has 6 ms of work left and the other 10.
  const bool shared = GetParam() == Discipline::kSharing;
  EXPECT_NEAR(gone.replied_at.value(), shared ? 0.016 : 0.010, 1e-6);
  EXPECT_NEAR(next.replied_at.value(), 0.020, 1e-6);
}

TEST_P(BothServices, MayBeOnesThatStopWhenTheirCallerGoes) {
  Service& service = open(GetParam(), GoneCaller::kStops);
  Visit gone(*this, 0.010), next(*this, 0.010);
  service.enter(gone);
  run_until(0.004);
  EXPECT_TRUE(service.leave(gone));
  service.enter(next);
  EXPECT_EQ(service.inside(), 1);
  run_until(0.100);
  EXPECT_FALSE(gone.replied_at);
  EXPECT_NEAR(next.replied_at.value(), 0.014, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(All, BothServices,
                         ::testing::Values(Discipline::kFifo, Discipline::kSharing),
                         [](const auto& kind) {
                           return kind.param == Discipline::kFifo ? "Fifo" : "Sharing";
                         });

TEST_F(ServiceTest, NobodyWorksForACallerWhoGoesBeforeHisTurn) {
  Service& service = open(Discipline::kFifo, GoneCaller::kWorksOn);
  Visit first(*this, 0.010), gone(*this, 0.010), last(*this, 0.010);
  for (Visit* each : {&first, &gone, &last}) service.enter(*each);
  EXPECT_TRUE(service.leave(gone));
  run_until(0.100);
  EXPECT_FALSE(gone.replied_at);
  EXPECT_NEAR(last.replied_at.value(), 0.020, 1e-6);
}

TEST_F(ServiceTest, TheNewestMayGoFirst) {
  Service& service = open(Discipline::kLifo, GoneCaller::kWorksOn);
  Visit first(*this, 0.010), second(*this, 0.010), third(*this, 0.010);
  for (Visit* each : {&first, &second, &third}) service.enter(*each);
  run_until(0.100);
  EXPECT_NEAR(first.replied_at.value(), 0.010, 1e-6) << "nobody else was there";
  EXPECT_NEAR(third.replied_at.value(), 0.020, 1e-6);
  EXPECT_NEAR(second.replied_at.value(), 0.030, 1e-6);
}

TEST_F(ServiceTest, OneOfSeveralQueuesIsFullWhileAnotherHasNobody) {
  world_.conditions = {{.workers = 2}};
  world_.queues = 2;
  service_ = make_service(world_, timeline_);
  Visit first(*this, 0.010), second(*this, 0.010), elsewhere(*this, 0.010);
  elsewhere.queue = 1;
  for (Visit* each : {&first, &second}) service_->enter(*each);
  run_until(0.005);
  service_->enter(elsewhere);
  run_until(0.100);
  EXPECT_NEAR(first.replied_at.value(), 0.010, 1e-6);
  EXPECT_NEAR(second.replied_at.value(), 0.020, 1e-6) << "behind the first";
  EXPECT_NEAR(elsewhere.replied_at.value(), 0.015, 1e-6);
}

TEST_F(ServiceTest, WhoLeavesOneOfSeveralQueuesMakesRoomInThatOne) {
  world_.conditions = {{.workers = 2}};
  world_.queues = 2;
  world_.gone_caller = GoneCaller::kStops;
  service_ = make_service(world_, timeline_);
  Visit first(*this, 0.010), second(*this, 0.010);
  for (Visit* each : {&first, &second}) service_->enter(*each);
  run_until(0.005);
  EXPECT_TRUE(service_->leave(first));
  run_until(0.100);
  EXPECT_NEAR(second.replied_at.value(), 0.015, 1e-6);
}

TEST_F(ServiceTest, AWorkerWhoStandsStillStaysWithACallerWhoHasGone) {
  world_.conditions = {{.workers = 1, .stalled = 1}};
  Conditions later = world_.conditions.front();
  later.from_seconds = 0.050;
  later.stalled = 0;
  world_.conditions.push_back(later);
  service_ = make_service(world_, timeline_);
  Visit gone(*this, 0.010), next(*this, 0.010);
  service_->enter(gone);
  service_->enter(next);
  run_until(0.030);
  EXPECT_FALSE(service_->leave(gone));
  run_until(0.050);
  service_->refresh();
  run_until(0.100);
  EXPECT_NEAR(gone.replied_at.value(), 0.050, 1e-6);
  EXPECT_NEAR(next.replied_at.value(), 0.060, 1e-6);
}

}  // namespace
}  // namespace weir::simulator
