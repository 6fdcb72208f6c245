// Sines that are the same on every machine: those of the C library differ between versions.
#pragma once

namespace stemwright::live {

constexpr double kPi = 3.14159265358979323846;

// Of angles from 0 to pi / 2, as power series.
inline double cosine(double angle) noexcept {
  const double square = angle * angle;
  double sum = 1.0, term = 1.0;
  for (int n = 1; n <= 24; n += 2) sum += term *= -square / (n * (n + 1));
  return sum;
}
inline double sine(double angle) noexcept {
  const double square = angle * angle;
  double sum = angle, term = angle;
  for (int n = 2; n <= 25; n += 2) sum += term *= -square / (n * (n + 1));
  return sum;
}
inline double tangent(double angle) noexcept { return sine(angle) / cosine(angle); }

}  // namespace stemwright::live
