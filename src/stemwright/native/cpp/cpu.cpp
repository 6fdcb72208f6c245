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

const Kernels& kernels_for(const std::string& isa) {
  for (const std::string& name : available_isas()) {
    if (name != isa) continue;
#if defined(__x86_64__)
    if (name == "avx512") return kernels_avx512();
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
