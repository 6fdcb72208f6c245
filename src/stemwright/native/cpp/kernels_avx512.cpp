#include "simd_avx512.h"
#include "kernels_body.h"

namespace stemwright {

const Kernels& kernels_avx512() {
  static constexpr Kernels kernels = table("avx512");
  return kernels;
}

}  // namespace stemwright
