#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/observe/status_server.h"
#include "tests/observe/observed_house.h"

namespace weir::observe {
namespace {

using nlohmann::json;
using std::chrono::seconds;

class AccessLogRoutesTest : public ObservedHouse {
 protected:
  PlainReply ask(const std::string& method, const std::string& query = {}) {
    PlainReply told{.status = 404};
    for (const auto& route : admin_)
      if (route.method == method && route.path == "/access_log")
        told = route.answer({.text = query, .peer = "127.0.0.1:4711"});
    if (!told.later) return told;
    const auto later = std::exchange(told.later, nullptr);
    later([&told](const PlainReply& reply) { told = reply; });
    return told;
  }
  // What it is told, once that is known; its status is 0 before.
  std::shared_ptr<PlainReply> ask_for_later(const std::string& query) {
    auto told = std::make_shared<PlainReply>(PlainReply{.status = 0});
    for (const auto& route : admin_)
      if (route.method == "POST" && route.path == "/access_log")
        route.answer({.text = query, .peer = "127.0.0.1:4711"})
            .later([told](const PlainReply& reply) { *told = reply; });
    return told;
  }
  json shown() { return json::parse(ask("GET").body); }

  std::vector<PlainServer::Route> admin_ =
      admin_routes(sources, history, timeline,
                   {.config_dump = [] { return ""; }, .drain = [] {}, .access_log = log_switch});
};

TEST_F(AccessLogRoutesTest, ShowsWhatIsInForceAndWhatIsConfigured) {
  EXPECT_EQ(shown(), json::parse(R"({"mode": "off", "configured_mode": "off", "told_by": null,
                                     "seconds_left": null, "path": "stdout", "dropped_lines": 0})"));
  ask("POST", "mode=errors&for_seconds=300");
  pass(seconds(1));
  EXPECT_EQ(shown(),
            json::parse(R"({"mode": "errors", "configured_mode": "off", "told_by": "127.0.0.1:4711",
                            "seconds_left": 299, "path": "stdout", "dropped_lines": 0})"));
}

TEST_F(AccessLogRoutesTest, ChangesTheModeUntilItIsChangedAgain) {
  EXPECT_EQ(ask("POST", "mode=all").body, "mode all\n");
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
  EXPECT_EQ(ask("POST", "mode=errors").body, "mode errors\n");
  EXPECT_EQ(ask("POST", "mode=off").body, "mode off\n");
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
}

TEST_F(AccessLogRoutesTest, ChangesTheModeForAWhile) {
  EXPECT_EQ(ask("POST", "mode=errors&for_seconds=300").body, "mode errors for 300 s, then off\n");
  pass(seconds(300));
  EXPECT_EQ(shown()["mode"], "off");
}

TEST_F(AccessLogRoutesTest, SaysWhatWasFoundAndWhatWasExpected) {
  for (const std::string word : {"", "on", "ALL", "error", "all "}) {
    const PlainReply reply = ask("POST", "mode=" + word);
    EXPECT_EQ(reply.status, 400) << word;
    EXPECT_EQ(reply.body, "mode is \"" + word + "\", expected off, errors or all\n");
  }
  EXPECT_EQ(ask("POST").body, "mode is \"\", expected off, errors or all\n");
  for (const std::string time : {"", "0", "-1", "5m", "1.5", "86401", "99999999999999999999"}) {
    const PlainReply reply = ask("POST", "mode=all&for_seconds=" + time);
    EXPECT_EQ(reply.status, 400) << time;
    EXPECT_EQ(reply.body,
              "for_seconds is \"" + time + "\", expected a whole number from 1 to 86400\n");
  }
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
}

TEST_F(AccessLogRoutesTest, SaysWhyTheLogCannotBeOpened) {
  why_log_stays_shut = "cannot open the access log /no/such/place: No such file or directory";
  const PlainReply reply = ask("POST", "mode=all");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, why_log_stays_shut + "\n");
  EXPECT_EQ(shown()["mode"], "off");
}

TEST_F(AccessLogRoutesTest, AChangeThatALaterOneHasOvertakenIsAConflictAndNoFailure) {
  log_opens_at_once = false;
  const auto all = ask_for_later("mode=all"), errors = ask_for_later("mode=errors");
  EXPECT_EQ(all->status, 409);
  EXPECT_EQ(all->body, "nothing done: a later change counts (mode errors, by 127.0.0.1:4711)\n");
  EXPECT_EQ(errors->status, 0) << "it waits for the path";
  open_log("");
  EXPECT_EQ(errors->status, 200);
  EXPECT_EQ(log.mode(), AccessLogMode::kErrors);
}

}  // namespace
}  // namespace weir::observe
