#include "proxy/observe/access_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "proxy/loop/real_clock.h"

namespace weir::observe {
namespace {

using exchange::Ending;
using exchange::ExchangeFacts;
using std::chrono::seconds;

// A path of a test's own, gone with it.
class OwnPath {
 public:
  OwnPath() : directory_(::testing::TempDir() + "weir-log-XXXXXX") {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
  }
  OwnPath(const OwnPath&) = delete;
  OwnPath& operator=(const OwnPath&) = delete;
  ~OwnPath() {
    ::unlink(text().c_str());
    ::unlink((text() + ".1").c_str());
    ::rmdir(directory_.c_str());
  }
  std::string text() const { return directory_ + "/log"; }

 private:
  std::string directory_;
};

class AccessLogTest : public ::testing::Test {
 protected:
  void open(const std::string& at, AccessLogMode mode = AccessLogMode::kAll) {
    log = std::make_unique<AccessLog>(
        mode, at, [this](const std::string&) { ++troubles; }, [this] { ++reopened; });
    std::string error;
    ASSERT_TRUE(log->open(error)) << error;
  }
  std::string open_late() {
    std::promise<std::string> why_not;
    log->open_late([&why_not](const std::string& error) { why_not.set_value(error); });
    return why_not.get_future().get();
  }
  static std::string content(const std::string& of) {
    std::ifstream file(of);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static uint64_t lines(const std::string& text) {
    return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  }
  static std::string held_by(int pipe) {
    std::string text(1 << 20, 0);
    text.resize(static_cast<size_t>(::read(pipe, text.data(), text.size())));
    return text;
  }
  static bool becomes(const std::function<bool()>& condition) {
    const limiters::TimePoint give_up = loop::steady_now() + seconds(20);
    while (!condition()) {
      if (loop::steady_now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

  OwnPath path;
  std::atomic<int> troubles{0}, reopened{0};
  std::unique_ptr<AccessLog> log;
};

TEST_F(AccessLogTest, WantsByItsModeWhatIsWorthALine) {
  struct Row {
    ExchangeFacts facts;
    bool in_errors;
  };
  const Row rows[] = {
      {{.ending = Ending::kServed, .status = 200}, false},
      {{.ending = Ending::kServed, .status = 404}, false},
      {{.ending = Ending::kUpgraded, .status = 101}, false},
      {{.ending = Ending::kStreamed, .status = 200}, false},
      {{.ending = Ending::kServed, .status = 500}, true},
      {{.ending = Ending::kServed, .rejection = limiters::Rejection::kLimit, .status = 200}, true},
      {{.ending = Ending::kClientLeft}, true},
      {{.ending = Ending::kRejected, .status = 503}, true}};
  const auto quiet = [](const std::string&) {};
  const AccessLog all(AccessLogMode::kAll, "", quiet);
  const AccessLog errors(AccessLogMode::kErrors, "", quiet);
  const AccessLog off(AccessLogMode::kOff, "", quiet);
  for (const Row& row : rows) {
    EXPECT_TRUE(all.wants(row.facts));
    EXPECT_EQ(errors.wants(row.facts), row.in_errors) << exchange::word_of(row.facts.ending);
    EXPECT_FALSE(off.wants(row.facts));
  }
}

TEST_F(AccessLogTest, WritesEveryLineOfEveryPenBeforeItEnds) {
  constexpr int kPens = 3;
  constexpr int kEach = 500;
  open(path.text());
  std::vector<std::thread> workers;
  for (int i = 0; i < kPens; ++i)
    workers.emplace_back([pen = &log->pen()] {
      for (int line = 0; line < kEach; ++line) pen->write({.target = "/x"}, line);
    });
  for (auto& worker : workers) worker.join();
  log->close();
  EXPECT_EQ(log->dropped(), 0u);
  const std::string text = content(path.text());
  EXPECT_EQ(lines(text), static_cast<uint64_t>(kPens * kEach));
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) ASSERT_EQ(text[at], '{');
  EXPECT_EQ(troubles, 0);
}

TEST_F(AccessLogTest, AppendsToAFileAndFollowsOneThatWasMoved) {
  open(path.text());
  AccessLog::Pen& pen = log->pen();
  pen.write({.target = "/before"}, 0);
  ASSERT_TRUE(becomes([&] { return lines(content(path.text())) == 1; }));
  ASSERT_EQ(std::rename(path.text().c_str(), (path.text() + ".1").c_str()), 0);
  log->reopen();
  ASSERT_TRUE(becomes([&] { return ::access(path.text().c_str(), F_OK) == 0; }));
  pen.write({.target = "/after"}, 0);
  log.reset();
  EXPECT_EQ(reopened, 1);
  EXPECT_EQ(lines(content(path.text() + ".1")), 1u);
  EXPECT_NE(content(path.text()).find("/after"), std::string::npos);
}

TEST_F(AccessLogTest, DropsAndCountsLinesThatNobodyTakesAndStillEnds) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  open("/dev/fd/" + std::to_string(pipe[1]));
  AccessLog::Pen& pen = log->pen();
  const std::string target(20'000, 'x');
  constexpr uint64_t kLines = 1000;
  const limiters::TimePoint began = loop::steady_now();
  for (uint64_t i = 0; i < kLines; ++i) pen.write({.target = target}, 0);
  EXPECT_LT(loop::steady_now() - began, seconds(10)) << "the writer of a line never waits";
  const uint64_t dropped = log->dropped();
  EXPECT_GT(dropped, 0u);
  EXPECT_LT((kLines - dropped) * target.size(), 2 * AccessLog::kMostHeldBytes);
  EXPECT_EQ(log->close(), AccessLog::Farewell::kSaid);
  const uint64_t lost = log->dropped();
  EXPECT_LT(loop::steady_now() - began, seconds(20));
  EXPECT_EQ(lost, kLines - lines(held_by(pipe[0]))) << "what was held until the end as well";
  EXPECT_EQ(troubles, 0) << "slow is not broken";
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(AccessLogTest, TellsOnceThatItCannotWriteAndCountsWhatIsLost) {
  open("/dev/full");
  AccessLog::Pen& pen = log->pen();
  for (uint64_t lost = 1; lost <= 3; ++lost) {
    pen.write({.target = "/x"}, 0);
    ASSERT_TRUE(becomes([&] { return log->dropped() == lost; }));
  }
  EXPECT_EQ(troubles, 1);
}

TEST_F(AccessLogTest, IsOpenedLateWhereNothingWasToBeLoggedAtFirst) {
  open(path.text(), AccessLogMode::kOff);
  log->reopen();
  EXPECT_EQ(open_late(), "");
  EXPECT_EQ(reopened, 0) << "there was nothing to open again";
  log->set_mode(AccessLogMode::kAll);
  EXPECT_TRUE(log->wants({.ending = Ending::kServed, .status = 200}));
  log->pen().write({.target = "/late"}, 0);
  log->close();
  EXPECT_EQ(log->dropped(), 0u);
  EXPECT_EQ(lines(content(path.text())), 1u);
}

TEST_F(AccessLogTest, OpensNothingBeforeItIsAskedTo) {
  open(path.text(), AccessLogMode::kOff);
  log->reopen();
  log->close();
  EXPECT_EQ(log->dropped(), 0u);
  EXPECT_NE(::access(path.text().c_str(), F_OK), 0);
}

TEST_F(AccessLogTest, SaysWhyItCannotBeOpenedLateAndIsAskedAgain) {
  open(path.text(), AccessLogMode::kOff);
  ASSERT_EQ(::mkfifo(path.text().c_str(), 0600), 0);
  EXPECT_EQ(open_late(),
            "cannot open the access log " + path.text() + ": No such device or address");
  ASSERT_EQ(::unlink(path.text().c_str()), 0);
  EXPECT_EQ(open_late(), "");
}

TEST_F(AccessLogTest, ItsModesHaveTheWordsOfTheConfiguration) {
  for (const AccessLogMode mode :
       {AccessLogMode::kOff, AccessLogMode::kErrors, AccessLogMode::kAll})
    EXPECT_EQ(mode_of(word_of(mode)), mode);
  EXPECT_EQ(word_of(AccessLogMode::kErrors), "errors");
  EXPECT_EQ(mode_of("error"), std::nullopt);
}

TEST_F(AccessLogTest, SaysWhyAFileCannotBeOpened) {
  const auto error_of = [](const std::string& file) {
    AccessLog refused(AccessLogMode::kAll, file, [](const std::string&) {});
    std::string error;
    EXPECT_FALSE(refused.open(error));
    return error;
  };
  EXPECT_EQ(error_of("/no/such/place"),
            "cannot open the access log /no/such/place: No such file or directory");
  ASSERT_EQ(::mkfifo(path.text().c_str(), 0600), 0);
  EXPECT_EQ(error_of(path.text()),
            "cannot open the access log " + path.text() + ": No such device or address")
      << "of a named pipe that nobody reads; waiting for a reader would keep weir from starting";
}

}  // namespace
}  // namespace weir::observe
