// What the kernel of the oscillator bank works on: one note from a frame's centre to the next one's. See oscillators.h for what it means.
#pragma once
#include <cstdint>

namespace stemwright {

constexpr int kBlock = 16;  // samples of a block, one a lane
constexpr int kMaxPartials = 512;
constexpr int kMaxChannels = 2;
constexpr int kMinHop = 32;
constexpr int kMaxHop = 2048;  // longer ones would let rounding grow in the recurrences
constexpr int kMaxTile = 6;    // blocks computed together
constexpr int kPartialGroups = kMaxPartials / kBlock;
constexpr int kMaxBlocks = kMaxHop / kBlock;

// Samples m = 0 .. kBlock * blocks - 1. A partial's phase is frequency * (time + rate * m + curve * m^2) cycles.
struct Oscillation {
  const float* from;  // sine and cosine amplitudes [channels][2][partials] at the centre before; null: all zero
  const float* to;    // the same at the centre after
  const float* fade;  // share of `to` at each sample
  double time, rate, curve;
  int partials, channels, blocks;
};

// Working memory of one thread. Sixteen partials are a group; the last one is filled up with zeros.
struct OscillatorBank {
  double frequencies[kMaxPartials];  // of the note at hand, zero past its partials
  double tabled_rate;                // what `table` is for, where `curve` is 0; 0: nothing
  int used[kPartialGroups];          // partials of a group up to the last that sounds
  alignas(64) float table[kMaxPartials][2][kBlock];  // sine, cosine of the phase since the block began
  alignas(64) float bending[kMaxPartials][2][kBlock];  // what turns `table` into that of the next block
  alignas(64) float phase[kPartialGroups][2][kBlock];  // sine, cosine at the block's first sample
  alignas(64) float step[kPartialGroups][2][kBlock];   // what turns `phase` into that of the next block
  alignas(64) float turn[kPartialGroups][2][kBlock];   // what turns `step` into that of the next block
  alignas(64) float amplitudes[kPartialGroups][4 * kMaxChannels][kBlock];
  alignas(64) float parts[kPartialGroups * kMaxTile * 4 * kMaxChannels][kBlock];
  alignas(64) float out[kMaxChannels][kBlock * kMaxBlocks];
};

}  // namespace stemwright
