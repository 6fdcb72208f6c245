// A walk through what a timbre remembers: short stretches of latents that fade into each other, each beginning near
// the last one. A function of the seed and of the speeds that it is given.
#pragma once

#include <cstdint>
#include <vector>

namespace stemwright::live {

class Wander {
 public:
  // `memory`: `frames` latents of `size` numbers, one after the other.
  Wander(std::vector<float> memory, int size, std::uint64_t seed);

  // The next latent, into `to`; `speed` from 0, about where it is, to 1, anywhere within two seconds.
  void next(double speed, float* to) noexcept;
  void forget() noexcept;  // from the beginning again

 private:
  double drawn() noexcept;  // 0 to 1
  void begin(double speed) noexcept;

  std::vector<float> memory_;
  int size_;
  std::int64_t frames_;
  std::uint64_t seed_, count_ = 0;
  std::int64_t place_ = 0, heads_[2] = {}, done_ = 0;
};

}  // namespace stemwright::live
