#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "limiters/limit_algorithm.h"
#include "proxy/exchange/ending.h"
#include "proxy/observe/access_line.h"
#include "proxy/observe/status_server.h"
#include "tests/observe/observed_house.h"

// deploy/WORDS.md says what each word that weir shows means, and of the words of requests no other.
namespace weir::observe {
namespace {

using exchange::word_of;
using limiters::word_of;
using Words = std::set<std::string>;
using LimitsWordsTest = ObservedHouse;

// What stands in `…` in the first column of the table under the heading that begins so.
Words explained(const std::string& heading) {
  std::ifstream file(WEIR_WORDS);
  EXPECT_TRUE(file) << WEIR_WORDS;
  Words words;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line.starts_with("## " + heading);
    if (!inside || !line.starts_with("| `")) continue;
    std::istringstream parts(line.substr(0, line.find(" | ")));
    std::string part;
    for (bool quoted = false; std::getline(parts, part, '`'); quoted = !quoted)
      if (quoted) words.insert(part);
  }
  return words;
}

template <typename Enumeration>
Words words_of(size_t count) {
  Words words;
  for (size_t i = 0; i < count; ++i)
    words.insert(std::string(word_of(static_cast<Enumeration>(i))));
  return words;
}

TEST(WordsTest, EveryCauseIsExplained) {
  const Words known = explained("Cause");
  for (const std::string& cause : words_of<limiters::Cause>(limiters::kCauses))
    EXPECT_TRUE(known.contains(cause)) << cause;
}

TEST_F(LimitsWordsTest, LimitsShowEveryPlaceThatIsExplained) {
  for (const auto& route :
       status_routes(sources, metrics, history, timeline, [] { return false; })) {
    if (route.path != "/limits") continue;
    const nlohmann::json limits = nlohmann::json::parse(route.answer({}).body);
    for (const std::string& word : explained("Places")) EXPECT_TRUE(limits.contains(word)) << word;
  }
  for (const char* word : {"held_places", "stepped_aside", "slow_readers", "tunnels",
                           "event_streams", "exempt_in_flight"})
    EXPECT_TRUE(explained("Places").contains(word)) << word;
}

// Of what is nested, too.
void add_keys(const nlohmann::json& value, Words& keys) {
  for (const auto& [key, inner] : value.items()) {
    if (value.is_object()) keys.insert(key);
    if (inner.is_structured()) add_keys(inner, keys);
  }
}

TEST_F(LimitsWordsTest, EveryKeyOfLimitsIsExplained) {
  sources.priorities = {"normal"};
  Words known = explained("Places");
  known.merge(explained("Figures"));
  known.merge(Words{"cause", "name", "over_share"});  // in their own tables, or beside others
  for (const auto& route :
       status_routes(sources, metrics, history, timeline, [] { return false; })) {
    if (route.path != "/limits") continue;
    Words keys;
    add_keys(nlohmann::json::parse(route.answer({}).body), keys);
    EXPECT_GT(keys.size(), 30u);
    for (const std::string& key : keys) EXPECT_TRUE(known.contains(key)) << key;
  }
}

TEST(WordsTest, EveryReasonIsExplained) {
  EXPECT_EQ(explained("Reason"), words_of<limiters::Rejection>(limiters::kRejections));
}

TEST(WordsTest, EveryEndingIsExplained) {
  EXPECT_EQ(explained("Ending"), words_of<exchange::Ending>(exchange::kEndings));
}

TEST(WordsTest, EveryStageARequestCanEndInIsExplained) {
  EXPECT_EQ(explained("Stage"),
            words_of<exchange::Stage>(static_cast<size_t>(exchange::Stage::kEnded)));
}

TEST(WordsTest, EveryFieldOfTheAccessLogIsExplained) {
  const limiters::Duration second = std::chrono::seconds(1);
  std::string text;
  AccessLine().append(text,
                      {.ending = exchange::Ending::kRejected,
                       .rejection = limiters::Rejection::kShed,
                       .stage = exchange::Stage::kWaiting,
                       .method = "GET",
                       .target = "/",
                       .authority = "a",
                       .peer_address = "b",
                       .request_id = "c",
                       .version = "h1.1",
                       .error_text = "d",
                       .status = 503,
                       .request_bytes = 1,
                       .response_bytes = 1,
                       .total = second,
                       .queue_wait = second,
                       .connect = second,
                       .backend = second,
                       .retry_after_seconds = 1,
                       .limit = 1,
                       .in_flight = 1,
                       .waiting = 1,
                       .priority = 1,
                       .priority_name = "e",
                       .partition_name = "f",
                       .exempt = true,
                       .retried = true},
                      0);
  Words fields;
  const nlohmann::json line = nlohmann::json::parse(text);
  for (const auto& [name, value] : line.items()) fields.insert(name);
  EXPECT_EQ(explained("Fields"), fields);
}

}  // namespace
}  // namespace weir::observe
