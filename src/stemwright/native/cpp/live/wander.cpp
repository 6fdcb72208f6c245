#include "wander.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stemwright::live {

namespace {
constexpr std::int64_t kFade = 94;    // latents, a quarter of a second; a stretch is two of them
constexpr double kFurthest = 750.0;   // latents from one stretch to the next at full speed
constexpr double kNearest = 8.0;      // and at none
}  // namespace

Wander::Wander(std::vector<float> memory, int size, std::uint64_t seed)
    : memory_(std::move(memory)), size_(size), frames_(static_cast<std::int64_t>(memory_.size()) / size), seed_(seed) {
  forget();
}

void Wander::forget() noexcept {
  count_ = 0;
  done_ = 0;
  place_ = static_cast<std::int64_t>(drawn() * static_cast<double>(frames_));
  heads_[0] = heads_[1] = place_;
}

double Wander::drawn() noexcept {  // SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), counted
  std::uint64_t z = seed_ + (++count_) * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

void Wander::begin(double speed) noexcept {
  const double reach = kNearest + speed * (kFurthest - kNearest);
  place_ += std::llround((2.0 * drawn() - 1.0) * reach);
  place_ = ((place_ % frames_) + frames_) % frames_;
  heads_[0] = heads_[1];
  heads_[1] = place_;
}

void Wander::next(double speed, float* to) noexcept {
  if (done_ % kFade == 0) begin(speed);
  const float later = static_cast<float>(done_ % kFade) / static_cast<float>(kFade);
  const float* from[2];
  for (int i = 0; i < 2; ++i) from[i] = memory_.data() + (heads_[i] % frames_) * size_;
  for (int n = 0; n < size_; ++n) to[n] = from[0][n] + later * (from[1][n] - from[0][n]);
  for (auto& head : heads_) ++head;
  ++done_;
}

}  // namespace stemwright::live
