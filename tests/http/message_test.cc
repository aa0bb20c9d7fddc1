#include "proxy/http/message.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/eight_bytes.h"
#include "proxy/http/short_copy.h"
#include "proxy/http/sixteen_bytes.h"

namespace weir::http {
namespace {

constexpr auto kLastName = static_cast<uint8_t>(Name::kXRequestId);

std::string list_of(const Headers& headers) {
  std::string text;
  for (size_t i = 0; i < headers.size(); ++i)
    text += std::string(headers[i].name) + "=" + std::string(headers[i].value) + ";";
  return text;
}

// ---- names ----

TEST(NameTest, IsFoundInWhateverCase) {
  for (uint8_t i = 1; i <= kLastName; ++i) {
    const Name name = static_cast<Name>(i);
    std::string text(text_of(name));
    SCOPED_TRACE(text);
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(name_of(text), name);
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(name_of(text), name);
    for (char& c : text) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(name_of(text), name);
  }
}

TEST(NameTest, EightOrSixteenOfItsBytesAreLookedAtAtOnce) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 16; ++at) {
      std::string text = "Accept-CHallenge";
      text[at] = static_cast<char>(byte);
      const bool usual = byte < 128 && (std::isalpha(byte) != 0 || byte == '-');
      const auto sixteen = SixteenBytes(text.data()).beside_names();
      EXPECT_EQ(sixteen.before_first(), usual ? 16 : at) << byte;
      EXPECT_EQ(sixteen.any(), !usual) << byte;
      if (at >= 8) continue;
      EXPECT_EQ(EightBytes(text.data()).beside_names().before_first(), usual ? 8 : at) << byte;
    }
  }
}

TEST(SixteenBytesTest, MarkWhatIsAskedForUpToTheFirst) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 16; ++at) {
      SCOPED_TRACE(testing::Message() << byte << " at " << at);
      std::string text(16, 'z');
      text[at] = static_cast<char>(byte);
      const SixteenBytes bytes(text.data());
      EXPECT_EQ(bytes.below(' ').before_first(), byte < ' ' ? at : 16);
      EXPECT_EQ(bytes.below(1).any(), byte == 0);
      EXPECT_EQ(bytes.equal('\n').before_first(), byte == '\n' ? at : 16);
      EXPECT_EQ(bytes.above_ascii().before_first(), byte >= 128 ? at : 16);
      const bool either = byte < ' ' || byte == 0x7f;
      EXPECT_EQ((bytes.below(' ') | bytes.equal(0x7f)).before_first(), either ? at : 16);
    }
  }
}

TEST(CopyShortTest, CopiesWhatItIsGivenAndNotAByteMore) {
  std::string from;
  for (size_t i = 0; i < 80; ++i) from += static_cast<char>('!' + i);
  for (size_t size = 0; size <= from.size(); ++size) {
    std::string to(from.size() + 2, '_');
    EXPECT_EQ(copy_short(to.data() + 1, std::string_view(from).substr(0, size)),
              to.data() + 1 + size);
    EXPECT_EQ(to, "_" + from.substr(0, size) + std::string(from.size() - size + 1, '_'));
  }
}

TEST(NameTest, IsNotFoundWhenAnythingElseDiffers) {
  for (uint8_t i = 1; i <= kLastName; ++i) {
    const std::string text(text_of(static_cast<Name>(i)));
    SCOPED_TRACE(text);
    EXPECT_EQ(name_of(text + "x"), Name::kOther);
    EXPECT_EQ(name_of("x" + text), Name::kOther);
    EXPECT_EQ(name_of(text.substr(1)), Name::kOther);
    EXPECT_EQ(name_of(text + " "), Name::kOther);
    std::string inside = text;
    inside[text.size() / 2] = '_';
    EXPECT_EQ(name_of(inside), Name::kOther);
  }
  EXPECT_EQ(name_of(""), Name::kOther);
  EXPECT_EQ(name_of("X-Other"), Name::kOther);
  EXPECT_EQ(text_of(Name::kOther), "");
}

