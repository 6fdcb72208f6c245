#include "strip.h"

#include <algorithm>

namespace stemwright::live {

constexpr double kMostGain = 16.0;
constexpr double kLeastCutoff = 10.0;
constexpr double kMostCutoff = 0.49;  // of the rate

Strip::Strip(int id, int rate, int fade)
    : Node(id), rate_(rate), gain_(fade, 1.0), pan_(fade, 0.0), open_(fade, 1.0), high_pass_(true, rate, fade),
      low_pass_(false, rate, fade) {}

std::string Strip::refuse(const Command& command) const {
  if (command.op != kSet) return Node::refuse(command);
  const double value = command.value;
  switch (command.index) {
    case kGain: return value >= 0 && value <= kMostGain ? "" : "a gain is from 0 to 16";
    case kPan: return value >= -1 && value <= 1 ? "" : "a pan is from -1 to 1";
    case kMute: return value == 0 || value == 1 ? "" : "a mute is 0 or 1";
    case kLowPass:
    case kHighPass:
      if (value == 0 || (value >= kLeastCutoff && value <= kMostCutoff * rate_)) return "";
      return "a cutoff is 0 (off) or from 10 Hz to 0.49 of the rate";
    default: return "a strip has no such parameter";
  }
}

void Strip::apply(const Order& order, std::int64_t sample, Host&) noexcept {
  const double value = order.command.value;
  switch (order.command.index) {
    case kGain: return gain_.go(sample, value);
    case kPan: return pan_.go(sample, value);
    case kMute: return open_.go(sample, 1.0 - value);
    case kLowPass: return low_pass_.go(sample, value);
    default: return high_pass_.go(sample, value);
  }
}

void Strip::leave(std::int64_t, Host&) noexcept {
  high_pass_.forget();
  low_pass_.forget();
}

void Strip::render(const Segment& segment, Host&) noexcept {
  mix(segment);
  double left[kSegment], right[kSegment];
  double* const sides[2] = {left, right};
  for (int channel = 0; channel < 2; ++channel) {
    for (int n = 0; n < segment.frames; ++n) sides[channel][n] = static_cast<double>(sound[channel][n]);
  }
  high_pass_.run(sides, segment.start, segment.frames);
  low_pass_.run(sides, segment.start, segment.frames);
  const std::int64_t start = segment.start;
  const bool still = gain_.steady(start) && pan_.steady(start) && open_.steady(start);
  double level = gain_.at(start) * open_.at(start), pan = pan_.at(start);
  for (int n = 0; n < segment.frames; ++n) {
    if (!still) {
      level = gain_.at(start + n) * open_.at(start + n);
      pan = pan_.at(start + n);
    }
    const double shares[2] = {level * std::min(1.0, 1.0 - pan), level * std::min(1.0, 1.0 + pan)};
    for (int channel = 0; channel < 2; ++channel) {
      const float made = static_cast<float>(sides[channel][n] * shares[channel]);
      sound[channel][n] = std::clamp(made, -kMostLevel, kMostLevel);
    }
  }
}

}  // namespace stemwright::live
