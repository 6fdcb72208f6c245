#include "cpu.h"

#include <stdexcept>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace stemwright {

std::vector<std::string> available_isas() {
  std::vector<std::string> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) found.push_back("avx512");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back("avx2");
#elif defined(__aarch64__)
  found.push_back("neon");
#endif
  found.push_back("generic");
  return found;
}

#if defined(__x86_64__)
namespace {

// Zen 4 runs AVX-512 in halves. For a single row, where widening the weights takes as long as multiplying, it is the
// quicker with the instructions of AVX2: 33 against 27 GB/s of weights in cache. The bits are the same.
void matmul_int8_in_halves(const Int8Panels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                           int out_stride, bool accumulate) {
  const Kernels& kernels = rows == 1 ? kernels_avx2() : kernels_avx512();
  kernels.matmul_int8(w, first, last, in, in_stride, rows, out, out_stride, accumulate);
}

const Kernels& best_avx512() {
  static const Kernels in_halves = [] {
    Kernels kernels = kernels_avx512();
    kernels.matmul_int8 = matmul_int8_in_halves;
    return kernels;
  }();
  return __builtin_cpu_is("amdfam19h") ? in_halves : kernels_avx512();
}

}  // namespace
#endif

const Kernels& kernels_for(const std::string& isa) {
  for (const std::string& name : available_isas()) {
    if (name != isa) continue;
#if defined(__x86_64__)
    if (name == "avx512") return best_avx512();
    if (name == "avx2") return kernels_avx2();
#elif defined(__aarch64__)
    if (name == "neon") return kernels_neon();
#endif
    return kernels_generic();
  }
  throw std::invalid_argument("instruction set " + isa + " is not available on this machine");
}

#if defined(__x86_64__)
// 0x1F80: all exceptions masked, round to nearest, neither flush-to-zero nor denormals-are-zero
FloatMode::FloatMode() : saved_(_mm_getcsr()) { _mm_setcsr(0x1F80); }
FloatMode::~FloatMode() { _mm_setcsr(static_cast<unsigned>(saved_)); }
#elif defined(__aarch64__)
// Assembly, for not every compiler has a builtin for it. 0: the same as on x86.
FloatMode::FloatMode() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" : : "r"(0ULL));
}
FloatMode::~FloatMode() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
FloatMode::FloatMode() : saved_(0) {}
FloatMode::~FloatMode() {}
#endif

}  // namespace stemwright