TEST(NameTest, ComparesLettersOfAsciiOnly) {
  EXPECT_TRUE(equal_ignoring_case("Chunked", "cHUNKED"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("chunked", "chunkedx"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_case("\xc4", "\xe4"));
}

// ---- headers ----

TEST(HeadersTest, KeepOrderAndSpelling) {
  Headers headers;
  headers.add("x-B", "1");
  headers.add(Name::kHost, "a");
  headers.add("x-A", "");
  EXPECT_EQ(list_of(headers), "x-B=1;Host=a;x-A=;");
  EXPECT_EQ(headers[0].known, Name::kOther);
  EXPECT_EQ(headers[1].known, Name::kHost);
  EXPECT_EQ(headers.bytes(), 12u);
}

TEST(HeadersTest, GiveTheFirstOfSeveral) {
  Headers headers;
  headers.add("via", "1");
  headers.add("Via", "2");
  EXPECT_EQ(headers.count(Name::kVia), 2u);
  EXPECT_EQ(headers.get(Name::kVia), "1");
  EXPECT_EQ(headers.get("VIA"), "1");
  EXPECT_EQ(headers.get("X"), std::nullopt);
  EXPECT_EQ(headers.get(Name::kHost), std::nullopt);
}

TEST(HeadersTest, RemoveAllOfANameOrOneByItsPlace) {
  Headers headers;
  headers.add("Via", "1");
  headers.add("X", "2");
  headers.add("VIA", "3");
  headers.add("Y", "4");
  headers.remove(Name::kVia);
  EXPECT_EQ(list_of(headers), "X=2;Y=4;");
  headers.remove_at(0);
  EXPECT_EQ(list_of(headers), "Y=4;");
  EXPECT_EQ(headers.bytes(), 2u);
  headers.add("Z", "5");
  EXPECT_EQ(list_of(headers), "Y=4;Z=5;");
}

TEST(HeadersTest, TellWhichNamesTheyHaveAfterEveryChange) {
  const auto have = [](const Headers& headers, NameSet names) {
    for (uint8_t i = 0; i <= kLastName; ++i) {
      const Name name = static_cast<Name>(i);
      EXPECT_EQ(headers.names().has(name), names.has(name)) << i;
    }
  };
  Headers headers;
  have(headers, {});
  headers.hold("Host: a\r\n\r\n", 1);
  headers.add_held(headers.held().substr(0, 4), headers.held().substr(6, 1));
  headers.add("via", "1");
  headers.add(Name::kVia, "2");
  headers.add("X-Other", "3");
  have(headers, {Name::kHost, Name::kVia, Name::kOther});
  EXPECT_TRUE(headers.names().has_any({Name::kTe, Name::kVia}));
  EXPECT_FALSE(headers.names().has_any({Name::kTe, Name::kAge}));
  have(headers.copy(), {Name::kHost, Name::kVia, Name::kOther});
  headers.remove_at(1);
  have(headers, {Name::kHost, Name::kVia, Name::kOther});
  headers.remove_at(2);
  have(headers, {Name::kHost, Name::kVia});
  headers.remove(Name::kHost);
  have(headers, {Name::kVia});
  const Headers moved = std::move(headers);
  have(moved, {Name::kVia});
  headers = Headers();
  have(headers, {});
  headers.add("Age", "1");
  headers.hold("\r\n", 0);
  have(headers, {});
}

TEST(HeadersTest, NameFieldsWithinTheLinesTheyHold) {
  const std::string lines = "Host: a\r\nX:b\r\n\r\n";
  Headers headers;
  headers.add("Old", "gone");
  headers.hold(lines, 2);
  EXPECT_TRUE(headers.empty());
  const std::string_view held = headers.held();
  headers.add_held(held.substr(0, 4), held.substr(6, 1));
  headers.add_held(held.substr(9, 1), held.substr(11, 1));
  headers.add("Y", std::string(10000, 'y'));
  headers.remove_at(2);
  headers.add(Name::kVia, "1.1 weir");
  EXPECT_EQ(list_of(headers), "Host=a;X=b;Via=1.1 weir;");
  EXPECT_EQ(headers[0].known, Name::kHost);
}

TEST(HeadersTest, HoldSixteenZeroBytesBehindTheirLines) {
  Headers headers;
  headers.hold("Host: a\r\n\r\n", 1);
  const std::string_view held = headers.held();
  EXPECT_EQ(std::string_view(held.data() + held.size(), 16), std::string_view("\0\0\0\0\0\0\0\0"
                                                                              "\0\0\0\0\0\0\0\0",
                                                                              16));
}

TEST(HeadersTest, AreCopiedWithAllTheyHold) {
  Headers copy;
  {
    Headers headers;
    headers.hold("Host: a\r\n\r\n", 1);
    headers.add_held(headers.held().substr(0, 4), headers.held().substr(6, 1));
    headers.add("X", "1");
    copy = headers.copy();
  }
  EXPECT_EQ(list_of(copy), "Host=a;X=1;");
  copy.clear();
  EXPECT_TRUE(copy.empty());
  EXPECT_EQ(copy.bytes(), 0u);
}

TEST(HeadersTest, ViewsOutliveEveryChangeAndEveryMove) {
  Headers headers;
  headers.hold("Host: a\r\n\r\n", 1);
  headers.add_held(headers.held().substr(0, 4), headers.held().substr(6, 1));
  const std::string_view host = headers[0].value;
  const std::string_view kept = headers.keep("beside the fields");
  headers.add("X", "1");
  const std::string_view first = headers[1].value;
  for (int i = 0; i < 1000; ++i) headers.add("X-Filler", std::string(100, 'f'));
  const Headers moved = std::move(headers);
  EXPECT_EQ(host, "a");
  EXPECT_EQ(kept, "beside the fields");
  EXPECT_EQ(first, "1");
  EXPECT_EQ(moved.size(), 1002u);
}

TEST(HeadersTest, AddAValueThatComesInTwoParts) {
  Headers headers;
  headers.add(Name::kVia, "1.1 ", "weir");
  EXPECT_EQ(list_of(headers), "Via=1.1 weir;");
  EXPECT_EQ(headers.bytes(), 11u);
}

// ---- lists ----

TEST(ListTest, VisitsEveryElementThatIsNotEmpty) {
  struct Case {
    std::string_view list;
    std::vector<std::string> elements;
  };
  const Case cases[] = {
      {"", {}}, {" \t", {}}, {",,", {}}, {"a", {"a"}}, {" a\t,b ,, c d,", {"a", "b", "c d"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.list);
    std::vector<std::string> seen;
    for_each_element(c.list, [&](std::string_view element) { seen.emplace_back(element); });
    EXPECT_EQ(seen, c.elements);
  }
}

// ---- heads ----

TEST(RequestHeadTest, KnowsThePathInEveryForm) {
  const struct {
    std::string target, path;
  } cases[] = {
      {"/", "/"},
      {"/a/b?c=/d", "/a/b"},
      {"/?x", "/"},
      {"*", "*"},
      {"http://a", "/"},
      {"http://a/", "/"},
      {"http://a?b/c", "/"},
      {"http://a/b/c?d", "/b/c"},
      {"HTTPS://a:1/b", "/b"},
      {"/http://a/b", "/http://a/b"},
  };
  for (const auto& c : cases) {
    RequestHead head;
    head.target = c.target;
    EXPECT_EQ(head.path(), c.path) << c.target;
  }
}

TEST(ResponseHeadTest, IsInformationalBelow200ButFor101) {
  for (int status = 100; status <= 599; ++status) {
    ResponseHead head;
    head.status = status;
    EXPECT_EQ(head.informational(), status < 200 && status != 101) << status;
  }
}

TEST(MethodTest, MayBeRepeatedOnlyWhenIdempotent) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
    EXPECT_TRUE(is_idempotent(method)) << method;
  for (const char* method : {"POST", "PATCH", "CONNECT", "get", "GETX", "", "LOCK"})
    EXPECT_FALSE(is_idempotent(method)) << method;
}

TEST(ReasonTest, HasAPhraseForEveryStatusThatWeirSends) {
  for (const int status : {100, 101, 400, 405, 408, 413, 414, 417, 431, 501, 502, 503, 504, 505})
    EXPECT_FALSE(reason_phrase(status).empty()) << status;
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(599), "");
  EXPECT_EQ(reason_phrase(0), "");
}

}  // namespace
}  // namespace weir::http
