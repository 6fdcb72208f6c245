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

void Clockwork::begin(int64_t sample) {
  begun_ = now_ns();
  const uint64_t turn = turn_.load(std::memory_order_relaxed);
  turn_.store(turn + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  anchor_sample_.store(sample, std::memory_order_relaxed);
  anchor_ns_.store(begun_, std::memory_order_relaxed);
  turn_.store(turn + 2, std::memory_order_release);
}

void Clockwork::end(int frames, int rate) {
  const int64_t worked = now_ns() - begun_;
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

int64_t Clockwork::sample_now(int rate) const {
  int64_t sample = -1, ns = 0;
  for (int tries = 0; tries < 1000; ++tries) {  // the writer is done in nanoseconds, unless it was stopped in between
    const uint64_t turn = turn_.load(std::memory_order_acquire);
    sample = anchor_sample_.load(std::memory_order_relaxed);
    ns = anchor_ns_.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if ((turn & 1) == 0 && turn_.load(std::memory_order_relaxed) == turn) break;
  }
  if (sample < 0) return -1;
  return sample + static_cast<int64_t>(static_cast<double>(now_ns() - ns) * 1e-9 * rate);
}

}  // namespace stemwright::live
