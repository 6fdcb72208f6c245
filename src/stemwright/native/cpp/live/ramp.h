// A parameter that goes to a new value along a line of fixed length: a function of absolute samples alone.
#pragma once

#include <cstdint>

namespace stemwright::live {

class Ramp {
 public:
  Ramp(int frames, double value) : frames_(frames), start_(-frames), from_(value), to_(value) {}

  double at(std::int64_t sample) const noexcept {
    if (steady(sample)) return to_;
    return from_ + (to_ - from_) * (static_cast<double>(sample - start_) / frames_);
  }
  bool steady(std::int64_t sample) const noexcept { return sample - start_ >= frames_; }
  double target() const noexcept { return to_; }

  void go(std::int64_t sample, double to) noexcept {
    from_ = at(sample);
    to_ = to;
    start_ = sample;
  }
  void jump(std::int64_t sample, double to) noexcept {
    from_ = to_ = to;
    start_ = sample - frames_;
  }

 private:
  int frames_;
  std::int64_t start_;
  double from_, to_;
};

// The level of what goes away from `start` on, a line down to 0.
inline float faded(std::int64_t sample, std::int64_t start, int frames) noexcept {
  const std::int64_t gone = sample - start;
  return gone >= frames ? 0.0f : 1.0f - static_cast<float>(gone) / static_cast<float>(frames);
}

}  // namespace stemwright::live
