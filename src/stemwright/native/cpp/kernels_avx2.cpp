#include "simd_avx2.h"
#include "kernels_body.h"

namespace stemwright {

const Kernels& kernels_avx2() {
  static constexpr Kernels kernels = table("avx2");
  return kernels;
}

}  // namespace stemwright
