#include "governor.h"

namespace stemwright {

void Governor::took(double seconds) {
  sum_ += seconds;
  ++count_;
  --left_;
  if (phase_ == Phase::holding) {
    if (count_ == kStretch) {
      const double expected = together_ ? all_ : alone_;
      if (sum_ / count_ > kSlow * expected) left_ = 0;
      sum_ = 0.0;
      count_ = 0;
    }
    if (left_ > 0) return;
    phase_ = Phase::all;
    together_ = true;
    left_ = trial_;
  } else if (left_ > 0) {
    return;
  } else if (phase_ == Phase::all) {
    all_ = sum_ / count_;
    phase_ = Phase::alone;
    together_ = false;
    left_ = trial_;
  } else {
    alone_ = sum_ / count_;
    phase_ = Phase::holding;
    together_ = all_ < alone_;
    left_ = kHold;
  }
  sum_ = 0.0;
  count_ = 0;
}

}  // namespace stemwright
