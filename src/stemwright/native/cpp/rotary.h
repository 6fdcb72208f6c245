// Rotary position angles in double precision, from sums and products alone: the same bits on every machine.
#pragma once
#include <vector>

namespace stemwright {

// Positions below this keep the range reduction of `sine_cosine` exact to the last bits.
constexpr int kMaxPosition = 1 << 20;

class Rotary {
 public:
  // base in [1, 1e6]; head_dim even
  Rotary(int head_dim, double base);
  int pairs() const { return static_cast<int>(frequencies_.size()); }
  // cos and sin [pairs] of position * base^(-2 j / head_dim)
  void at(int position, float* cosine, float* sine) const;

 private:
  std::vector<double> frequencies_;
};

void sine_cosine(double angle, double& sine, double& cosine);  // 0 <= angle < 2^20

}  // namespace stemwright
