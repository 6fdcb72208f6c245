#include "simd_neon.h"
#include "kernels_body.h"

namespace stemwright {

const Kernels& kernels_neon() {
  static constexpr Kernels kernels = table("neon");
  return kernels;
}

}  // namespace stemwright
