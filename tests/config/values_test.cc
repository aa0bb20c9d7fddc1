#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/value_kinds.h"
#include "tests/config/loading.h"

namespace weir::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Durations, AreReadExactlyAndWrittenInTheLargestUnitThatFits) {
  constexpr DurationKind kAny{Duration::zero(), hours(100'000), "1s"};
  const struct {
    const char* text;
    Duration value;
    const char* written;
  } cases[] = {
      {"0s", Duration::zero(), "0s"},
      {"1ns", nanoseconds(1), "1ns"},
      {"100us", nanoseconds(100'000), "100us"},
      {"1500ms", milliseconds(1500), "1500ms"},
      {"1.5s", milliseconds(1500), "1500ms"},
      {"1m30s", seconds(90), "90s"},
      {"1h0m1s", seconds(3601), "3601s"},
      {"0.1h", seconds(360), "6m"},
      {"60m", hours(1), "1h"},
      {"0.000000001s", nanoseconds(1), "1ns"},
      {"99999h", hours(99'999), "99999h"},
  };
  for (const auto& [text, value, written] : cases) {
    SCOPED_TRACE(text);
    Duration read = nanoseconds(77);
    EXPECT_EQ(kAny.read(text, read), std::nullopt);
    EXPECT_EQ(read, value);
    EXPECT_EQ(DurationKind::write(read), written);
    Duration again{};
    EXPECT_EQ(kAny.read(written, again), std::nullopt);
    EXPECT_EQ(again, value);
  }
}

TEST(Durations, WhatIsNotOneIsSaid) {
  constexpr DurationKind kSome{milliseconds(1), hours(1), "5s"};
  const std::string expected = ", expected a duration from 1ms to 1h, such as 5s";
  const struct {
    const char* text;
    const char* trouble;
  } cases[] = {
      {"5", "has no unit"},
      {"0", "has no unit"},
      {"1.5", "has no unit"},
      {"1m30", "has no unit at its end"},
      {"5sec", "has the unknown unit \"sec\" (known: h, m, s, ms, us, ns)"},
      {"5 s", "has the unknown unit \" s\" (known: h, m, s, ms, us, ns)"},
      {"30s1m", "has its units out of order"},
      {"1s1s", "has its units out of order"},
      {"-1s", "is not a number with a unit"},
      {"+1s", "is not a number with a unit"},
      {".5s", "is not a number with a unit"},
      {"1.s", "is not a number with a unit"},
      {"fast", "is not a number with a unit"},
      {"999us", "is out of range"},
      {"61m", "is out of range"},
      {"99999999999999999999999h", "is out of range"},
  };
  for (const auto& [text, trouble] : cases) {
    Duration untouched = seconds(7);
    EXPECT_EQ(kSome.read(text, untouched), quoted(text) + " " + std::string(trouble) + expected);
    EXPECT_EQ(untouched, seconds(7));
  }
}

TEST(PriorityTexts, HaveANameAndPerhapsACondition) {
  for (const char* text : {"a", "a when path /b", "a when header x-b", "a when header x-b=c d=e"}) {
    PriorityConfig read;
    EXPECT_EQ(PriorityKind::read(text, read), std::nullopt) << text;
    EXPECT_EQ(PriorityKind::write(read), text);
    EXPECT_EQ(read.name, "a");
  }
  PriorityConfig field;
  PriorityKind::read("a when header x-b=c d=e", field);
  EXPECT_EQ(field.header, "x-b");
  EXPECT_EQ(field.value, "c d=e");
  for (const char* text : {"", "a b", "a when", "a when /b", "a when path b", "a when path /b?c",
                           "a when header", "a when header b c", "a when header b=",
                           " when path /b", "a when Path /b", "a  when path /b"}) {
    PriorityConfig untouched{.name = "old", .path = {}, .header = {}, .value = {}};
    EXPECT_EQ(PriorityKind::read(text, untouched),
              quoted(text) + " does not fit, expected " + PriorityKind::expected())
        << text;
    EXPECT_EQ(untouched.name, "old");
  }
}

TEST(PartitionTexts, AreAWordOrAField) {
  for (const char* text : {"none", "client_address", "header X-Tenant"}) {
    PartitionConfig read;
    EXPECT_EQ(PartitionKind::read(text, read), std::nullopt) << text;
    EXPECT_EQ(PartitionKind::write(read), text);
  }
  for (const char* text : {"", "header", "header ", "header a b", "client_adress", "Header x",
                           "header x=y", "x-tenant"}) {
    PartitionConfig untouched{.client_address = false, .header = "old"};
    EXPECT_EQ(PartitionKind::read(text, untouched),
              quoted(text) + " does not fit, expected none, client_address or header FIELD")
        << text;
    EXPECT_EQ(untouched.header, "old");
  }
}

TEST(Sizes, KnowBinaryAndDecimalUnits) {
  constexpr SizeKind kAny{0, uint64_t{1} << 60, "1KiB"};
  const struct {
    const char* text;
    uint64_t value;
    const char* written;
  } cases[] = {
      {"0B", 0, "0B"},
      {"512B", 512, "512B"},
      {"64KiB", 65'536, "64KiB"},
      {"1MiB", 1'048'576, "1MiB"},
      {"1024KiB", 1'048'576, "1MiB"},
      {"2GiB", 2'147'483'648, "2GiB"},
      {"5KB", 5'000, "5KB"},
      {"10MB", 10'000'000, "10000KB"},
      {"1.5KiB", 1536, "1536B"},
      {"1GB", 1'000'000'000, "1GB"},
  };
  for (const auto& [text, value, written] : cases) {
    SCOPED_TRACE(text);
    uint64_t read = 7;
    EXPECT_EQ(kAny.read(text, read), std::nullopt);
    EXPECT_EQ(read, value);
    uint64_t again = 7;
    EXPECT_EQ(kAny.read(SizeKind::write(read), again), std::nullopt);
    EXPECT_EQ(again, value);
  }
  EXPECT_EQ(SizeKind::write(65'536), "64KiB");
  EXPECT_EQ(SizeKind::write(1000), "1KB");
}

TEST(Numbers, AreWrittenAsShortAsTheyReadBackExactly) {
  constexpr NumberKind kAny{0, Bound::kIncluded, 1e9, Bound::kIncluded};
  for (const char* text : {"0.1", "1", "1.25", "123456789", "0.30000000000000004"}) {
    double value = -1;
    EXPECT_EQ(kAny.read(text, value), std::nullopt);
    EXPECT_EQ(NumberKind::write(value), text);
  }
}

TEST(Numbers, BoundsMayBeExcluded) {
  constexpr NumberKind kShare{0, Bound::kExcluded, 1, Bound::kIncluded};
  double value = 7;
  EXPECT_EQ(kShare.read("1", value), std::nullopt);
  EXPECT_EQ(kShare.read("0.0", value),
            "\"0.0\" is out of range, expected a number above 0 and at most 1");
  for (const char* text : {"nan", "inf", "1e-1", "0x1", "-0.5", "1.", ".5", "0.5.5", ""}) {
    EXPECT_EQ(kShare.read(text, value), quoted(text) +
                                            " is not a decimal number, expected a "
                                            "number above 0 and at most 1");
  }
  EXPECT_EQ(value, 1);
}

TEST(Loading, ListenTakesAValueAMappingOrAListOfEither) {
  for (const char* text :
       {"listen: :80", "listen: ':80'", "listen: {address: ':80'}", "listen: [':80']",
        "listen: [{address: ':80'}]", "listen:\n- :80", "listen:\n- address: :80\n"}) {
    SCOPED_TRACE(text);
    const Loaded loaded = load(text);
    EXPECT_THAT(texts(loaded.faults), IsEmpty());
    ASSERT_EQ(loaded.config.listen.size(), 1U);
    EXPECT_EQ(loaded.config.listen.front().address, (Endpoint{"", 80, ""}));
  }
  EXPECT_EQ(load("listen: [':80', {address: 'unix:/s'}]").config.listen.size(), 2U);
}

TEST(Loading, AnAddressStandsForItsSection) {
  const Loaded loaded = load("backend: a:1\nstatus: off\nadmin: {address: off}\n");
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_EQ(loaded.config.backend.address, (Endpoint{"a", 1, ""}));
  EXPECT_EQ(loaded.config.status.address, std::nullopt);
  EXPECT_EQ(loaded.config.admin.address, std::nullopt);
}

TEST(Loading, WordsStandForNone) {
  const Loaded loaded = load(
      "client: {max_body_size: 1MiB, max_connections: 5}\nqueue: {max_wait: 100ms, max_waiting: "
      "0}");
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_EQ(loaded.config.client.max_body_size, 1'048'576U);
  EXPECT_EQ(loaded.config.client.max_connections, 5);
  EXPECT_EQ(loaded.config.queue.max_wait, milliseconds(100));
  EXPECT_EQ(loaded.config.queue.max_waiting, 0);
  const Loaded none = load(
      "client: {max_body_size: none, max_connections: auto}\n"
      "queue: {max_wait: auto, max_waiting: auto}");
  EXPECT_THAT(texts(none.faults), IsEmpty());
  EXPECT_EQ(values(none.config), values(Config()));
}

TEST(Loading, DrainSecondsMayBeBareOrHaveAUnit) {
  EXPECT_EQ(load("drain_seconds: 5").config.drain, seconds(5));
  EXPECT_EQ(load("drain_seconds: 1m").config.drain, seconds(60));
  EXPECT_EQ(load("drain_seconds: 0").config.drain, seconds(0));
  EXPECT_EQ(load("drain_seconds: 1500ms").config.drain, milliseconds(1500));
}

TEST(Loading, JsonIsReadToo) {
  const Loaded loaded = load(
      "{\"listen\": [\":80\"], \"backend\": {\"address\": \"a:1\"}, \"workers\": 2,\r\n"
      "\"forwarding\": {\"via\": false}, \"exempt\": []}\r\n");
  EXPECT_THAT(texts(loaded.faults), IsEmpty());
  EXPECT_EQ(loaded.config.workers, 2);
  EXPECT_FALSE(loaded.config.forwarding.via);
  EXPECT_THAT(loaded.config.exempt, IsEmpty());
}

TEST(Loading, AListReplacesTheDefault) {
  EXPECT_THAT(load("exempt: /ok").config.exempt, ElementsAre("/ok"));
  EXPECT_THAT(load("backend: {overload_statuses: [429, 503]}").config.backend.overload_statuses,
              ElementsAre(429, 503));
  EXPECT_THAT(load("backend: {overload_statuses: []}").config.backend.overload_statuses, IsEmpty());
  EXPECT_THAT(load("exempt: [/ok, /ready]").config.exempt, ElementsAre("/ok", "/ready"));
}

TEST(Loading, NothingSaidMeansTheDefaults) {
  for (const char* text :
       {"", "# nothing\n", "---\n", "{}", "client: {}", "\xef\xbb\xbfworkers: 1"}) {
    const Loaded loaded = load(text);
    EXPECT_THAT(texts(loaded.faults), IsEmpty()) << text;
    EXPECT_EQ(values(loaded.config), values(Config())) << text;
  }
}

}  // namespace
}  // namespace weir::config
