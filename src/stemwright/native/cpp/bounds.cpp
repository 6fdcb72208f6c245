// What this machine allows: how fast it reads memory, and how fast it multiplies and adds. Nothing here decides a bit.
#include "bounds.h"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "arrays.h"
#include "cpu.h"
#include "memory.h"

namespace nb = nanobind;

namespace stemwright {
namespace {

using Clock = std::chrono::steady_clock;
typedef uint64_t Word __attribute__((vector_size(16)));  // every 64-bit processor has registers of 16 bytes

constexpr size_t kLine = 64, kPage = size_t{2} << 20;
constexpr int kMostThreads = 64;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Reads every line of [data, data + size) as `kStreams` streams side by side. More than one keeps more misses in flight.
template <int kStreams>
uint64_t read_all(const char* data, size_t size) {
  const size_t part = size / kStreams / kLine * kLine;
  Word seen[kStreams] = {};
  for (size_t i = 0; i < part; i += kLine)
    for (int s = 0; s < kStreams; ++s) {
      const Word* line = reinterpret_cast<const Word*>(data + static_cast<size_t>(s) * part + i);
      seen[s] |= (line[0] | line[1]) | (line[2] | line[3]);
    }
  for (int s = 1; s < kStreams; ++s) seen[0] |= seen[s];
  return seen[0][0] | seen[0][1];
}

// Memory that threads read, each its own part, again and again. In large pages where the system has them: with small
// ones the time goes into looking up addresses.
class Reader {
 public:
  Reader(size_t bytes, int threads) : threads_(threads) {
    require(threads >= 1 && threads <= kMostThreads, "threads must be 1 to 64");
    part_ = bytes / static_cast<size_t>(threads) / kLine * kLine;
    require(part_ >= 16 * kLine && bytes <= size_t{1} << 40, "bytes: out of range");
    const size_t size = (part_ * static_cast<size_t>(threads) + kPage - 1) / kPage * kPage;
    memory_.reset(std::aligned_alloc(kPage, size));
    if (!memory_) throw std::bad_alloc();
#if defined(__linux__)
    madvise(memory_.get(), size, MADV_HUGEPAGE);
#endif
    std::memset(memory_.get(), 1, size);
  }

