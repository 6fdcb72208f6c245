#include "click.h"

#include "sines.h"

namespace stemwright::live {

std::vector<float> click(int rate, bool accent) {
  constexpr double kSeconds = 0.03, kLevel = 0.5;
  const int frames = static_cast<int>(rate * kSeconds);
  const double angle = 2.0 * kPi * (accent ? 1600.0 : 1000.0) / rate;
  const double turn = 2.0 * cosine(angle);
  double before = -sine(angle), now = 0.0;  // a sine by its recurrence
  std::vector<float> pairs;
  for (int n = 0; n < frames; ++n) {
    const double left = 1.0 - static_cast<double>(n) / frames;
    pairs.insert(pairs.end(), 2, static_cast<float>(kLevel * now * left * left));
    const double next = turn * now - before;
    before = now;
    now = next;
  }
  return pairs;
}

}  // namespace stemwright::live
