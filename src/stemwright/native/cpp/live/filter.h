// A second-order filter of a strip, low-pass or high-pass with Butterworth's flat top, that may be swept: the
// state-variable form of Zavalishin, "The Art of VA Filter Design" (2012), chapter 4, as A. Simper solves it.
// Its state is double. Switched on and off it is cross-faded, so that off is the very input.
#pragma once

#include <cmath>

#include "ramp.h"
#include "sines.h"

namespace stemwright::live {

class Filter {
 public:
  Filter(bool high, int rate, int fade) : high_(high), rate_(rate), slope_(fade, 1.0), wet_(fade, 0.0) {}

  // Off at a cutoff of 0.
  void go(std::int64_t sample, double cutoff) noexcept {
    if (cutoff <= 0.0) {
      wet_.go(sample, 0.0);
      return;
    }
    const double slope = tangent(kPi * cutoff / rate_);
    if (off(sample)) {
      forget();
      slope_.jump(sample, slope);
    } else {
      slope_.go(sample, slope);
    }
    wet_.go(sample, 1.0);
  }

  void forget() noexcept {
    for (auto& state : states_) state[0] = state[1] = 0.0;
  }

  bool off(std::int64_t sample) const noexcept { return wet_.target() == 0.0 && wet_.steady(sample); }

  void run(double* const (&sound)[2], std::int64_t start, int frames) noexcept {
    if (off(start)) return;
    for (int channel = 0; channel < 2; ++channel) {
      double* x = sound[channel];
      double& first = states_[channel][0];
      double& second = states_[channel][1];
      double slope = slope_.at(start), share = 1.0 / (1.0 + slope * (slope + kDamping)), wet = wet_.at(start);
      const bool still = slope_.steady(start) && wet_.steady(start);
      for (int n = 0; n < frames; ++n) {
        if (!still) {
          slope = slope_.at(start + n);
          share = 1.0 / (1.0 + slope * (slope + kDamping));
          wet = wet_.at(start + n);
        }
        const double band = share * (first + slope * (x[n] - second));
        const double low = second + slope * band;
        first = 2.0 * band - first;
        second = 2.0 * low - second;
        const double made = high_ ? x[n] - kDamping * band - low : low;
        x[n] += wet * (made - x[n]);
      }
    }
  }

 private:
  static constexpr double kDamping = 1.4142135623730951;
  bool high_;
  int rate_;
  Ramp slope_, wet_;
  double states_[2][2] = {};
};

}  // namespace stemwright::live
