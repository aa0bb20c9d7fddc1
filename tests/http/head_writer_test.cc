#include "proxy/http/head_writer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace weir::http {
namespace {

// Pieces are gathered in 1,024 bytes before they go to the buffer.
TEST(HeadWriterTest, LosesNothingWhereverItsRoomEnds) {
  for (size_t before = 980; before < 1060; ++before) {
    for (const size_t behind : {0u, 1u, 7u, 40u, 1000u, 1023u, 1024u, 1025u, 5000u}) {
      SCOPED_TRACE(testing::Message() << before << " bytes, then " << behind);
      const std::string first(before, 'b');
      const std::string second(behind, 'x');
      Buffer out;
      HeadWriter writer(out);
      writer.add(first);
      writer.add("Content-Length: ");
      writer.add_number(1234567890, 10);
      writer.add("\r\n");
      writer.add_field("X", second);
      writer.add("");
      writer.add("\r\n");
      writer.flush();
      EXPECT_EQ(out.to_string(), first + "Content-Length: 1234567890\r\nX: " + second + "\r\n\r\n");
    }
  }
}

}  // namespace
}  // namespace weir::http
