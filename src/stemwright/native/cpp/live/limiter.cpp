#include "limiter.h"

#include <algorithm>
#include <cmath>

namespace stemwright::live {

constexpr double kAheadSeconds = 0.0015;
constexpr double kReleaseSeconds = 0.08;
constexpr float kCeiling = 0.8912509f;  // -1 dBFS, rounded down
constexpr double kOpen = 1.0 - 1e-9;  // from here on it is let go for good
constexpr std::int64_t kOne = std::int64_t{1} << 40;

Limiter::Limiter(int rate)
    : ahead_(latency(rate)), window_(ahead_ + 1), release_(1.0 / (kReleaseSeconds * rate)),
      sum_(kOne * window_), gains_(window_, kOne), low_(window_ + 1), when_(window_ + 1) {
  for (auto& side : sides_) side.resize(ahead_);
}

int Limiter::latency(int rate) noexcept { return static_cast<int>(rate * kAheadSeconds); }

void Limiter::forget() noexcept {
  held_ = 1.0;
  sum_ = kOne * window_;
  now_ = first_ = last_ = 0;
  std::fill(gains_.begin(), gains_.end(), kOne);
  for (auto& side : sides_) std::fill(side.begin(), side.end(), 0.0f);
}

// The least of the window's gains, of which this is the newest.
std::int64_t Limiter::least(std::int64_t gain) noexcept {
  const std::int64_t size = static_cast<std::int64_t>(low_.size());
  while (last_ > first_ && low_[(last_ - 1) % size] >= gain) --last_;
  low_[last_ % size] = gain;
  when_[last_ % size] = now_;
  ++last_;
  if (when_[first_ % size] <= now_ - window_) ++first_;
  return low_[first_ % size];
}

void Limiter::run(float* left, float* right, int frames) noexcept {
  float* const sides[2] = {left, right};
  for (int n = 0; n < frames; ++n, ++now_) {
    const float peak = std::max(std::fabs(left[n]), std::fabs(right[n]));
    const double wanted = peak > kCeiling ? static_cast<double>(kCeiling) / static_cast<double>(peak) : 1.0;
    const double low = static_cast<double>(least(static_cast<std::int64_t>(wanted * kOne))) / kOne;
    const double rising = held_ + (1.0 - held_) * release_;
    held_ = std::min(low, rising > kOpen ? 1.0 : rising);
    const std::int64_t gain = static_cast<std::int64_t>(held_ * kOne);
    std::int64_t& oldest = gains_[now_ % window_];
    sum_ += gain - oldest;
    oldest = gain;
    const double level = static_cast<double>(sum_) / (static_cast<double>(kOne) * window_);
    for (int channel = 0; channel < 2; ++channel) {
      float& waiting = sides_[channel][now_ % ahead_];
      const float made = static_cast<float>(static_cast<double>(waiting) * level);
      waiting = sides[channel][n];
      sides[channel][n] = std::clamp(made, -kCeiling, kCeiling);
    }
  }
}

}  // namespace stemwright::live
