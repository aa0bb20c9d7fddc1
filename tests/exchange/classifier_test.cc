#include "proxy/exchange/classifier.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weir::exchange
