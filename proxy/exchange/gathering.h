#pragma once

// How many requests of one loop are waited for until all of them is here; it does not know which,
// nor what has come of them.
namespace weir::exchange {

class Gathering {
 public:
  // Each keeps what has come, http::kMostOwedBytes at most: 16 MiB of all.
  static constexpr int kMost = 1024;

  // One of them; gives its place back. Its Gathering outlives it.
  class Place {
   public:
    explicit Place(Gathering& all) : all_(all) { ++all_.now_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { --all_.now_; }

   private:
    Gathering& all_;
  };

  int now() const { return now_; }
  bool full() const { return now_ >= kMost; }

 private:
  int now_ = 0;
};

}  // namespace weir::exchange
