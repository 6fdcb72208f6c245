// Where the graph's clock stands against the host's, and how long its blocks take to make.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace stemwright::live {

class Watch {
 public:
  static constexpr int kBuckets = 500;     // the last one: whatever took longer
  static constexpr int kBucketNs = 20000;  // 20 us

  static std::int64_t now() noexcept {  // time.monotonic_ns() of Python, where clocks are POSIX
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  // Audio thread: a block that begins at this sample is about to be made; it was made.
  void begin(std::int64_t sample, int frames) noexcept {
    begun_ = now();
    ++version_;  // odd while the three are not of one block; all in one order, without fences
    sample_ = sample;
    ns_ = begun_;
    frames_ = frames;
    ++version_;
  }
  void end() noexcept {
    const std::int64_t bucket = (now() - begun_) / kBucketNs;
    auto& count = counts_[bucket < kBuckets ? bucket : kBuckets - 1];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  struct Seen {
    std::int64_t sample, ns;
    int frames;
  };
  // Any thread: the block that began last.
  Seen seen() const noexcept {
    for (;;) {
      const std::uint32_t version = version_;
      const Seen seen{sample_, ns_, frames_};
      if (version % 2 == 0 && version == version_) return seen;
    }
  }
  std::int64_t count(int bucket) const noexcept { return counts_[bucket].load(std::memory_order_relaxed); }

 private:
  std::int64_t begun_ = 0;
  std::atomic<std::uint32_t> version_{0};
  std::atomic<std::int64_t> sample_{0}, ns_{0};
  std::atomic<int> frames_{0};
  std::atomic<std::int64_t> counts_[kBuckets] = {};
};

}  // namespace stemwright::live
