#include "load-tests/simulator/page.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace weir::simulator {
namespace {

using Json = nlohmann::json;

BenchSpec spec_of(int trace_steps) {
  Scenario scenario;
  scenario.name = "s";
  scenario.title = "A service of </script> four";
  scenario.seeds = 2;
  scenario.bars = {{.score = "goodput_share", .at_least = 0.9, .at_most = {}}};
  World world;
  world.name = "one";
  world.seconds = 20;
  world.warm_up_seconds = 4;
  world.conditions = {{.workers = 4, .load = 2}};
  scenario.worlds = {world, world};
  scenario.worlds.back().name = "two";
  scenario.worlds.back().step_seconds = 10;
  scenario.worlds.back().conditions.push_back({.from_seconds = 10, .workers = 8, .load = 2});
  return {.scenarios = {scenario},
          .limiters = {"knee", "fixed:1"},
          .shorter = 0.5,
          .trace_steps = trace_steps};
}

std::string page_of(const BenchSpec& spec) { return to_page(spec, run_bench(spec, nullptr)); }

// What stands between the first of the one and the next of the other.
std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const size_t begin = text.find(open) + open.size();
  return text.substr(begin, text.find(close, begin) - begin);
}

Json data_of(const std::string& page) {
  return Json::parse(between(page, "id=\"data\">", "</script>"));
}

// Brackets pair, strings, templates and patterns end: as far as one sees without an engine.
class Script {
 public:
  explicit Script(std::string text) : text_(std::move(text)) {}
  bool is_whole() { return code('\0') && at_ == text_.size(); }

 private:
  // Up to the bracket that closes, or the end.
  bool code(char close) {
    while (at_ < text_.size()) {
      const char is = text_[at_++];
      if (is == close) return true;
      const size_t opens = std::string_view("([{").find(is);
      if (opens != std::string_view::npos && !code(")]}"[opens])) return false;
      if (std::string_view(")]}").find(is) != std::string_view::npos) return false;
      if ((is == '\'' || is == '"') && !quoted(is)) return false;
      if (is == '`' && !templated()) return false;
      if (is == '/' && text_[at_] == '/') at_ = text_.find('\n', at_);
      if (is == '/' && std::string_view("(,=").find(text_[at_ - 2]) != std::string_view::npos &&
          !quoted('/'))
        return false;
    }
    return close == '\0';
  }
  bool quoted(char end) {
    while (at_ < text_.size() && text_[at_] != '\n') {
      const char is = text_[at_++];
      if (is == end) return true;
      if (is == '\\') ++at_;
    }
    return false;
  }
  bool templated() {
    while (at_ < text_.size()) {
      const char is = text_[at_++];
      if (is == '`') return true;
      if (is == '$' && text_[at_] == '{' && (++at_, !code('}'))) return false;
    }
    return false;
  }

  const std::string text_;
  size_t at_ = 0;
};

TEST(Page, HoldsEveryCellAndItsTrace) {
  const Json data = data_of(page_of(spec_of(200)));
  EXPECT_EQ(data["limiters"], Json({"knee", "fixed:1"}));
  const Json& scenario = data["scenarios"][0];
  EXPECT_EQ(scenario["title"], "A service of </script> four");
  EXPECT_EQ(scenario["seeds"], 2);
  ASSERT_EQ(scenario["worlds"].size(), 2U);
  for (const Json& world : scenario["worlds"]) {
    EXPECT_EQ(world["seconds"], 10);
    EXPECT_EQ(world["warm_up"], 2);
    EXPECT_EQ(world["capacity"].size(), 200U);
    ASSERT_EQ(world["cells"].size(), 2U);
    for (const Json& cell : world["cells"])
      for (const char* line :
           {"limit", "in_flight", "waiting", "offered", "goodput", "shed", "p50", "p99"})
        EXPECT_EQ(cell[line].size(), 200U) << line;
  }
  const Json& starved = scenario["worlds"][0]["cells"][1];
  EXPECT_EQ(starved["limit"][199], 1);
  EXPECT_TRUE(starved["missed"][0].get<std::string>().starts_with("goodput_share "));
  EXPECT_EQ(starved["scores"]["converge_seconds"], nullptr);
  EXPECT_EQ(scenario["worlds"][1]["cells"][1]["scores"]["converge_seconds"], "never");
  EXPECT_FALSE(scenario["worlds"][0]["cells"][0]["why"].empty());
}

TEST(Page, KnowsWhatTheServiceCanDoOverTime) {
  const Json data = data_of(page_of(spec_of(100)));
  const Json& changing = data["scenarios"][0]["worlds"][1];
  EXPECT_EQ(changing["step"], 5);
  EXPECT_EQ(changing["workers"][49], 4);
  EXPECT_EQ(changing["workers"][50], 8);
  EXPECT_EQ(changing["capacity"][0], 400);
  EXPECT_EQ(changing["capacity"][99], 800);
}

TEST(Page, ALongTraceIsThinnedAndKeepsItsRates) {
  const BenchSpec spec = spec_of(900);
  const BenchResult result = run_bench(spec, nullptr);
  const Json world = data_of(to_page(spec, result))["scenarios"][0]["worlds"][0];
  EXPECT_DOUBLE_EQ(world["step_seconds"], 10.0 / 900 * 5);
  const Json& cell = world["cells"][0];
  ASSERT_EQ(cell["goodput"].size(), 180U);
  double thinned = 0, whole = 0;
  for (const Json& each : cell["goodput"]) thinned += each.get<double>() / 180;
  for (const TraceStep& step : result.cells[0].trace.steps) whole += step.goodput_per_second / 900;
  EXPECT_NEAR(thinned, whole, 0.005 * whole);
}

TEST(Page, IsOneDocumentThatAsksNobody) {
  const std::string page = page_of(spec_of(50));
  for (const char* outside : {"http:", "https:", "src=", "@import", "url(//", "fetch(", "@DATA@"})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</script></body></html>\n"));
}

TEST(Page, TheScriptIsWholeAndReadsWhatTheDataHas) {
  const std::string page = page_of(spec_of(50));
  const std::string script = between(page, "<script>", "</script>");
  EXPECT_TRUE(Script(script).is_whole());
  EXPECT_FALSE(Script(script + ")").is_whole());
  EXPECT_FALSE(Script("f(`${a(}`)").is_whole());
  const Json data = data_of(page);
  const Json& world = data["scenarios"][0]["worlds"][0];
  for (const auto& [name, value] : world["cells"][0]["scores"].items())
    EXPECT_NE(script.find(name), std::string::npos) << name;
  for (const char* of : {"'in_flight'", "'waiting'", "'workers'", "'capacity'", "'deadline'"})
    EXPECT_NE(script.find(of), std::string::npos) << of;
}

TEST(Page, IsWrittenOrSaysWhyNot) {
  const std::string path = ::testing::TempDir() + "weir-page-" + std::to_string(::getpid());
  std::ofstream(path) << "before";
  EXPECT_EQ(page_fault(path), std::nullopt);
  std::stringstream kept, written;
  kept << std::ifstream(path).rdbuf();
  EXPECT_EQ(kept.str(), "before");
  EXPECT_EQ(write_page(path, "page"), std::nullopt);
  written << std::ifstream(path).rdbuf();
  EXPECT_EQ(written.str(), "page");
  std::remove(path.c_str());
  EXPECT_EQ(*page_fault("/nowhere/page.html"),
            "/nowhere/page.html: cannot be written: No such file or directory");
  EXPECT_EQ(*write_page("/dev/full", "page"),
            "/dev/full: cannot be written: No space left on device");
}

}  // namespace
}  // namespace weir::simulator
