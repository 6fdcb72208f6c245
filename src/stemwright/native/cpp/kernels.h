// The table of kernels that every instruction set provides. All give the same bits: see kernels_body.h.
#pragma once
#include <cfloat>
#include <cstddef>
#include <cstdint>

#include "oscillation.h"

#if defined(__FAST_MATH__)
#error "The engine's bits must not depend on the compiler: build it without -ffast-math"
#endif
static_assert(FLT_EVAL_METHOD == 0, "floats must be computed as floats: on 32-bit x86 build with -msse2 -mfpmath=sse");

namespace stemwright {

constexpr int kPanel = 64;      // outputs in one panel of a weight matrix
constexpr int kLanes = 16;      // partial sums of a reduction, whatever the registers' width
constexpr int kPageSlots = 64;  // positions of one page of the key-value cache; a multiple of kLanes

static inline int round_up(int n, int to) { return (n + to - 1) / to * to; }

// Weights [panels][inputs][kPanel] and one scale per output, both padded with zeros to whole panels.
struct Int8Panels {
  const int8_t* weights;
  const float* scales;
  int inputs;
};

struct FloatPanels {
  const float* weights;
  const float* bias;
  int inputs;
};

enum class KvType { float32, int8 };

// One key-value head of one block, in every page of a row's cache. In a page, from `offset` on:
// float32: keys float [kPageSlots / 16][head_dim][16], values float [kPageSlots][head_dim]
// int8: the same in int8, then key scales float [kPageSlots], value scales float [kPageSlots]
// What a page holds past the filled slots does not matter, but it may be read.
struct CacheView {
  const char* const* pages;  // first byte of each page, 64-byte aligned; slot s is in pages[s / kPageSlots]
  size_t offset;             // bytes, a multiple of 64
  int slots;                 // how many are filled, >= 1
  int head_dim;              // a multiple of 16
};

// What one key-value head takes in a page, a multiple of 64 bytes.
static inline size_t page_head_bytes(KvType type, int head_dim) {
  const size_t elements = 2 * static_cast<size_t>(kPageSlots) * static_cast<size_t>(head_dim);
  return type == KvType::float32 ? elements * sizeof(float) : elements + 2 * kPageSlots * sizeof(float);
}

// Few outputs: weights [inputs][width], padded with zeros to whole lanes.
struct FloatColumns {
  const float* weights;
  int width, inputs;
};

struct Kernels {
  const char* name;
  // out[b][n] (+)= scale[n] * sum_k in[b][k] * w[n][k] for the outputs of panels [first, last)
  void (*matmul_int8)(const Int8Panels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                      int out_stride, bool accumulate);
  // out[b][n] = bias[n] + sum_k in[b][k] * w[n][k]
  void (*matmul_float)(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows,
                       float* out, int out_stride);
  // out[b][n] = sum_k in[b][k] * w[k][n] for all outputs
  void (*few_outputs)(const FloatColumns& w, const float* in, int in_stride, int rows, float* out, int out_stride);
  // out[b][n] += sum_k in[b][k] * w[n][k], without the bias
  void (*add_product)(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                      int out_stride);
  // out = in / sqrt(mean(in^2) + eps) * weight; n is a multiple of kLanes
  void (*rms_norm)(const float* in, const float* weight, int n, float eps, float* out);
  // gate = gate / (1 + exp(-gate)) * up
  void (*swiglu)(float* gate, const float* up, int n);
  // out += row * scale
  void (*add_row)(const int8_t* row, float scale, int n, float* out);
  // out[i] = in[i] / scale to the nearest integer, ties to even, in -127..127; scale = max |in| / 127, but a normal
  // float, and 0 where all are zero. Where one is not finite, scale is infinite and `out` means nothing.
  // n is a multiple of kLanes
  void (*quantise)(const float* in, int n, int8_t* out, float* scale);
  // Softmax attention of `heads` query heads [heads][head_dim] over one key-value head.
  // scores: scratch of heads * round_up(slots, 32) floats
  void (*attend_float)(const CacheView& cache, const float* query, int heads, float* scores, float* out);
  // The same over int8. A score is (chain of query * key) * key scale; a weight of the sum over values is
  // (exp * value scale), and the sum is divided by the sum of the unscaled exp.
  void (*attend_int8)(const CacheView& cache, const float* query, int heads, float* scores, float* out);
  // values[i] = exp(values[i] - shift); n is a multiple of kLanes
  void (*exp_shifted)(float* values, float shift, int n);
  // out = a * b + c, rounded once: what the others are made of, here for the tests; n is a multiple of kLanes
  void (*fused)(const float* a, const float* b, const float* c, int n, float* out);
  // bank.out[channel] = the sum of a note's partials over o.blocks blocks; false, and nothing done, where none sounds
  bool (*oscillate)(const Oscillation& o, OscillatorBank& bank);
};

const Kernels& kernels_generic();
#if defined(__x86_64__)
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#elif defined(__aarch64__)
const Kernels& kernels_neon();
#endif

}  // namespace stemwright
