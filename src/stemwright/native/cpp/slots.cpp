#include "slots.h"

#include <algorithm>
#include <utility>

namespace stemwright {

Slots::Slots(int window, Retention retention) : window_(window), retention_(std::move(retention)) {}

bool Slots::retained(int position) const {
  const auto& spans = retention_.spans;
  const auto after = std::upper_bound(spans.begin(), spans.end(), position,
                                      [](int p, const Span& span) { return p < span.first; });
  return after != spans.begin() && position < std::prev(after)->last;
}

Slots::Step Slots::next() {
  const int ring = recent(), room = window_ - ring;
  Step step = {position_, position_ % ring, -1, 0};
  if (room > 0 && position_ >= ring && retained(position_ - ring)) step.keep = ring + kept_++ % room;
  ++position_;
  step.filled = filled();
  return step;
}

int Slots::filled() const {
  return std::min(position_, recent()) + std::min(kept_, window_ - recent());
}

void Slots::skip_to(int position) {
  while (position_ < position) next();
}

}  // namespace stemwright
