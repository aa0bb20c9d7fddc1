#include "config/substitution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string expand(std::string_view text) {
  auto result = substitute(text, variables({{"A", "one"}, {"B_2", "$A ${A}"}, {"EMPTY", ""}}));
  if (const auto* fault = std::get_if<SubstitutionFault>(&result)) return "no: " + fault->text;
  return std::get<std::string>(result);
}

TEST(Substitution, PutsVariablesDefaultsAndDollars) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"${A}", "one"},
      {"<${A}${A}>", "<oneone>"},
      {"${B_2}", "$A ${A}"},
      {"${EMPTY}", ""},
      {"${EMPTY:-x}", "x"},
      {"${NONE:-x}", "x"},
      {"${NONE:-}", ""},
      {"${A:-x}", "one"},
      {"${NONE:-a:-b}", "a:-b"},
      {"$$", "$"},
      {"$${A}", "${A}"},
      {"$$$$", "$$"},
      {"$${A}${A}", "${A}one"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(expand(text), expected) << text;
}

TEST(Substitution, WhatCannotBeReplacedIsAFault) {
  const std::string forms = "expected ${NAME}, ${NAME:-default} or $$ for a dollar";
  EXPECT_EQ(expand("${NONE}"),
            "no: variable NONE is not set, expected it in the environment or ${NONE:-default}");
  EXPECT_EQ(expand("a$"), "no: a dollar that begins nothing, " + forms);
  EXPECT_EQ(expand("$A"), "no: a dollar that begins nothing, " + forms);
  EXPECT_EQ(expand("${A"), "no: a dollar that begins nothing, " + forms);
  EXPECT_EQ(expand("${}"), "no: \"\" is not the name of a variable, " + forms);
  EXPECT_EQ(expand("${1A}"), "no: \"1A\" is not the name of a variable, " + forms);
  EXPECT_EQ(expand("${A-x}"), "no: \"A-x\" is not the name of a variable, " + forms);
}

TEST(Substitution, WorksInValuesOfAnyKindButNotInKeysOrComments) {
  const auto environment = variables({{"PORT", "9000"}, {"WORKERS", "4"}, {"LEVEL", "debug"}});
  const Loaded loaded = load_config(
      "# ${NONE}\n"
      "listen: [\"127.0.0.1:${PORT}\", ':${NONE:-81}']\n"
      "workers: ${WORKERS}  # ${NONE}\n"
      "log: {level: \"${LEVEL}\"}\n"
      "exempt: [/a$$b]\n",
      "weir.yaml", environment);
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_EQ(to_string(loaded.config.listen.at(0).address), "127.0.0.1:9000");
  EXPECT_EQ(to_string(loaded.config.listen.at(1).address), ":81");
  EXPECT_EQ(loaded.config.workers, 4);
  EXPECT_EQ(loaded.config.log.level, LogLevel::kDebug);
  EXPECT_THAT(loaded.config.exempt, ElementsAre("/a$b"));
}

TEST(Substitution, AVariableIsCheckedLikeTheTextItself) {
  const auto environment = variables({{"BAD", "a\nb\xff"}, {"EMPTY", ""}, {"YAML", "[1, 2]"}});
  const Loaded loaded = load_config(
      "workers: ${YAML}\n"
      "log: {level: \"${EMPTY}\"}\n"
      "access_log: {path: \"/${BAD}\"}\n"
      "${EMPTY}: 1\n",
      "weir.yaml", environment);
  EXPECT_THAT(
      texts(loaded.faults),
      ElementsAre(
          "weir.yaml:1:10: workers: \"[1, 2]\" is not a whole number, expected a whole "
          "number from 1 to 256",
          "weir.yaml:2:14: log.level: no value, expected trace, debug, info, warn or error",
          "weir.yaml:3:20: access_log.path: \"/a\\x0ab\\xff\" has control characters or bad "
          "UTF-8, expected stdout, stderr or a path that begins with / or ./",
          "weir.yaml:4:1: ${EMPTY}: unknown key, expected listen, workers, drain_seconds, "
          "exempt, priorities, partition_by, backend, client, forwarding, limiter, queue, shed, "
          "status, admin, access_log or log"));
}

}  // namespace
}  // namespace weir::config
