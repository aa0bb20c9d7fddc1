#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/config/loading.h"

namespace weir::config {
namespace {

using testing::IsEmpty;

TEST(Example, LoadsWithoutFaultsAndWarnings) {
  Loaded loaded = load_config_file(WEIR_EXAMPLE_CONFIG, variables({}));
  check_complete(loaded);
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_THAT(texts(loaded.warnings), IsEmpty());
}

TEST(Example, HasEveryKey) {
  const Loaded loaded = load(example_text());
  for (const Key& key : key_table()) {
    EXPECT_TRUE(loaded.provenance.contains(key.path)) << key.path;
  }
}

TEST(Example, ShowsTheDefaults) {
  auto expected = values(Config());
  expected["listen"] = {"0.0.0.0:8080"};
  expected["backend.address"] = {"127.0.0.1:9000"};
  EXPECT_EQ(values(load(example_text()).config), expected);
}

TEST(KeyTable, DescribesEveryKeyOnce) {
  std::set<std::string_view> paths;
  for (const Key& key : key_table()) {
    EXPECT_TRUE(paths.insert(key.path).second) << key.path;
    EXPECT_THAT(key.doc, testing::EndsWith(".")) << key.path;
    EXPECT_THAT(key.expected, testing::Not(IsEmpty())) << key.path;
  }
}

TEST(KeyTable, EveryDefaultIsReadBackFromItsOwnText) {
  for (const Key& key : key_table()) {
    if (key.path == "listen" || key.path == "backend.address") continue;
    SCOPED_TRACE(key.path);
    Config config;
    const auto before = key.write(config);
    if (key.shape == Shape::kList) key.clear(config);
    for (const std::string& text : before) EXPECT_EQ(key.read(config, text), std::nullopt);
    EXPECT_EQ(key.write(config), before);
  }
}

}  // namespace
}  // namespace weir::config