  // Bytes a second over `passes` passes, all threads together, with one stream or four a thread.
  double rate(int passes, bool four) {
    require(passes >= 1, "passes must be at least 1");
    const nb::gil_scoped_release released;
    std::atomic<int> ready{0};
    std::atomic<bool> go{false};
    const auto work = [&](int thread) {
      const char* data = static_cast<const char*>(memory_.get()) + static_cast<size_t>(thread) * part_;
      ++ready;
      while (!go) std::this_thread::yield();
      for (int i = 0; i < passes; ++i) sink_ = sink_ | (four ? read_all<4>(data, part_) : read_all<1>(data, part_));
    };
    std::vector<std::thread> others;
    for (int i = 1; i < threads_; ++i) others.emplace_back(work, i);
    while (ready < threads_ - 1) std::this_thread::yield();
    const Clock::time_point start = Clock::now();
    go = true;
    work(0);
    for (std::thread& thread : others) thread.join();
    return static_cast<double>(part_) * threads_ * passes / seconds_since(start);
  }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<void, Free> memory_;
  int threads_;
  size_t part_ = 0;
  std::atomic<uint64_t> sink_{0};
};

// Enough independent chains to hide the latency of a fused multiply-add on every processor we know.
constexpr int kChains = 12;
constexpr int kLoops = 1 << 16;

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float fma_avx512() {
  __m512 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 x = _mm512_set1_ps(0.999f);
  for (int loop = 0; loop < kLoops; ++loop)
    for (int i = 0; i < kChains; ++i) sum[i] = _mm512_fmadd_ps(sum[i], x, x);
  float out = 0.0f;
  for (int i = 0; i < kChains; ++i) out += _mm512_reduce_add_ps(sum[i]);
  return out;
}

__attribute__((target("avx2,fma"))) float fma_avx2() {
  __m256 sum[kChains];
  for (int i = 0; i < kChains; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 x = _mm256_set1_ps(0.999f);
  for (int loop = 0; loop < kLoops; ++loop)
    for (int i = 0; i < kChains; ++i) sum[i] = _mm256_fmadd_ps(sum[i], x, x);
  float out = 0.0f;
  for (int i = 0; i < kChains; ++i) out += _mm256_cvtss_f32(sum[i]);
  return out;
}
#elif defined(__aarch64__)
float fma_neon() {
  float32x4_t sum[2 * kChains];
  for (int i = 0; i < 2 * kChains; ++i) sum[i] = vdupq_n_f32(static_cast<float>(i));
  const float32x4_t x = vdupq_n_f32(0.999f);
  for (int loop = 0; loop < kLoops; ++loop)
    for (int i = 0; i < 2 * kChains; ++i) sum[i] = vfmaq_f32(x, sum[i], x);
  float out = 0.0f;
  for (int i = 0; i < 2 * kChains; ++i) out += vaddvq_f32(sum[i]);
  return out;
}
#endif

// Fused multiply-adds a second of one core, in registers alone; 0 where `isa` has no such instruction.
double fma_rate(const std::string& isa) {
  kernels_for(isa);
  const nb::gil_scoped_release released;
  float (*loop)() = nullptr;
  double each = 0.0;
#if defined(__x86_64__)
  if (isa == "avx512") loop = fma_avx512, each = 16.0 * kChains * kLoops;
  if (isa == "avx2") loop = fma_avx2, each = 8.0 * kChains * kLoops;
#elif defined(__aarch64__)
  if (isa == "neon") loop = fma_neon, each = 4.0 * 2 * kChains * kLoops;
#endif
  if (loop == nullptr) return 0.0;
  volatile float sink = loop();  // once unmeasured: wide registers take a moment to be switched on
  const Clock::time_point start = Clock::now();
  constexpr int kTimes = 20;
  for (int i = 0; i < kTimes; ++i) sink = loop();
  static_cast<void>(sink);
  return kTimes * each / seconds_since(start);
}

// Multiply-adds a second of one core in our own product kernel, int8 weights by `rows` rows, all of it in the first-level
// cache: what the kernel could do if memory cost nothing.
double kernel_rate(const std::string& isa, int rows) {
  constexpr int kInputs = 128, kTimes = 2000;
  require(rows >= 1 && rows <= 16, "rows must be 1 to 16");
  const Kernels& kernels = kernels_for(isa);
  const nb::gil_scoped_release released;
  const FloatMode mode;
  Aligned<int8_t> weights(kInputs * kPanel);
  Aligned<float> scales(kPanel), in(static_cast<size_t>(kInputs * rows)), out(static_cast<size_t>(kPanel * rows));
  std::fill(weights.data(), weights.data() + weights.size(), int8_t{3});
  std::fill(in.data(), in.data() + in.size(), 0.5f);
  const Int8Panels panels = {weights.data(), scales.data(), kInputs};
  Clock::time_point start;
  for (int i = -kTimes / 10; i < kTimes; ++i) {
    if (i == 0) start = Clock::now();
    kernels.matmul_int8(panels, 0, 1, in.data(), kInputs, rows, out.data(), kPanel, false);
  }
  return static_cast<double>(kTimes) * kInputs * kPanel * rows / seconds_since(start);
}

}  // namespace

void bind_bounds(nb::module_& m) {
  using namespace nb::literals;
  nb::class_<Reader>(m, "Reader")
      .def(nb::init<size_t, int>(), "bytes"_a, "threads"_a)
      .def("rate", &Reader::rate, "passes"_a, "four"_a);
  m.def("fma_rate", &fma_rate, "isa"_a);
  m.def("kernel_rate", &kernel_rate, "isa"_a, "rows"_a);
}

}  // namespace stemwright
