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
#include "oscillators_body.h"

namespace {

using stemwright::CacheView;
using stemwright::FloatPanels;
using stemwright::Int8Panels;
using stemwright::Kernels;
using stemwright::kLanes;
using stemwright::kPageSlots;
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

inline V16 load_element(const int8_t* p) { return v_load_i8(p); }
inline V16 load_element(const float* p) { return v_load(p); }

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

// A key-value head in one page of the cache; int8 elements have a scale a slot.
template <typename Element>
struct Page {
  const Element* keys;
  const Element* values;
  const float* key_scales;
  const float* value_scales;

  Page(const CacheView& c, int slot) {
    const char* start = c.pages[slot / kPageSlots] + c.offset;
    const long elements = static_cast<long>(kPageSlots) * c.head_dim;
    keys = reinterpret_cast<const Element*>(start);
    values = keys + elements;
    key_scales = reinterpret_cast<const float*>(values + elements);
    value_scales = key_scales + kPageSlots;
  }
};

// Fetches `kCount` elements. Pages lie anywhere in memory, so the machine cannot guess where reading goes on. Not a loop:
// with one inside, compilers keep the sums around it in memory.
template <int kCount, typename Element>
inline void fetch(const Element* from) {
  constexpr int kLine = 64 / static_cast<int>(sizeof(Element));
  v_prefetch(from);
  if constexpr (kCount > kLine) fetch<kCount - kLine>(from + kLine);
}

// What `score` reads after the tile at `slot`: the next keys, or at the end the first values.
template <typename Element>
inline const Element* after_keys(const CacheView& c, int slot) {
  const int next = slot + kBlockTile * kLanes;
  if (next >= c.slots) return Page<Element>(c, 0).values;
  return Page<Element>(c, next).keys + static_cast<long>(next % kPageSlots) * c.head_dim;
}

inline V16 scaled(V16 x, const Page<float>&, const float*) { return x; }
inline V16 scaled(V16 x, const Page<int8_t>&, const float* scales) { return v_mul(x, v_load(scales)); }

// scores[h][slot] for whole blocks of slots, also past the filled ones: each is one chain over head_dim.
template <typename Element, int kHeads>
inline void score(const CacheView& c, const float* query, int padded, float* scores) {
  const long block_size = static_cast<long>(c.head_dim) * kLanes;
  for (int slot = 0; slot < c.slots; slot += kBlockTile * kLanes) {
    const Page<Element> page(c, slot);
    const int in_page = slot % kPageSlots;
    const Element* keys = page.keys + in_page / kLanes * block_size;
    const Element* ahead = after_keys<Element>(c, slot);
    V16 sum[kBlockTile][kHeads];
    for (int n = 0; n < kBlockTile; ++n)
      for (int h = 0; h < kHeads; ++h) sum[n][h] = v_set(0.0f);
    for (int j = 0; j < c.head_dim; ++j) {
      fetch<kBlockTile * kLanes>(ahead + j * kBlockTile * kLanes);
      V16 q[kHeads];
      for (int h = 0; h < kHeads; ++h) q[h] = v_set(query[h * c.head_dim + j]);
      for (int n = 0; n < kBlockTile; ++n) {
        const V16 key = load_element(keys + n * block_size + j * kLanes);
        for (int h = 0; h < kHeads; ++h) sum[n][h] = v_fma(q[h], key, sum[n][h]);
      }
    }
    for (int n = 0; n < kBlockTile; ++n)
      for (int h = 0; h < kHeads; ++h)
        v_store(scores + static_cast<long>(h) * padded + slot + n * kLanes,
                scaled(sum[n][h], page, page.key_scales + in_page + n * kLanes));
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

// p[slot] *= value scale[slot]
inline void scale_weights(const CacheView& c, float* p) {
  for (int slot = 0; slot < c.slots; slot += kLanes) {
    const Page<int8_t> page(c, slot);
    v_store(p + slot, v_mul(v_load(p + slot), v_load(page.value_scales + slot % kPageSlots)));
  }
}

// out[h][d] += sum over a page's slots of p[h][slot] * value[slot][d], going on with one chain each. As much from `ahead`
// on is fetched as is read. The loops over heads and dims are unrolled by order, for GCC 12 would keep the sums in
// memory.
template <int kHeads, int kDims, typename Element>
inline void weigh_page(const Element* value, const Element* ahead, int slots, int head_dim, const float* p, int padded,
                       float* out) {
  V16 sum[kHeads][kDims];
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h)
#pragma GCC unroll 8
    for (int d = 0; d < kDims; ++d) sum[h][d] = v_load(out + h * head_dim + d * kLanes);
  for (int slot = 0; slot < slots; ++slot, value += head_dim, ahead += head_dim) {
    fetch<kDims * kLanes>(ahead);
#pragma GCC unroll 8
    for (int d = 0; d < kDims; ++d) {
      const V16 row = load_element(value + d * kLanes);
#pragma GCC unroll 8
      for (int h = 0; h < kHeads; ++h)
        sum[h][d] = v_fma(v_set(p[static_cast<long>(h) * padded + slot]), row, sum[h][d]);
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h)
#pragma GCC unroll 8
    for (int d = 0; d < kDims; ++d) v_store(out + h * head_dim + d * kLanes, sum[h][d]);
}

// out[h][d] = sum over slots of p[h][slot] * value[slot][d], one chain each in the order of the slots
template <typename Element, int kHeads>
inline void weigh_values(const CacheView& c, const float* p, int padded, float* out) {
  for (int i = 0; i < kHeads * c.head_dim; i += kLanes) v_store(out + i, v_set(0.0f));
  for (int first = 0; first < c.slots; first += kPageSlots) {
    const Element* values = Page<Element>(c, first).values;
    const int next = first + kPageSlots < c.slots ? first + kPageSlots : first;
    const Element* ahead = Page<Element>(c, next).values;
    const int slots = c.slots - first < kPageSlots ? c.slots - first : kPageSlots;
    int dim = 0;
    for (; dim + kDimTile * kLanes <= c.head_dim; dim += kDimTile * kLanes)
      weigh_page<kHeads, kDimTile>(values + dim, ahead + dim, slots, c.head_dim, p + first, padded, out + dim);
    for (; dim < c.head_dim; dim += kLanes)
      weigh_page<kHeads, 1>(values + dim, ahead + dim, slots, c.head_dim, p + first, padded, out + dim);
  }
}

template <typename Element, int kHeads>
inline void attend_heads(const CacheView& c, const float* query, int padded, float* scores, float* out) {
  score<Element, kHeads>(c, query, padded, scores);
  float sums[kHeads];
  for (int h = 0; h < kHeads; ++h) {
    float* p = scores + static_cast<long>(h) * padded;
    sums[h] = soften(p, c.slots, padded);
    if constexpr (sizeof(Element) == 1) scale_weights(c, p);
  }
  weigh_values<Element, kHeads>(c, scores, padded, out);
  for (int h = 0; h < kHeads; ++h, out += c.head_dim)
    for (int d = 0; d < c.head_dim; d += kLanes) v_store(out + d, v_div(v_load(out + d), v_set(sums[h])));
}

// `heads` heads, at most kMost: each number of heads has its own code.
template <typename Element, int kMost>
inline void attend_tile(const CacheView& c, const float* query, int heads, int padded, float* scores, float* out) {
  if (heads == kMost)
    attend_heads<Element, kMost>(c, query, padded, scores, out);
  else if constexpr (kMost > 1)
    attend_tile<Element, kMost - 1>(c, query, heads, padded, scores, out);
}

template <typename Element>
inline void attend(const CacheView& c, const float* query, int heads, float* scores, float* out) {
  const int padded = stemwright::round_up(c.slots, 2 * kLanes);
  for (int h = 0; h < heads; h += kHeadTile) {
    const int tile = heads - h < kHeadTile ? heads - h : kHeadTile;
    const long first = static_cast<long>(h) * c.head_dim;
    attend_tile<Element, kHeadTile>(c, query + first, tile, padded, scores, out + first);
  }
}

void attend_float(const CacheView& c, const float* query, int heads, float* scores, float* out) {
  attend<float>(c, query, heads, scores, out);
}

void attend_int8(const CacheView& c, const float* query, int heads, float* scores, float* out) {
  attend<int8_t>(c, query, heads, scores, out);
}

constexpr Kernels table(const char* name) {
  return Kernels{name,     matmul_int8,  matmul_float, rms_norm,    swiglu, add_row,
                 quantise, attend_float, attend_int8,  exp_shifted, fused,
                 oscillate};
}

}  // namespace
