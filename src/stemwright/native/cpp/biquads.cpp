#include "biquads.h"

#include <cmath>
#include <stdexcept>

namespace stemwright {
namespace {

// What decays below this is nothing: numbers without a leading bit would slow every operation down.
constexpr double kNothing = 1e-150;

double heard(double value) { return std::fabs(value) < kNothing ? 0.0 : value; }

// Direct form II transposed. Channels go side by side, for one waits on its own sample before.
template <int kChannels>
void run(const double* sections, int count, const double* in, int64_t samples, double* state, double* out) {
  double held[kMaxSections][kChannels][2];
  for (int s = 0; s < count; ++s)
    for (int c = 0; c < kChannels; ++c)
      for (int k = 0; k < 2; ++k) held[s][c][k] = state[(s * kChannels + c) * 2 + k];
  for (int64_t n = 0; n < samples; ++n) {
    double x[kChannels];
    for (int c = 0; c < kChannels; ++c) x[c] = in[n * kChannels + c];
    for (int s = 0; s < count; ++s) {
      const double* f = sections + 5 * s;
      for (int c = 0; c < kChannels; ++c) {
        const double y = f[0] * x[c] + held[s][c][0];
        held[s][c][0] = heard(f[1] * x[c] - f[3] * y + held[s][c][1]);
        held[s][c][1] = heard(f[2] * x[c] - f[4] * y);
        x[c] = y;
      }
    }
    for (int c = 0; c < kChannels; ++c) out[n * kChannels + c] = x[c];
  }
  for (int s = 0; s < count; ++s)
    for (int c = 0; c < kChannels; ++c)
      for (int k = 0; k < 2; ++k) state[(s * kChannels + c) * 2 + k] = held[s][c][k];
}

}  // namespace

void biquads(const double* sections, int count, int channels, const double* in, int64_t samples, double* state, double* out) {
  if (count < 0 || count > kMaxSections) throw std::invalid_argument("sections: not 0 to 8");
  if (channels == 1) {
    run<1>(sections, count, in, samples, state, out);
  } else if (channels == 2) {
    run<2>(sections, count, in, samples, state, out);
  } else {
    throw std::invalid_argument("channels: not 1 or 2");
  }
}

}  // namespace stemwright
