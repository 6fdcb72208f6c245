// The oscillator bank's kernel, written once over the sixteen-lane type V16 that the including file has defined.
//
// With the phase a at the start of a block of sixteen samples and b since then,
//   S sin(a + b) + K cos(a + b) = cos b (S sin a + K cos a) + sin b (S cos a - K sin a).
// cos b and sin b are a table over the block's lanes, the same for all blocks of a note that is not bent; the brackets are
// two numbers a partial and block. So a block is a product of matrices. Two such sums are made for each channel, of the
// amplitudes before and of the change to those after, and joined by the fade.
//
// The rules of kernels_body.h hold: a sum is ONE chain over the partials in their order, and what each partial gives does
// not depend on how many blocks are computed together. A partial of amplitude zero adds a zero to a chain that began with
// one, so passing over it changes no bit of what is heard.
#pragma once
#include "oscillation.h"

namespace {

using stemwright::kBlock;
using stemwright::Oscillation;
using stemwright::OscillatorBank;

struct Rotor {
  V16 sine, cosine;
};

inline Rotor load_rotor(const float (&from)[2][kBlock]) { return {v_load(from[0]), v_load(from[1])}; }
inline void store_rotor(float (&to)[2][kBlock], const Rotor& r) {
  v_store(to[0], r.sine);
  v_store(to[1], r.cosine);
}

// The sum of two angles.
inline Rotor turned(const Rotor& a, const Rotor& b) {
  return {v_fma(a.sine, b.cosine, v_mul(a.cosine, b.sine)),
          v_sub(v_mul(a.cosine, b.cosine), v_mul(a.sine, b.sine))};
}

// Sine and cosine of 2 pi x, |x| < 2^21: the series of half the angle, within pi / 2, and twice that.
inline Rotor rotor(V16 x) {
  const V16 magic = v_set(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const V16 r = v_sub(x, v_sub(v_add(x, magic), magic));
  const V16 r2 = v_mul(r, r);
  V16 s = v_set(-0.00737043098f);
  s = v_fma(s, r2, v_set(0.0821458837f));
  s = v_fma(s, r2, v_set(-0.599264503f));
  s = v_fma(s, r2, v_set(2.55016398f));
  s = v_fma(s, r2, v_set(-5.16771269f));
  s = v_mul(r, v_fma(s, r2, v_set(3.14159274f)));
  V16 c = v_set(0.00192957430f);
  c = v_fma(c, r2, v_set(-0.0258068908f));
  c = v_fma(c, r2, v_set(0.235330629f));
  c = v_fma(c, r2, v_set(-1.33526278f));
  c = v_fma(c, r2, v_set(4.05871201f));
  c = v_fma(c, r2, v_set(-4.93480206f));
  c = v_fma(c, r2, v_set(1.0f));
  const V16 twice = v_add(s, s);
  return {v_mul(twice, c), v_sub(v_set(1.0f), v_mul(twice, s))};
}

// What is left of a number of cycles, |cycles| < 2^51, without its whole turns.
inline double fraction(double cycles) {
  constexpr double magic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  return cycles - ((cycles + magic) - magic);
}

// Sine and cosine of 2 pi `time` f for sixteen partials.
inline Rotor rotor_of(const double* frequencies, double time) {
  float part[kBlock];
  for (int i = 0; i < kBlock; ++i) part[i] = static_cast<float>(fraction(frequencies[i] * time));
  return rotor(v_load(part));
}

// Sine and cosine of 2 pi (slope l + curve l^2) in lane l.
inline Rotor rotor_over_lanes(double slope, double curve) {
  static constexpr float numbers[kBlock] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const V16 lane = v_load(numbers);
  const V16 first = v_set(static_cast<float>(fraction(slope))), second = v_set(static_cast<float>(curve));
  return rotor(v_mul(v_fma(second, lane, first), lane));
}

// The first `count` numbers of a row that may end there, then zeros; all zero where there is no row.
inline V16 load_some(const float* row, int count) {
  if (row == nullptr) return v_set(0.0f);
  if (count >= kBlock) return v_load(row);
  float part[kBlock] = {};
  for (int i = 0; i < count; ++i) part[i] = row[i];
  return v_load(part);
}

inline int used_lanes(const float (*rows)[kBlock], int count) {
  for (int lane = kBlock - 1; lane >= 0; --lane)
    for (int row = 0; row < count; ++row)
      if (rows[row][lane] != 0.0f) return lane + 1;
  return 0;
}

// bank.amplitudes[group]: for each channel sine and cosine before, and sine and cosine of the change. Whether one sounds.
inline bool load_amplitudes(const Oscillation& o, OscillatorBank& bank) {
  bool sounds = false;
  for (int g = 0; g * kBlock < o.partials; ++g) {
    const int first = g * kBlock, count = o.partials - first;
    float(*rows)[kBlock] = bank.amplitudes[g];
    for (int i = 0; i < 2 * o.channels; ++i) {
      const long at = static_cast<long>(i) * o.partials + first;
      const V16 from = load_some(o.from == nullptr ? nullptr : o.from + at, count);
      const V16 to = load_some(o.to == nullptr ? nullptr : o.to + at, count);
      const int row = i / 2 * 4 + i % 2;
      v_store(rows[row], from);
      v_store(rows[row + 2], v_sub(to, from));
    }
    bank.used[g] = used_lanes(rows, 4 * o.channels);
    sounds = sounds || bank.used[g] > 0;
  }
  return sounds;
}

inline void start_table(const Oscillation& o, OscillatorBank& bank) {
  if (o.curve == 0.0 && bank.tabled_rate == o.rate) return;
  const bool bent = o.curve != 0.0;
  bank.tabled_rate = bent ? 0.0 : o.rate;
  for (int p = 0; p < o.partials; ++p) {
    if (bent && p % kBlock >= bank.used[p / kBlock]) continue;
    const double f = bank.frequencies[p];
    store_rotor(bank.table[p], rotor_over_lanes(f * o.rate, f * o.curve));
    if (bent) store_rotor(bank.bending[p], rotor_over_lanes(f * (2 * kBlock * o.curve), 0.0));
  }
}

inline void start_phases(const Oscillation& o, OscillatorBank& bank) {
  constexpr double length = kBlock;
  for (int g = 0; g * kBlock < o.partials; ++g) {
    if (bank.used[g] == 0) continue;
    const double* f = bank.frequencies + g * kBlock;
    store_rotor(bank.phase[g], rotor_of(f, o.time));
    store_rotor(bank.step[g], rotor_of(f, length * o.rate + length * length * o.curve));
    if (o.curve != 0.0) store_rotor(bank.turn[g], rotor_of(f, 2.0 * length * length * o.curve));
  }
}

// bank.parts[group][block][2 * sum + 0, 1]: the two brackets of each partial, for the next kBlocks blocks.
template <int kSums, int kBlocks, bool kBent>
inline void fill_parts(int groups, OscillatorBank& bank) {
  float(*part)[kBlock] = bank.parts;
  for (int g = 0; g < groups; ++g, part += kBlocks * 2 * kSums) {
    if (bank.used[g] == 0) continue;
    Rotor phase = load_rotor(bank.phase[g]), step = load_rotor(bank.step[g]);
    for (int b = 0; b < kBlocks; ++b) {
      for (int n = 0; n < kSums; ++n) {
        const V16 s = v_load(bank.amplitudes[g][2 * n]), k = v_load(bank.amplitudes[g][2 * n + 1]);
        v_store(part[(b * kSums + n) * 2], v_fma(s, phase.sine, v_mul(k, phase.cosine)));
        v_store(part[(b * kSums + n) * 2 + 1], v_sub(v_mul(s, phase.cosine), v_mul(k, phase.sine)));
      }
      phase = turned(phase, step);
      if constexpr (kBent) step = turned(step, load_rotor(bank.turn[g]));
    }
    store_rotor(bank.phase[g], phase);
    if constexpr (kBent) store_rotor(bank.step[g], step);
  }
}

// The loops over blocks and sums are unrolled by order, for GCC 12 would keep the sums in memory.
template <int kSums, int kBlocks, bool kBent>
inline void add_partials(int groups, OscillatorBank& bank, V16 (&sum)[kBlocks][kSums]) {
#pragma GCC unroll 8
  for (int b = 0; b < kBlocks; ++b)
#pragma GCC unroll 8
    for (int n = 0; n < kSums; ++n) sum[b][n] = v_set(0.0f);
  const float(*part)[kBlock] = bank.parts;
  for (int g = 0; g < groups; ++g, part += kBlocks * 2 * kSums) {
    for (int i = 0; i < bank.used[g]; ++i) {
      const int p = g * kBlock + i;
      Rotor table = load_rotor(bank.table[p]);
#pragma GCC unroll 8
      for (int b = 0; b < kBlocks; ++b) {
#pragma GCC unroll 8
        for (int n = 0; n < kSums; ++n) {
          sum[b][n] = v_fma(v_set(part[(b * kSums + n) * 2][i]), table.cosine, sum[b][n]);
          sum[b][n] = v_fma(v_set(part[(b * kSums + n) * 2 + 1][i]), table.sine, sum[b][n]);
        }
        if constexpr (kBent) table = turned(table, load_rotor(bank.bending[p]));
      }
      if constexpr (kBent) store_rotor(bank.table[p], table);
    }
  }
}

template <int kChannels, int kBlocks, bool kBent>
inline void make_blocks(const Oscillation& o, OscillatorBank& bank, int first) {
  constexpr int kSums = 2 * kChannels;
  const int groups = (o.partials + kBlock - 1) / kBlock;
  fill_parts<kSums, kBlocks, kBent>(groups, bank);
  V16 sum[kBlocks][kSums];
  add_partials<kSums, kBlocks, kBent>(groups, bank, sum);
#pragma GCC unroll 8
  for (int b = 0; b < kBlocks; ++b) {
    const int at = (first + b) * kBlock;
#pragma GCC unroll 8
    for (int c = 0; c < kChannels; ++c)
      v_store(bank.out[c] + at, v_fma(v_load(o.fade + at), sum[b][2 * c + 1], sum[b][2 * c]));
  }
}

// `count` blocks, at most kMost: each number of blocks has its own code.
template <int kChannels, int kMost, bool kBent>
inline void make_tile(const Oscillation& o, OscillatorBank& bank, int first, int count) {
  if (count == kMost)
    make_blocks<kChannels, kMost, kBent>(o, bank, first);
  else if constexpr (kMost > 1)
    make_tile<kChannels, kMost - 1, kBent>(o, bank, first, count);
}

template <int kChannels, bool kBent>
inline void make_all(const Oscillation& o, OscillatorBank& bank) {
  constexpr int kFit = kTileSums / (2 * kChannels);
  constexpr int kMost = kFit < stemwright::kMaxTile ? kFit : stemwright::kMaxTile;
  int tiles = (o.blocks + kMost - 1) / kMost;
  for (int first = 0; first < o.blocks; --tiles) {
    const int count = (o.blocks - first + tiles - 1) / tiles;
    make_tile<kChannels, kMost, kBent>(o, bank, first, count);
    first += count;
  }
}

bool oscillate(const Oscillation& o, OscillatorBank& bank) {
  if (!load_amplitudes(o, bank)) return false;
  start_table(o, bank);
  start_phases(o, bank);
  if (o.channels == 1)
    o.curve == 0.0 ? make_all<1, false>(o, bank) : make_all<1, true>(o, bank);
  else
    o.curve == 0.0 ? make_all<2, false>(o, bank) : make_all<2, true>(o, bank);
  return true;
}

}  // namespace
