// Round to nearest, traps off, denormals flushed, for the calling thread while it lives: a filter that dies away must
// not cost more than one that sounds, and the host's own setting must not change a bit.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace stemwright::live {

class FlushedFloats {
 public:
#if defined(__x86_64__) || defined(_M_X64)
  FlushedFloats() noexcept : before_(_mm_getcsr()) { _mm_setcsr(0x9FC0); }
  ~FlushedFloats() { _mm_setcsr(before_); }
#elif defined(__aarch64__)
  FlushedFloats() noexcept {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    const std::uint64_t flushed = std::uint64_t{1} << 24;
    asm volatile("msr fpcr, %0" ::"r"(flushed));
  }
  ~FlushedFloats() { asm volatile("msr fpcr, %0" ::"r"(before_)); }
#else
  FlushedFloats() noexcept {}
#endif
  FlushedFloats(const FlushedFloats&) = delete;
  FlushedFloats& operator=(const FlushedFloats&) = delete;

 private:
#if defined(__x86_64__) || defined(_M_X64)
  unsigned before_;
#elif defined(__aarch64__)
  std::uint64_t before_ = 0;
#endif
};

}  // namespace stemwright::live
