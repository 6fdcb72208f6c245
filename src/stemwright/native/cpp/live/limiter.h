// A look-ahead limiter of sample peaks: its output comes a fixed number of samples later and never lies above the
// ceiling. Gains are the least one of the look-ahead, let go exponentially, and averaged over the look-ahead, so that
// they come down in time and smoothly. They are summed as integers, which never drift; below the ceiling the output
// is the very input.
#pragma once

#include <cstdint>
#include <vector>

namespace stemwright::live {

class Limiter {
 public:
  explicit Limiter(int rate);

  static int latency(int rate) noexcept;               // frames
  void forget() noexcept;                              // as if new
  void run(float* left, float* right, int frames) noexcept;  // in place

 private:
  std::int64_t least(std::int64_t gain) noexcept;

  int ahead_, window_;
  double release_;
  double held_ = 1.0;
  std::int64_t sum_, now_ = 0;
  std::vector<float> sides_[2];          // what waits, a ring of `ahead_` frames
  std::vector<std::int64_t> gains_;      // those of the window, a ring
  std::vector<std::int64_t> low_, when_; // what may still become the least one: rising gains, and their samples
  std::int64_t first_ = 0, last_ = 0;
};

}  // namespace stemwright::live
