#include <gmock/gmock.h>

#include <atomic>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "proxy/observe/operational_log.h"
#include "proxy/observe/status_server.h"
#include "tests/observe/observed_house.h"

namespace weir::observe {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class StatusRoutesTest : public ObservedHouse {
 protected:
  static PlainReply ask(const std::vector<PlainServer::Route>& routes, const std::string& method,
                        const std::string& path, std::string_view query = {}) {
    for (const auto& route : routes)
      if (route.method == method && route.path == path) return route.answer({query});
    return {.status = 404};
  }
  PlainReply get(const std::string& path, std::string_view query = {}) {
    return ask(status_, "GET", path, query);
  }
  PlainReply admin(const std::string& method, const std::string& path,
                   std::string_view query = {}) {
    return ask(admin_, method, path, query);
  }

  bool draining_ = false;
  int drains_ = 0;
  std::vector<PlainServer::Route> status_ =
      status_routes(sources, metrics, history, timeline, [this] { return draining_; });
  std::vector<PlainServer::Route> admin_ =
      admin_routes(sources, history, timeline,
                   {.config_dump = [] { return "listen: :8080\n"; },
                    .drain = [this] { ++drains_; },
                    .access_log = log_switch});
};

TEST_F(StatusRoutesTest, ADrainingWeirIsAliveButNotReady) {
  const std::vector<std::string> alive{"/livez", "/live", "/ping"};
  const std::vector<std::string> ready{"/readyz", "/ready", "/healthz"};
  for (const auto& path : alive) EXPECT_EQ(get(path).status, 200) << path;
  for (const auto& path : ready) EXPECT_EQ(get(path).status, 200) << path;
  draining_ = true;
  for (const auto& path : alive) EXPECT_EQ(get(path).status, 200) << path;
  for (const auto& path : ready) EXPECT_EQ(get(path).status, 503) << path;
}

TEST_F(StatusRoutesTest, AWeirWithALoopThatDoesNotTurnIsNeitherAliveNorReady) {
  turn();
  pass(seconds(6));
  for (const char* path : {"/livez", "/readyz"}) {
    EXPECT_EQ(get(path).status, 503) << path;
    EXPECT_EQ(get(path).body, "loop 0 has not turned for 5 s\n") << path;
  }
  turn();
  for (const char* path : {"/livez", "/readyz"}) EXPECT_EQ(get(path).status, 200) << path;
}

TEST_F(StatusRoutesTest, ALoopThatTurnsNowAndThenIsNotStuck) {
  for (int i = 0; i < 5; ++i) {
    pass(seconds(4));
    EXPECT_EQ(get("/livez").status, 200);
    turn();
  }
}

TEST_F(StatusRoutesTest, MetricsComeInTheTextFormat) {
  EXPECT_EQ(get("/metrics").type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(get("/metrics").body.find("weir_concurrency_limit 20"), std::string::npos);
  EXPECT_NE(get("/stats/prometheus").body.find("weir_concurrency_limit 20"), std::string::npos);
}

TEST_F(StatusRoutesTest, ThePageAsksNobodyButWeir) {
  const PlainReply page = get("/");
  EXPECT_EQ(page.type, "text/html; charset=utf-8");
  EXPECT_EQ(page.body.find("://"), std::string::npos);
}

TEST_F(StatusRoutesTest, LimitsSayWhatTheLimitIsAndWhy) {
  const json limits = json::parse(get("/limits").body);
  EXPECT_EQ(limits["algorithm"], "gradient");
  EXPECT_EQ(limits["limit"], 20);
  EXPECT_EQ(limits["limit_min"], 2);
  EXPECT_EQ(limits["limit_max"], 30);
  sources.limiter.algorithm = limiters::Algorithm::kFixed;
  sources.limiter.fixed.limit = 7;
  const json fixed = json::parse(get("/limits").body);
  EXPECT_EQ(fixed["limit_min"], 7) << "it cannot move";
  EXPECT_EQ(fixed["limit_max"], 7);
  EXPECT_EQ(limits["in_flight"], 0);
  EXPECT_EQ(limits["waiting"], 0);
  EXPECT_TRUE(limits["max_waiting"].is_number_integer());
  EXPECT_EQ(limits["queue"], "calm");
  EXPECT_EQ(limits["baseline_seconds"], nullptr) << "not known is not zero";
  EXPECT_TRUE(limits["changes"].is_array());
  for (const char* field :
       {"seconds_ago", "from", "to", "cause", "per_second", "peak_places", "samples"})
    EXPECT_TRUE(limits["last_window"].contains(field)) << field;
}

TEST_F(StatusRoutesTest, LimitsShowATimeWithAsManyDigitsAsItHas) {
  permits.publish_queue(milliseconds(300), 3);
  EXPECT_NE(get("/limits").body.find("\"max_wait_seconds\": 0.3,"), std::string::npos);
}

TEST_F(StatusRoutesTest, LimitsTellWhatIsAtTheServiceFromPlacesThatAreOnlyHeld) {
  ASSERT_TRUE(permits.take() && permits.take() && permits.take());
  permits.note_held(2);
  const json limits = json::parse(get("/limits").body);
  EXPECT_EQ(limits["in_flight"], 1);
  EXPECT_EQ(limits["held_places"], 2);
}

TEST_F(StatusRoutesTest, LimitsTellHowManyHaveSteppedAside) {
  permits.note_aside(4);
  EXPECT_EQ(json::parse(get("/limits").body)["stepped_aside"], 4);
}

TEST_F(StatusRoutesTest, PlacesInFlightAndHeldAreNeverMoreThanThereAreWhileTheyChange) {
  while (permits.take()) {
  }
  std::atomic<bool> done = false;
  std::thread service([&] {
    for (int more = 5; !done || more < 0; more = -more) permits.note_held(more);
  });
  int beyond = 0;
  for (int i = 0; i < 1000; ++i) {
    const json limits = json::parse(get("/limits").body);
    if (limits["in_flight"].get<int>() + limits["held_places"].get<int>() != 20) ++beyond;
  }
  done = true;
  service.join();
  EXPECT_EQ(beyond, 0);
}

TEST_F(StatusRoutesTest, LimitsSayThatTheServiceItselfRefuses) {
  overload(4);
  pass(seconds(1));
  EXPECT_EQ(json::parse(get("/limits").body)["overload_answers_per_second"], 4);
}

TEST_F(StatusRoutesTest, ThePageCallsAServiceThatRefusesOverloadedWhateverIsShed) {
  const std::string page = get("/").body;
  const size_t overloaded = page.find("'overloaded'");
  ASSERT_NE(overloaded, std::string::npos);
  EXPECT_LT(page.find("overload_answers_per_second"), overloaded);
  EXPECT_LT(overloaded, page.find("'shedding'"));
}

TEST_F(StatusRoutesTest, LimitsSayHowEachPriorityFares) {
  EXPECT_TRUE(json::parse(get("/limits").body)["priorities"].empty());
  sources.priorities = {"normal", "batch"};
  permits.publish_queue(milliseconds(20), 3, 1);
  ASSERT_TRUE(permits.join(0, 1));
  permits.join_again(0, 1);
  const json batch = json::parse(get("/limits").body)["priorities"][1];
  EXPECT_EQ(batch["name"], "batch");
  EXPECT_EQ(batch["asked"], 0);
  EXPECT_EQ(batch["turned_away"], 0);
  EXPECT_EQ(batch["waiting"], 2) << "one of them not for its first place";
  EXPECT_EQ(batch["most_waiting"], 3);
  EXPECT_DOUBLE_EQ(batch["max_wait_seconds"].get<double>(), 0.02);
  const json normal = json::parse(get("/limits").body)["priorities"][0];
  EXPECT_EQ(normal["most_waiting"], 10) << "max_waiting";
}

TEST_F(StatusRoutesTest, LimitsSayHowManyMayWaitNowAndHowLong) {
  permits.publish_queue(milliseconds(300), std::numeric_limits<int>::max());
  json limits = json::parse(get("/limits").body);
  EXPECT_EQ(limits["most_waiting"], limits["max_waiting"]);
  EXPECT_DOUBLE_EQ(limits["max_wait_seconds"].get<double>(), 0.3);
  permits.publish_queue(milliseconds(20), 3);
  limits = json::parse(get("/limits").body);
  EXPECT_EQ(limits["most_waiting"], 3);
  EXPECT_EQ(limits["max_waiting"], 10);
  EXPECT_DOUBLE_EQ(limits["max_wait_seconds"].get<double>(), 0.02);
  sources.priorities = {"normal", "batch"};
  permits.publish_queue(milliseconds(5), 1, 1);
  EXPECT_EQ(json::parse(get("/limits").body)["most_waiting"], 1) << "of the least important";
}

TEST_F(StatusRoutesTest, LimitsSayThatNobodyIsToldApart) {
  EXPECT_EQ(json::parse(get("/limits").body)["partitions"], nullptr);
}

// Two partitions before a gate of 20: one asks for 5,000 requests a second of 10 ms, the other for
// a hundred.
TEST_F(StatusRoutesTest, LimitsSayWhoAsksForMoreThanItsShare) {
  limiters::PermitPool shared(1, 20, 10, limiters::kPartitions);
  limiters::SamplerShard counts(limiters::kPartitions);
  limiters::Regulator sharing({}, {.partitioned = true}, shared, {&counts}, timeline, [](int) {});
  for (int look = 0; look < 40; ++look) {
    for (int i = 0; i < 250; ++i) counts.partitions().arrived(9);
    for (int i = 0; i < 5; ++i) counts.partitions().arrived(4);
    for (int i = 0; i < 75; ++i) counts.partitions().granted(9);
    for (int i = 0; i < 60; ++i) counts.partitions().given_back(9);
    timeline.run_until(timeline.now() + milliseconds(50));
    for (int i = 0; i < 15; ++i) counts.partitions().given_back(9);
  }
  partitions.note(9, "greedy \xff");
  partitions.note(4, "modest");
  Sources partitioned{.permits = shared,
                      .regulator = sharing,
                      .algorithm = "knee",
                      .partitions = partitions,
                      .shards = {&shard},
                      .pulse = pulse,
                      .access_log = log,
                      .clients = [] { return 0; },
                      .accept_paused = [] { return false; }};
  History past(partitioned, timeline);
  const Metrics scraped(partitioned, past);
  for (const auto& route :
       status_routes(partitioned, scraped, past, timeline, [] { return false; })) {
    if (route.path != "/limits") continue;
    const json told = json::parse(route.answer({}).body)["partitions"];
    EXPECT_EQ(told["over_share"], 1);
    ASSERT_EQ(told["busiest"].size(), 2U);
    const json& first = told["busiest"][0];
    EXPECT_EQ(first["partition"], "greedy \xEF\xBF\xBD") << "no good UTF-8";
    EXPECT_TRUE(first["over_share"]);
    EXPECT_NEAR(first["asked_places"].get<double>(), 50, 5);
    EXPECT_NEAR(first["fair_places"].get<double>(), 19, 1);
    EXPECT_EQ(told["busiest"][1]["partition"], "modest");
    EXPECT_FALSE(told["busiest"][1]["over_share"]);
  }
  EXPECT_THAT(scraped.text(), testing::HasSubstr("weir_partitions_over_share 1\n"));
}

TEST_F(StatusRoutesTest, ChangesComeNewestFirstAndAsManyAsAskedFor) {
  // A full gate of fast answers lets the limit rise.
  for (int i = 0; i < 300; ++i) {
    permits.note_limited();
    for (int n = 0; n < permits.limit(); ++n) ASSERT_TRUE(permits.take());
    for (int n = permits.in_flight(); n > 0; --n) {
      samples.granted(permits.cohort());
      samples.answered({.latency = milliseconds(10),
                        .in_flight = permits.limit(),
                        .outcome = limiters::Outcome::kSuccess},
                       permits.cohort());
      permits.give_back();
    }
    pass(milliseconds(50));
  }
  ASSERT_GE(regulator.decisions().size(), 2u);
  const json all = json::parse(get("/limits", "history=1000").body)["changes"];
  EXPECT_EQ(all.size(), regulator.decisions().size());
  EXPECT_LE(all.front()["seconds_ago"], all.back()["seconds_ago"]);
  EXPECT_EQ(all.front()["to"], permits.limit());
  EXPECT_EQ(json::parse(get("/limits", "history=1").body)["changes"].size(), 1u);
  EXPECT_EQ(json::parse(get("/limits", "history=0").body)["changes"].size(), 0u);
  EXPECT_EQ(json::parse(get("/limits", "other=1").body)["changes"].size(),
            std::min<size_t>(20, all.size()));
}

TEST_F(StatusRoutesTest, AHistoryThatIsNoCountIsRefused) {
  for (const std::string count : {"", "-1", "x", "3x", "1.5", "99999999999999999999"}) {
    const PlainReply reply = get("/limits", "history=" + count);
    EXPECT_EQ(reply.status, 400) << count;
    EXPECT_EQ(reply.body, "history is \"" + count + "\", expected a whole number from 0\n");
    EXPECT_EQ(admin("GET", "/limits", "history=" + count).status, 400) << count;
  }
}

TEST_F(StatusRoutesTest, HistoryIsOnePointPerSecondForFiveMinutes) {
  EXPECT_EQ(json::parse(get("/history").body)["limit"].size(), 0u);
  serve(5);
  shed(2);
  pass(seconds(1));
  json points = json::parse(get("/history").body);
  EXPECT_EQ(points["served_per_second"], json({5.0}));
  EXPECT_EQ(points["shed_per_second"], json({2.0}));
  EXPECT_EQ(points["failed_per_second"], json({0.0}));
  for (const char* column :
       {"limit", "in_flight", "waiting", "p50_seconds", "p99_seconds", "baseline_seconds"})
    EXPECT_EQ(points[column].size(), 1u) << column;
  EXPECT_NEAR(points["p50_seconds"][0].get<double>(), 0.015, 0.005);
  for (int i = 0; i < 400; ++i) pass(seconds(1));
  points = json::parse(get("/history").body);
  EXPECT_EQ(points["served_per_second"].size(), History::kSeconds);
  EXPECT_EQ(points["served_per_second"].back(), 0.0);
}

TEST_F(StatusRoutesTest, AdminShowsWhatIsInForce) {
  EXPECT_EQ(admin("GET", "/config_dump").body, "listen: :8080\n");
  const json server = json::parse(admin("GET", "/server_info").body);
  EXPECT_EQ(server["version"], "1.2.3");
  EXPECT_EQ(server["workers"], 1);
  EXPECT_EQ(server["connections"], 7);
  EXPECT_EQ(json::parse(admin("GET", "/limits").body)["limit"], 20);
}

TEST_F(StatusRoutesTest, HelpNamesEveryRouteOfTheAdminDoor) {
  const std::string help = admin("GET", "/help").body;
  for (const auto& route : admin_) {
    if (route.path == "/help") continue;
    EXPECT_NE(help.find(route.path), std::string::npos) << route.path;
  }
}

TEST_F(StatusRoutesTest, ChangesAreMadeByPostOnly) {
  EXPECT_EQ(admin("GET", "/drain").status, 404);
  EXPECT_EQ(drains_, 0);
  EXPECT_EQ(admin("POST", "/drain").status, 202);
  EXPECT_EQ(drains_, 1);
}

TEST_F(StatusRoutesTest, TheLogLevelIsChangedToALevelThatExists) {
  EXPECT_EQ(admin("POST", "/logging", "level=debug").body, "level debug\n");
  for (const char* query : {"", "level=", "level=loud", "debug"})
    EXPECT_EQ(admin("POST", "/logging", query).status, 400) << query;
  set_log_level("info");
}

}  // namespace
}  // namespace weir::observe
