#include "simd_generic.h"
#include "kernels_body.h"

namespace stemwright {

const Kernels& kernels_generic() {
  static constexpr Kernels kernels = table("generic");
  return kernels;
}

}  // namespace stemwright
