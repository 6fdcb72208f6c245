#include "rotary.h"

#include <cstddef>

namespace stemwright {
namespace {

constexpr double kLn2 = 0.693147180559945309417;

// ln(x) for x >= 1: halve into [1, 2), then 2 atanh((m - 1) / (m + 1))
double natural_log(double x) {
  int exponent = 0;
  while (x >= 2.0) {
    x *= 0.5;
    ++exponent;
  }
  const double z = (x - 1.0) / (x + 1.0), z2 = z * z;
  double sum = 0.0;
  for (int n = 35; n >= 1; n -= 2) sum = sum * z2 + 1.0 / n;
  return exponent * kLn2 + 2.0 * z * sum;
}

// exp(-x) for x >= 0: Taylor's series on x - n ln 2
double exp_negative(double x) {
  const int n = static_cast<int>(x / kLn2 + 0.5);
  const double r = -(x - n * kLn2);
  double sum = 1.0;
  for (int i = 20; i >= 1; --i) sum = 1.0 + sum * r / i;
  for (int i = 0; i < n; ++i) sum *= 0.5;
  return sum;
}

}  // namespace

void sine_cosine(double angle, double& sine, double& cosine) {
  // pi / 2 in three parts; the first two have 33 significant bits, so that n times either is exact for n < 2^20
  constexpr double kPart1 = 1.57079632673412561417e+00;
  constexpr double kPart2 = 6.07710050630396597660e-11;
  constexpr double kPart3 = 2.02226624879595063154e-21;
  constexpr double kInverse = 6.36619772367581382433e-01;
  const int n = static_cast<int>(angle * kInverse + 0.5);
  const double r = ((angle - n * kPart1) - n * kPart2) - n * kPart3;
  const double r2 = r * r;
  double s = 1.0, c = 1.0;
  for (int i = 10; i >= 1; --i) {
    s = 1.0 - s * r2 / ((2 * i) * (2 * i + 1));
    c = 1.0 - c * r2 / ((2 * i - 1) * (2 * i));
  }
  s = s * r;
  const double sines[4] = {s, c, -s, -c};
  sine = sines[n & 3];
  cosine = sines[(n + 1) & 3];
}

Rotary::Rotary(int head_dim, double base) {
  const double log_base = natural_log(base);
  for (int j = 0; j < head_dim / 2; ++j) frequencies_.push_back(exp_negative(log_base * (2.0 * j / head_dim)));
}

void Rotary::at(int position, float* cosine, float* sine) const {
  for (int j = 0; j < pairs(); ++j) {
    double s, c;
    sine_cosine(position * frequencies_[static_cast<size_t>(j)], s, c);
    cosine[j] = static_cast<float>(c);
    sine[j] = static_cast<float>(s);
  }
}

}  // namespace stemwright
