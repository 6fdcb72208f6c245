#include "governor.h"

#include <algorithm>

namespace stemwright {

void Governor::took(double seconds) {
  sum_ += seconds;
  ++count_;
  --left_;
  if (phase_ == Phase::holding && count_ == kStretch) look_back();
  if (left_ == 0) next_phase();
}

void Governor::look_back() {
  if (sum_ / count_ > kSlow * (together_ ? all_ : alone_)) {
    left_ = 0;
    hold_ = kHold;
  }
  sum_ = 0.0;
  count_ = 0;
}

void Governor::next_phase() {
  switch (phase_) {
    case Phase::all:
      all_ = sum_ / count_;
      return begin(Phase::alone, false, trial_);
    case Phase::alone:
      alone_ = sum_ / count_;
      return choose();
    case Phase::holding:
      return begin(Phase::all, true, trial_);
  }
}

void Governor::choose() {
  const bool together = all_ < alone_;
  hold_ = together == chosen_ ? std::min(2 * hold_, kLongestHold) : kHold;
  chosen_ = together;
  begin(Phase::holding, together, hold_);
}

void Governor::begin(Phase phase, bool together, int pieces) {
  phase_ = phase;
  together_ = together;
  left_ = pieces;
  sum_ = 0.0;
  count_ = 0;
}

}  // namespace stemwright
