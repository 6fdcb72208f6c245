// Second-order filter sections in cascade, in double precision, over interleaved channels: a stream with state.
//
// Each sample is computed from the state alone, in one order of operations that no instruction set changes; so a signal cut
// anywhere gives the same bits.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stemwright {

constexpr int kMaxSections = 8;

// sections [count][5]: b0 b1 b2 a1 a2, of y = b0 x + b1 x1 + b2 x2 - a1 y1 - a2 y2; state [count][channels][2], read and left as
// the next call needs it; in and out [samples][channels], which may be the same.
void biquads(const double* sections, int count, int channels, const double* in, int64_t samples, double* state, double* out);

}  // namespace stemwright
