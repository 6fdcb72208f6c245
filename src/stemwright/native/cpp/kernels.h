// The table of kernels that every instruction set provides. All give the same bits: see kernels_body.h.
#pragma once
#include <cfloat>
#include <cstdint>

#if defined(__FAST_MATH__)
#error "The engine's bits must not depend on the compiler: build it without -ffast-math"
#endif
static_assert(FLT_EVAL_METHOD == 0, "floats must be computed as floats: on 32-bit x86 build with -msse2 -mfpmath=sse");

namespace stemwright {

constexpr int kPanel = 64;  // outputs in one panel of a weight matrix
constexpr int kLanes = 16;  // partial sums of a reduction, whatever the registers' width

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

// Keys [slot / 16][head_dim][16], values [slot][head_dim], of one row and one key-value head.
struct CacheView {
  const float* keys;
  const float* values;
  int slots;  // how many are filled
  int head_dim;
};

struct Kernels {
  const char* name;
  // out[b][n] (+)= scale[n] * sum_k in[b][k] * w[n][k] for the outputs of panels [first, last)
  void (*matmul_int8)(const Int8Panels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                      int out_stride, bool accumulate);
  // out[b][n] = bias[n] + sum_k in[b][k] * w[n][k]
  void (*matmul_float)(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows,
                       float* out, int out_stride);
  // out = in / sqrt(mean(in^2) + eps) * weight; n is a multiple of kLanes
  void (*rms_norm)(const float* in, const float* weight, int n, float eps, float* out);
  // gate = gate / (1 + exp(-gate)) * up
  void (*swiglu)(float* gate, const float* up, int n);
  // out += row * scale
  void (*add_row)(const int8_t* row, float scale, int n, float* out);
  // Softmax attention of `heads` query heads [heads][head_dim] over one key-value head.
  // scores: scratch of heads * round_up(slots, 32) floats
  void (*attend)(const CacheView& cache, const float* query, int heads, float* scores, float* out);
  // values[i] = exp(values[i] - shift); n is a multiple of kLanes
  void (*exp_shifted)(float* values, float shift, int n);
  // out = a * b + c, rounded once: what the others are made of, here for the tests; n is a multiple of kLanes
  void (*fused)(const float* a, const float* b, const float* c, int n, float* out);
};

const Kernels& kernels_generic();
#if defined(__x86_64__)
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#elif defined(__aarch64__)
const Kernels& kernels_neon();
#endif

}  // namespace stemwright
