// From logits to a code: temperature, top-k, top-p, one uniform number.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels.h"
#include "memory.h"

namespace stemwright {

struct Sampling {
  float temperature = 0.9f;  // 0: the best code
  int top_k = 64;            // >= 1
  float top_p = 1.0f;        // 0 < p <= 1
};

class Sampler {
 public:
  Sampler(const Kernels& kernels, int codebook_size);
  // The code that `uniform` in [0, 1) picks, or -1 where a logit is not finite.
  int pick(const float* logits, const Sampling& sampling, double uniform);

 private:
  const Kernels& kernels_;
  int size_;
  std::vector<uint64_t> order_;
  Aligned<float> weights_;
};

}  // namespace stemwright
