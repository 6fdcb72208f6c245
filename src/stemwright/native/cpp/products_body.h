// Products of weights in panels with the rows of a batch. The rules of kernels_body.h hold.
#pragma once
#include "lanes_body.h"

namespace {

using stemwright::FloatColumns;
using stemwright::FloatPanels;
using stemwright::Int8Panels;
using stemwright::kPanel;

// The rows of a batch: what a product reads and where it writes.
struct Rows {
  const float* in;
  long in_stride;
  float* out;
  long out_stride;

  Rows from(int row) const { return {in + row * in_stride, in_stride, out + row * out_stride, out_stride}; }
};

// sum[v][b] += sum over k of in[b][k] * w[k][16 v ..], going on with one chain each. As many bytes from `ahead` on are
// fetched as are read.
template <int kRows, int kVecs, typename Weight>
inline void chains(const Weight* w, const Weight* ahead, int inputs, const float* in, long in_stride,
                   V16 (&sum)[kVecs][kRows]) {
  for (int k = 0; k < inputs; ++k, w += kPanel, ahead += kVecs * kLanes) {
    v_prefetch(ahead);
    for (int v = 0; v < kVecs; ++v) {
      const V16 weight = load_element(w + v * kLanes);
      for (int b = 0; b < kRows; ++b) sum[v][b] = v_fma(v_set(in[b * in_stride + k]), weight, sum[v][b]);
    }
  }
}

constexpr int kPanelVecs = kPanel / kLanes;
constexpr int kStretch = 64;  // inputs of a panel that meet all rows and outputs while the next ones are fetched

// As much of a panel at once as leaves the sums of so many rows in registers.
constexpr int vecs_at_once(int rows) { return 4 * rows <= kTileSums ? 4 : 2 * rows <= kTileSums ? 2 : 1; }

// One panel for kRows rows whose sums all fit in registers. What happens to a finished sum: `write(sum, output index,
// where it goes)`.
template <int kRows, typename Weight, typename Write>
inline void panel_at_once(const Weight* w, int inputs, int panel, const Rows& rows, const Write& write) {
  V16 sum[kPanelVecs][kRows];
  for (int v = 0; v < kPanelVecs; ++v)
    for (int b = 0; b < kRows; ++b) sum[v][b] = v_set(0.0f);
  chains(w, w + kStretch * kPanel, inputs, rows.in, rows.in_stride, sum);
  for (int v = 0; v < kPanelVecs; ++v)
    for (int b = 0; b < kRows; ++b) {
      const int n = panel * kPanel + v * kLanes;
      write(sum[v][b], n, rows.out + b * rows.out_stride + n);
    }
}

// The same where they do not: stretch by stretch, so that each byte comes from memory once.
template <int kRows, int kVecs, typename Weight, typename Write>
inline void panel_in_stretches(const Weight* w, int inputs, int panel, const Rows& rows, const Write& write) {
  alignas(64) float sums[kPanelVecs][kRows][kLanes] = {};
  for (int k = 0; k < inputs; k += kStretch, w += kStretch * kPanel) {
    const int count = inputs - k < kStretch ? inputs - k : kStretch;
    for (int first = 0; first < kPanelVecs; first += kVecs) {
      V16 sum[kVecs][kRows];
      for (int v = 0; v < kVecs; ++v)
        for (int b = 0; b < kRows; ++b) sum[v][b] = v_load(sums[first + v][b]);
      chains(w + first * kLanes, w + kStretch * (kPanel + first * kLanes), count, rows.in + k, rows.in_stride, sum);
      for (int v = 0; v < kVecs; ++v)
        for (int b = 0; b < kRows; ++b) v_store(sums[first + v][b], sum[v][b]);
    }
  }
  for (int v = 0; v < kPanelVecs; ++v)
    for (int b = 0; b < kRows; ++b) {
      const int n = panel * kPanel + v * kLanes;
      write(v_load(sums[v][b]), n, rows.out + b * rows.out_stride + n);
    }
}

template <int kRows, typename Weight, typename Write>
inline void panel_rows(const Weight* w, int inputs, int panel, const Rows& rows, const Write& write) {
  constexpr int kVecs = vecs_at_once(kRows);
  if constexpr (kVecs == kPanelVecs)
    panel_at_once<kRows>(w, inputs, panel, rows, write);
  else
    panel_in_stretches<kRows, kVecs>(w, inputs, panel, rows, write);
}

// `count` rows, at most kMost: each number of rows has its own code.
template <int kMost, typename Weight, typename Write>
inline void panel_tile(const Weight* w, int inputs, int panel, const Rows& rows, int count, const Write& write) {
  if (count == kMost)
    panel_rows<kMost>(w, inputs, panel, rows, write);
  else if constexpr (kMost > 1)
    panel_tile<kMost - 1>(w, inputs, panel, rows, count, write);
}

// A panel stays in the cache while all rows pass over it, in tiles as equal as can be.
template <typename Weight, typename Write>
inline void matmul(const Weight* weights, int inputs, int first, int last, const Rows& rows, int count,
                   const Write& write) {
  for (int panel = first; panel < last; ++panel) {
    const Weight* w = weights + static_cast<long>(panel) * inputs * kPanel;
    int tiles = (count + kTileRows - 1) / kTileRows;
    for (int row = 0; row < count; --tiles) {
      const int size = (count - row + tiles - 1) / tiles;
      panel_tile<kTileRows>(w, inputs, panel, rows.from(row), size, write);
      row += size;
    }
  }
}

void matmul_int8(const Int8Panels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                 int out_stride, bool accumulate) {
  const float* scales = w.scales;
  matmul(w.weights, w.inputs, first, last, {in, in_stride, out, out_stride}, rows,
         [scales, accumulate](V16 sum, int n, float* to) {
           const V16 scale = v_load(scales + n);
           v_store(to, accumulate ? v_fma(sum, scale, v_load(to)) : v_mul(sum, scale));
         });
}

void matmul_float(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                  int out_stride) {
  const float* bias = w.bias;
  matmul(w.weights, w.inputs, first, last, {in, in_stride, out, out_stride}, rows,
         [bias](V16 sum, int n, float* to) { v_store(to, v_add(sum, v_load(bias + n))); });
}

// Outputs [n, n + 16 kVecs) of kRows rows.
template <int kRows, int kVecs>
inline void few_at_once(const FloatColumns& w, int n, const Rows& rows) {
  V16 sum[kVecs][kRows];
  for (int v = 0; v < kVecs; ++v)
    for (int b = 0; b < kRows; ++b) sum[v][b] = v_set(0.0f);
  const float* at = w.weights + n;
  for (int k = 0; k < w.inputs; ++k, at += w.width)
    for (int v = 0; v < kVecs; ++v) {
      const V16 weight = v_load(at + v * kLanes);
      for (int b = 0; b < kRows; ++b) sum[v][b] = v_fma(v_set(rows.in[b * rows.in_stride + k]), weight, sum[v][b]);
    }
  for (int v = 0; v < kVecs; ++v)
    for (int b = 0; b < kRows; ++b) v_store(rows.out + b * rows.out_stride + n + v * kLanes, sum[v][b]);
}

template <int kRows>
inline void few_rows(const FloatColumns& w, const Rows& rows) {
  int n = 0;
  for (; n + 2 * kLanes <= w.width; n += 2 * kLanes) few_at_once<kRows, 2>(w, n, rows);
  if (n < w.width) few_at_once<kRows, 1>(w, n, rows);
}

void few_outputs(const FloatColumns& w, const float* in, int in_stride, int rows, float* out, int out_stride) {
  const Rows all{in, in_stride, out, out_stride};
  int row = 0;
  for (; row + 4 <= rows; row += 4) few_rows<4>(w, all.from(row));
  for (; row < rows; ++row) few_rows<1>(w, all.from(row));
}

void add_product(const FloatPanels& w, int first, int last, const float* in, int in_stride, int rows, float* out,
                 int out_stride) {
  matmul(w.weights, w.inputs, first, last, {in, in_stride, out, out_stride}, rows,
         [](V16 sum, int, float* to) { v_store(to, v_add(v_load(to), sum)); });
}

}  // namespace
