// Notes as sums of sines whose amplitudes and pitch follow frames of control values.
//
// Frame t of `hop` samples has its centre at c_t = hop t + hop / 2. Between two centres amplitudes go from one frame's to the
// next one's along half a cosine; before a note's first frame and after its last they go to zero. A partial's phase at sample
// n is 2 pi f tau(n), tau(n) the integral of 1 + bend from the onset to n; bend is linear between centres and constant
// outside. Nothing sounds before the onset; after it `gate` samples fade in linearly.
//
// The unit of work is a segment, from one centre to the next. Its phases begin in double precision, whatever was computed
// before, and go on from block to block. So a sample's bits depend on its note alone, not on where a call begins and ends,
// and notes are added in their order.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels.h"

namespace stemwright {

constexpr size_t kMaxNotes = 65536;
constexpr int kMaxNoteFrames = 1 << 20;
constexpr int64_t kMaxSamples = int64_t{1} << 26;
constexpr int64_t kMaxPlace = int64_t{1} << 32;  // samples or frames from the axis' zero, either way
constexpr double kMaxGate = 1 << 20;

// Notes one after the other. Note i has partials[i] frequencies, frames[i] bends and [frames][channels][2][partials]
// amplitudes.
struct OscillatorNotes {
  const double* onsets;       // samples on the axis
  const int64_t* firsts;      // first control frame
  const int32_t* partials;
  const int32_t* frames;
  const double* frequencies;  // cycles a sample, 0 <= f < 0.5
  const float* amplitudes;    // finite
  const float* bends;         // -0.5 to 1
  size_t count, all_frequencies, all_amplitudes, all_bends;
};

struct OscillatorSpan {
  int channels;     // 1 or 2
  int64_t samples;  // that are made
  int64_t start;    // the first one's place on the axis
  int hop;
  double gate;
};

// out [channels][samples], which is zero before. std::invalid_argument where something is out of range; amplitudes alone are
// not looked at.
void render(const Kernels& kernels, const OscillatorNotes& notes, const OscillatorSpan& span, float* out);

}  // namespace stemwright
