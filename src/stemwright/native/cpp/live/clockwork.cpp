#include "clockwork.h"

namespace stemwright::live {

int Histogram::class_of(uint64_t ns) {
  if (ns < kFine) return static_cast<int>(ns);
  int octave = 0;
  while ((ns >> octave) >= 2 * kFine) ++octave;
  const int number = kFine * (octave + 1) + static_cast<int>((ns >> octave) - kFine);
  return number < kClasses ? number : kClasses - 1;
}

uint64_t Histogram::upper(int number) {
  if (number < kFine) return static_cast<uint64_t>(number);
  const int octave = number / kFine - 1;
  return ((static_cast<uint64_t>(number % kFine + kFine) + 1) << octave) - 1;
}

std::vector<uint64_t> Histogram::counts() const {
  std::vector<uint64_t> all(kClasses);
  for (int number = 0; number < kClasses; ++number) all[number] = counts_[number].read();
  return all;
}

void Clockwork::begin() { begun_ = Watch::now(); }

void Clockwork::end(int frames, int rate) {
  const int64_t worked = Watch::now() - begun_;
  const auto ns = static_cast<uint64_t>(worked > 0 ? worked : 0);
  work_.count(ns);
  longest_.at_least(ns);
  frames_.add(static_cast<uint64_t>(frames));
  if (ns * static_cast<uint64_t>(rate) > static_cast<uint64_t>(frames) * 1000000000u) over_.add(1);
  callbacks_.add(1);
}

Clockwork::Figures Clockwork::figures() const {
  return {work_.counts(), callbacks_.read(), frames_.read(), longest_.read(), over_.read(),
          xruns_.load(std::memory_order_relaxed), lost_.read()};
}

}  // namespace stemwright::live
