#include "node.h"

#include <cstring>

namespace stemwright::live {

std::string Node::refuse(const Command&) const { return std::string(kind()) + " nodes do not know this op"; }

void Node::mix(const Segment& segment) noexcept {
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(segment.frames);
  for (int channel = 0; channel < 2; ++channel) {
    float* to = sound[channel];
    if (segment.count == 1) {
      std::memcpy(to, segment.inputs[0]->sound[channel], bytes);
      continue;
    }
    double sums[kSegment] = {};
    for (int i = 0; i < segment.count; ++i) {
      const float* from = segment.inputs[i]->sound[channel];
      for (int n = 0; n < segment.frames; ++n) sums[n] += static_cast<double>(from[n]);
    }
    for (int n = 0; n < segment.frames; ++n) to[n] = static_cast<float>(sums[n]);
  }
}

}  // namespace stemwright::live
