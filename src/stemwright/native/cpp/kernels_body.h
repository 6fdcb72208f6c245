// The kernels, written once over the sixteen-lane type V16 that the including file has defined.
//
// Everything here has internal linkage: these files are compiled with different instruction sets, and a function
// shared by the linker could bring a newer instruction to an older machine. For that reason also: no standard library
// templates here.
//
// Rules that keep the bits equal everywhere:
//  - an output of a product is ONE chain of fused multiply-adds over the inputs in their order;
//  - a reduction has kLanes partial results, lane = index % kLanes, joined by one fixed tree;
//  - nothing else is fused: products and sums are separate operations unless v_fma says so.
#pragma once
#include "attention_body.h"
#include "lanes_body.h"
#include "oscillators_body.h"
#include "products_body.h"

namespace {

using stemwright::Kernels;

void rms_norm(const float* in, const float* weight, int n, float eps, float* out) {
  V16 squares = v_set(0.0f);
  for (int i = 0; i < n; i += kLanes) {
    const V16 x = v_load(in + i);
    squares = v_fma(x, x, squares);
  }
  const float mean = tree_sum(squares) / static_cast<float>(n);
  const V16 factor = v_set(1.0f / __builtin_sqrtf(mean + eps));
  for (int i = 0; i < n; i += kLanes) v_store(out + i, v_mul(v_mul(v_load(in + i), factor), v_load(weight + i)));
}

void swiglu(float* gate, const float* up, int n) {
  const V16 one = v_set(1.0f);
  for (int i = 0; i < n; i += kLanes) {
    const V16 g = v_load(gate + i);
    const V16 silu = v_div(g, v_add(one, v_exp(v_sub(v_set(0.0f), g))));
    v_store(gate + i, v_mul(silu, v_load(up + i)));
  }
}

void add_row(const int8_t* row, float scale, int n, float* out) {
  const V16 s = v_set(scale);
  for (int i = 0; i < n; i += kLanes) v_store(out + i, v_fma(v_load_i8(row + i), s, v_load(out + i)));
}

void fused(const float* a, const float* b, const float* c, int n, float* out) {
  for (int i = 0; i < n; i += kLanes) v_store(out + i, v_fma(v_load(a + i), v_load(b + i), v_load(c + i)));
}

void quantise(const float* in, int n, int8_t* out, float* scale) {
  V16 largest = v_set(0.0f), poison = v_set(0.0f);
  for (int i = 0; i < n; i += kLanes) {
    const V16 x = v_load(in + i);
    largest = v_max(largest, v_max(x, v_sub(v_set(0.0f), x)));
    poison = v_fma(x, v_set(0.0f), poison);  // zero, or NaN from the first x on that is not finite
  }
  const float top = tree_max(largest), exact = top / 127.0f;
  const float step = exact > FLT_MIN ? exact : FLT_MIN;  // below the normal floats top / step could be 190
  *scale = tree_sum(poison) != 0.0f ? __builtin_inff() : top > 0.0f ? step : 0.0f;
  const V16 divisor = v_set(step), magic = v_set(12582912.0f);  // 1.5 * 2^23: the sum's low byte is the integer's
  for (int i = 0; i < n; i += kLanes) {
    float sum[kLanes];
    v_store(sum, v_add(v_div(v_load(in + i), divisor), magic));
    for (int lane = 0; lane < kLanes; ++lane) {
      uint32_t bits;
      __builtin_memcpy(&bits, &sum[lane], sizeof(bits));
      out[i + lane] = static_cast<int8_t>(bits & 0xFF);
    }
  }
}

constexpr Kernels table(const char* name) {
  return Kernels{name,         matmul_int8, matmul_float, few_outputs, add_product, rms_norm, swiglu, add_row,
                 quantise,     attend_float, attend_int8, exp_shifted, fused,       oscillate};
}

}  // namespace
