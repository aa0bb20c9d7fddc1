#include "proxy/exchange/classifier.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weir::exchange {
namespace {

http::RequestHead head(std::string_view target) {
  http::RequestHead head;
  head.method = "GET";
  head.target = target;
  return head;
}

TEST(Classifier, HealthChecksAreExemptByTheirExactPath) {
  const Classifier classifier({"/healthz"});
  EXPECT_TRUE(classifier.exempt(head("/healthz?full")));
  EXPECT_FALSE(classifier.exempt(head("/healthz/x")));
}

TEST(Classifier, WithoutPrioritiesAllAreAlike) {
  const Classifier classifier({});
  EXPECT_EQ(classifier.classify(head("/")).priority, 0);
  EXPECT_EQ(classifier.name_of(0), "");
}

class Priorities : public testing::Test {
 protected:
  std::string_view name(const http::RequestHead& head) const {
    return classifier_.name_of(classifier_.classify(head).priority);
  }
  static http::RequestHead with(std::string_view field, std::string_view value) {
    http::RequestHead one = head("/x");
    one.headers.add(field, value);
    return one;
  }
  const Classifier classifier_{{},
                               {{.name = "pay", .path = "/pay"},
                                {.name = "rest"},
                                {.name = "files", .path = "/files/"},
                                {.name = "batch", .header = "x-batch"},
                                {.name = "late", .header = "X-Priority", .value = "late"}}};
};

TEST_F(Priorities, APathHasAllBelowIt) {
  for (const char* target : {"/pay", "/pay?x=1", "/pay/", "/pay/now"})
    EXPECT_EQ(name(head(target)), "pay") << target;
  for (const char* target : {"/payroll", "/a/pay", "/", "/files"})
    EXPECT_EQ(name(head(target)), "rest") << target;
  EXPECT_EQ(name(head("/files/1")), "files");
}

TEST_F(Priorities, AFieldCountsByItsNameInAnyCaseAndItsValueExactly) {
  EXPECT_EQ(name(with("X-BATCH", "whatever")), "batch");
  EXPECT_EQ(name(with("x-priority", "late")), "late");
  EXPECT_EQ(name(with("x-priority", "later")), "rest");
  EXPECT_EQ(name(with("x-priority", "Late")), "rest");
}

TEST_F(Priorities, TheFirstThatFitsCounts) {
  http::RequestHead both = head("/pay");
  both.headers.add("x-batch", "1");
  EXPECT_EQ(classifier_.classify(both).priority, 0);
}

// How many of 4,000 callers are told apart, and what a request says of its caller.
class Partitions : public testing::Test {
 protected:
  static http::RequestHead from(std::string_view tenant) {
    http::RequestHead one = head("/");
    one.headers.add("X-Tenant", tenant);
    return one;
  }
  static uint16_t partition(const Classifier& classifier, std::string_view name) {
    return classifier.classify(head("/"), name).partition;
  }
  const Classifier classifier_{{}, {}, {.header = "x-tenant", .seed = 7}};
};

TEST_F(Partitions, AreNotToldApartUnlessAskedFor) {
  EXPECT_EQ(Classifier({}).partition_of(from("acme"), "10.0.0.1"), std::nullopt);
  EXPECT_EQ(Classifier({}).classify(from("acme")).partition, 0);
}

TEST_F(Partitions, AreWhatAFieldSaysOrNothing) {
  EXPECT_EQ(classifier_.partition_of(from("acme"), "10.0.0.1"), "acme");
  EXPECT_EQ(classifier_.partition_of(head("/"), "10.0.0.1"), "");
}

TEST_F(Partitions, AreTheClientsAddress) {
  const Classifier by_address({}, {}, {.client_address = true});
  EXPECT_EQ(by_address.partition_of(from("acme"), "10.0.0.1"), "10.0.0.1");
}

TEST_F(Partitions, HaveTheSameNumberForTheSameNameAndNearlyAlwaysAnotherForAnother) {
  EXPECT_EQ(partition(classifier_, "acme"), partition(classifier_, "acme"));
  std::set<uint16_t> seen;
  for (int i = 0; i < 4000; ++i) seen.insert(partition(classifier_, "tenant-" + std::to_string(i)));
  // Of 4,000 drawn by chance 1,003 of 1,024 numbers are hit.
  EXPECT_GT(seen.size(), 980U);
  EXPECT_LT(*seen.rbegin(), limiters::kPartitions);
}

TEST_F(Partitions, AreHashedBySeedSoThatNobodyCanChooseANeighbour) {
  const Classifier other({}, {}, {.header = "x-tenant", .seed = 8});
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "tenant-" + std::to_string(i);
    same += partition(classifier_, name) == partition(other, name) ? 1 : 0;
  }
  EXPECT_LT(same, 10);
}

}  // namespace
}  // namespace weir::exchange
