// Attention over the pages of a key-value cache. The rules of kernels_body.h hold.
#pragma once
#include "lanes_body.h"

namespace {

using stemwright::CacheView;
using stemwright::kPageSlots;

void exp_shifted(float* values, float shift, int n) {
  const V16 s = v_set(shift);
  for (int i = 0; i < n; i += kLanes) v_store(values + i, v_exp(v_sub(v_load(values + i), s)));
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

}  // namespace
