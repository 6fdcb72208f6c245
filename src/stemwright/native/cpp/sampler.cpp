#include "sampler.h"

#include <algorithm>
#include <cstring>

namespace stemwright {
namespace {

// Sorts ascending by (logit descending, index ascending). -0 and +0 are one value.
inline uint64_t key_of(float logit, int index) {
  const float value = logit + 0.0f;  // -0 becomes +0
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  const uint32_t ascending = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
  return (uint64_t{~ascending} << 32) | static_cast<uint32_t>(index);
}

inline int index_of(uint64_t key) { return static_cast<int>(key & 0xFFFFFFFFu); }

inline bool finite(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return (bits & 0x7F800000u) != 0x7F800000u;
}

}  // namespace

Sampler::Sampler(const Kernels& kernels, int codebook_size)
    : kernels_(kernels),
      size_(codebook_size),
      order_(static_cast<size_t>(codebook_size)),
      weights_(static_cast<size_t>(round_up(codebook_size, kLanes))) {}

int Sampler::pick(const float* logits, const Sampling& sampling, double uniform) {
  bool good = true;
  for (int i = 0; i < size_; ++i) {
    good &= finite(logits[i]);
    order_[static_cast<size_t>(i)] = key_of(logits[i], i);
  }
  if (!good) return -1;
  if (sampling.temperature == 0.0f) return index_of(*std::min_element(order_.begin(), order_.end()));

  const int kept = std::min(sampling.top_k, size_);
  if (kept < size_) std::nth_element(order_.begin(), order_.begin() + kept - 1, order_.end());
  std::sort(order_.begin(), order_.begin() + kept);
  const int padded = round_up(kept, kLanes);
  for (int i = 0; i < padded; ++i)
    weights_[static_cast<size_t>(i)] = logits[index_of(order_[static_cast<size_t>(std::min(i, kept - 1))])] / sampling.temperature;
  if (!finite(weights_[0]) || !finite(weights_[static_cast<size_t>(kept - 1)])) return index_of(order_[0]);
  kernels_.exp_shifted(weights_.data(), weights_[0], padded);

  double total = 0.0;
  for (int i = 0; i < kept; ++i) total += static_cast<double>(weights_[static_cast<size_t>(i)]);
  // The shortest beginning that holds top_p of the mass; at least one code.
  const double wanted = total * static_cast<double>(sampling.top_p);
  int count = 0;
  double mass = 0.0;
  while (count < kept && (count == 0 || mass < wanted)) mass += static_cast<double>(weights_[static_cast<size_t>(count++)]);
  const double target = uniform * mass;
  double reached = 0.0;
  for (int i = 0; i < count; ++i) {
    reached += static_cast<double>(weights_[static_cast<size_t>(i)]);
    if (reached > target) return index_of(order_[static_cast<size_t>(i)]);
  }
  return index_of(order_[static_cast<size_t>(count - 1)]);
}

}  // namespace stemwright
