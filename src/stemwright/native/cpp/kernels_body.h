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
#include "kernels.h"

namespace {

using stemwright::CacheView;
using stemwright::FloatPanels;
using stemwright::Int8Panels;
using stemwright::Kernels;
using stemwright::kLanes;
using stemwright::kPanel;

inline float tree_sum(V16 v) {
  float part[kLanes];
  v_store(part, v);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) part[i] = part[i] + part[i + width];
  return part[0];
}

inline float tree_max(V16 v) {
  float part[kLanes];
  v_store(part, v);
  for (int i = 1; i < kLanes; ++i) part[0] = part[i] > part[0] ? part[i] : part[0];
  return part[0];
}

// exp(x): x = n ln 2 + r with |r| <= ln(2) / 2, a polynomial of degree 6 in r, times 2^n. Clamped to [-87, 88].
inline V16 v_exp(V16 x) {
  x = v_min(v_max(x, v_set(-87.0f)), v_set(88.0f));
  const V16 magic = v_set(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const V16 t = v_fma(x, v_set(1.44269504f), magic);
  const V16 n = v_sub(t, magic);
  V16 r = v_fma(n, v_set(-0.693359375f), x);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  V16 p = v_set(1.9875691500e-4f);
  p = v_fma(p, r, v_set(1.3981999507e-3f));
  p = v_fma(p, r, v_set(8.3334519073e-3f));
  p = v_fma(p, r, v_set(4.1665795894e-2f));
  p = v_fma(p, r, v_set(1.6666665459e-1f));
  p = v_fma(p, r, v_set(5.0000001201e-1f));
  p = v_fma(v_mul(r, r), p, v_add(r, v_set(1.0f)));
  return v_mul(p, v_pow2(t));
}

inline V16 load_weights(const int8_t* p) { return v_load_i8(p); }
inline V16 load_weights(const float* p) { return v_load(p); }

// sum[b][v] = sum over k of in[b][k] * w[k][16 v ..], one chain each
template <int kRows, int kVecs, typename Weight>
inline void chains(const Weight* w, int inputs, const float* in, int in_stride, V16 (&sum)[kRows][kVecs]) {
  for (int b = 0; b < kRows; ++b)
    for (int v = 0; v < kVecs; ++v) sum[b][v] = v_set(0.0f);
  for (int k = 0; k < inputs; ++k, w += kPanel) {
    V16 x[kRows];
    for (int b = 0; b < kRows; ++b) x[b] = v_set(in[static_cast<long>(b) * in_stride + k]);
    for (int v = 0; v < kVecs; ++v) {
      const V16 weight = load_weights(w + v * kLanes);
      for (int b = 0; b < kRows; ++b) sum[b][v] = v_fma(x[b], weight, sum[b][v]);
    }
  }
}

// One row, two panels at once: enough chains to hide the latency of a fused multiply-add on wide machines.
template <typename Weight>
inline void chains_two_panels(const Weight* w, int inputs, const float* in, V16 (&sum)[8]) {
  const Weight* w2 = w + static_cast<long>(inputs) * kPanel;
  for (int v = 0; v < 8; ++v) sum[v] = v_set(0.0f);
  for (int k = 0; k < inputs; ++k, w += kPanel, w2 += kPanel) {
    const V16 x = v_set(in[k]);
    for (int v = 0; v < 4; ++v) sum[v] = v_fma(x, load_weights(w + v * kLanes), sum[v]);
    for (int v = 0; v < 4; ++v) sum[4 + v] = v_fma(x, load_weights(w2 + v * kLanes), sum[4 + v]);
  }
}

// What happens to a finished sum: `write(sum, output index, where it goes)`.
template <int kRows, int kVecs, typename Weight, typename Write>
inline void panel_rows(const Weight* w, int inputs, int panel, const float* in, int in_stride, float* out,
                       int out_stride, const Write& write) {
  for (int first = 0; first < kPanel / kLanes; first += kVecs) {
    V16 sum[kRows][kVecs];
    chains<kRows, kVecs>(w + first * kLanes, inputs, in, in_stride, sum);
    for (int b = 0; b < kRows; ++b)
      for (int v = 0; v < kVecs; ++v) {
        const int n = panel * kPanel + (first + v) * kLanes;
        write(sum[b][v], n, out + static_cast<long>(b) * out_stride + n);
      }
  }
}

template <typename Weight, typename Write>
inline void matmul(const Weight* weights, int inputs, int first, int last, const float* in, int in_stride, int rows,
                   float* out, int out_stride, const Write& write) {
  const long panel_size = static_cast<long>(inputs) * kPanel;
  int panel = first;
  if (rows == 1 && kTileOne == 8) {
    for (; panel + 1 < last; panel += 2) {
      V16 sum[8];
      chains_two_panels(weights + panel * panel_size, inputs, in, sum);
      for (int v = 0; v < 8; ++v) write(sum[v], panel * kPanel + v * kLanes, out + panel * kPanel + v * kLanes);
    }
  }
  for (; panel < last; ++panel) {
    const Weight* w = weights + panel * panel_size;
    int b = 0;
    for (; b + kTileRows <= rows; b += kTileRows)
      panel_rows<kTileRows, kTileVecs>(w, inputs, panel, in + static_cast<long>(b) * in_stride, in_stride,
                                       out + static_cast<long>(b) * out_stride, out_stride, write);
    for (; b < rows; ++b)
      panel_rows<1, 4>(w, inputs, panel, in + static_cast<long>(b) * in_stride, in_stride,
                       out + static_cast<long>(b) * out_stride, out_stride, write);
  }
}

void matmul_int8(const Int8Panels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                 int out_stride, bool accumulate) {
  const float* scales = w.scales;
  if (accumulate) {
    matmul(w.weights, w.inputs, first, last, in, in_stride, rows, out, out_stride, [scales](V16 sum, int n, float* to) {
      v_store(to, v_fma(sum, v_load(scales + n), v_load(to)));
    });
  } else {
    matmul(w.weights, w.inputs, first, last, in, in_stride, rows, out, out_stride,
           [scales](V16 sum, int n, float* to) { v_store(to, v_mul(sum, v_load(scales + n))); });
  }
}

void matmul_float(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                  int out_stride) {
  const float* bias = w.bias;
  matmul(w.weights, w.inputs, first, last, in, in_stride, rows, out, out_stride,
         [bias](V16 sum, int n, float* to) { v_store(to, v_add(sum, v_load(bias + n))); });
}

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

void exp_shifted(float* values, float shift, int n) {
  const V16 s = v_set(shift);
  for (int i = 0; i < n; i += kLanes) v_store(values + i, v_exp(v_sub(v_load(values + i), s)));
}

void fused(const float* a, const float* b, const float* c, int n, float* out) {
  for (int i = 0; i < n; i += kLanes) v_store(out + i, v_fma(v_load(a + i), v_load(b + i), v_load(c + i)));
}

// Scores of kHeads heads for every block of 16 slots: each score is one chain over head_dim.
template <int kHeads>
inline void score_blocks(const CacheView& c, const float* query, int padded, float* scores) {
  const long block_size = static_cast<long>(c.head_dim) * kLanes;
  const int blocks = (c.slots + kLanes - 1) / kLanes;
  for (int block = 0; block < blocks; block += 2) {
    const float* keys = c.keys + block * block_size;
    const bool pair = block + 1 < blocks;
    const float* keys2 = pair ? keys + block_size : keys;
    V16 sum[kHeads], sum2[kHeads];
    for (int h = 0; h < kHeads; ++h) sum[h] = sum2[h] = v_set(0.0f);
    for (int j = 0; j < c.head_dim; ++j) {
      const V16 key = v_load(keys + j * kLanes);
      const V16 key2 = v_load(keys2 + j * kLanes);
      for (int h = 0; h < kHeads; ++h) {
        const V16 q = v_set(query[h * c.head_dim + j]);
        sum[h] = v_fma(q, key, sum[h]);
        sum2[h] = v_fma(q, key2, sum2[h]);
      }
    }
    for (int h = 0; h < kHeads; ++h) {
      v_store(scores + static_cast<long>(h) * padded + block * kLanes, sum[h]);
      v_store(scores + static_cast<long>(h) * padded + (block + 1) * kLanes, sum2[h]);
    }
  }
}

// Scores of one head to unnormalised probabilities, zero past the filled slots. Returns their sum.
inline float soften(float* scores, int slots, int padded) {
  float top = scores[0];
  const int whole = slots / kLanes * kLanes;
  if (whole > 0) {
    V16 best = v_load(scores);
    for (int i = kLanes; i < whole; i += kLanes) best = v_max(best, v_load(scores + i));
    top = tree_max(best);
  }
  for (int i = whole; i < slots; ++i) top = scores[i] > top ? scores[i] : top;
  for (int i = slots; i < padded; ++i) scores[i] = top;
  exp_shifted(scores, top, padded);
  for (int i = slots; i < padded; ++i) scores[i] = 0.0f;
  V16 sum = v_set(0.0f);
  for (int i = 0; i < padded; i += kLanes) sum = v_add(sum, v_load(scores + i));
  return tree_sum(sum);
}

// out[h][d] = sum over slots of p[h][slot] * value[slot][d], one chain each, in the order of the slots
template <int kHeads, int kDims>
inline void weigh_values(const CacheView& c, const float* p, int padded, const float* sums, int dim, float* out) {
  V16 sum[kHeads][kDims];
  for (int h = 0; h < kHeads; ++h)
    for (int d = 0; d < kDims; ++d) sum[h][d] = v_set(0.0f);
  const float* value = c.values + dim;
  for (int slot = 0; slot < c.slots; ++slot, value += c.head_dim) {
    V16 row[kDims];
    for (int d = 0; d < kDims; ++d) row[d] = v_load(value + d * kLanes);
    for (int h = 0; h < kHeads; ++h) {
      const V16 weight = v_set(p[static_cast<long>(h) * padded + slot]);
      for (int d = 0; d < kDims; ++d) sum[h][d] = v_fma(weight, row[d], sum[h][d]);
    }
  }
  for (int h = 0; h < kHeads; ++h)
    for (int d = 0; d < kDims; ++d)
      v_store(out + static_cast<long>(h) * c.head_dim + dim + d * kLanes, v_div(sum[h][d], v_set(sums[h])));
}

template <int kHeads>
inline void attend_heads(const CacheView& c, const float* query, int padded, float* scores, float* out) {
  score_blocks<kHeads>(c, query, padded, scores);
  float sums[kHeads];
  for (int h = 0; h < kHeads; ++h) sums[h] = soften(scores + static_cast<long>(h) * padded, c.slots, padded);
  int dim = 0;
  for (; dim + kDimTile * kLanes <= c.head_dim; dim += kDimTile * kLanes)
    weigh_values<kHeads, kDimTile>(c, scores, padded, sums, dim, out);
  for (; dim < c.head_dim; dim += kLanes) weigh_values<kHeads, 1>(c, scores, padded, sums, dim, out);
}

void attend(const CacheView& c, const float* query, int heads, float* scores, float* out) {
  const int padded = stemwright::round_up(c.slots, 2 * kLanes);
  int h = 0;
  for (; h + kHeadTile <= heads; h += kHeadTile)
    attend_heads<kHeadTile>(c, query + static_cast<long>(h) * c.head_dim, padded, scores,
                            out + static_cast<long>(h) * c.head_dim);
  for (; h < heads; ++h)
    attend_heads<1>(c, query + static_cast<long>(h) * c.head_dim, padded, scores,
                    out + static_cast<long>(h) * c.head_dim);
}

constexpr Kernels table(const char* name) {
  return Kernels{name, matmul_int8, matmul_float, rms_norm, swiglu, add_row, attend, exp_shifted, fused};
}

}  // namespace
