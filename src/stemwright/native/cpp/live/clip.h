// A sound in the pool: stereo, at the graph's rate, never changed.
#pragma once

#include <vector>

#include "command.h"

namespace stemwright::live {

class Clip : public Held {
 public:
  // `pairs`: left and right of each frame.
  Clip(int id, const float* pairs, std::int64_t frames) : id(id), frames_(frames) {
    for (int channel = 0; channel < 2; ++channel) {
      sides_[channel].resize(static_cast<std::size_t>(frames) + kBefore + kAfter);
      for (std::int64_t n = 0; n < frames; ++n) sides_[channel][kBefore + n] = pairs[2 * n + channel];
    }
  }

  std::int64_t frames() const noexcept { return frames_; }
  // From its first frame on; a frame of silence lies before it, two lie after the last, for interpolation.
  const float* side(int channel) const noexcept { return sides_[channel].data() + kBefore; }

  const int id;
  bool dropped = false;  // of the control side: it is freed once nothing holds it

 private:
  static constexpr int kBefore = 1, kAfter = 2;
  std::int64_t frames_;
  std::vector<float> sides_[2];
};

}  // namespace stemwright::live
