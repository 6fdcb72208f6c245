// How loud a node is: written by the audio thread, read by another one.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>

namespace stemwright::live {

class Meter {
 public:
  struct Levels {
    float peak, rms;
  };

  // Audio thread.
  void add(const float* left, const float* right, int frames) noexcept {
    const float* const sound[2] = {left, right};
    for (int channel = 0; channel < 2; ++channel) {
      float peak = 0.0f;
      double squares = 0.0;
      for (int n = 0; n < frames; ++n) {
        const float size = std::fabs(sound[channel][n]);
        peak = size > peak ? size : peak;
        squares += static_cast<double>(size) * static_cast<double>(size);
      }
      Side& side = sides_[channel];
      float seen = side.peak.load(std::memory_order_relaxed);
      while (peak > seen && !side.peak.compare_exchange_weak(seen, peak, std::memory_order_relaxed)) {
      }
      side.squares.store(side.squares.load(std::memory_order_relaxed) + squares, std::memory_order_relaxed);
    }
    frames_.store(frames_.load(std::memory_order_relaxed) + frames, std::memory_order_release);
  }

  // Control side: since its last call.
  void read(Levels (&levels)[2]) noexcept {
    const std::int64_t frames = frames_.load(std::memory_order_acquire);
    for (int channel = 0; channel < 2; ++channel) {
      Side& side = sides_[channel];
      const double squares = side.squares.load(std::memory_order_relaxed);
      const double count = static_cast<double>(frames - read_);
      levels[channel].peak = side.peak.exchange(0.0f, std::memory_order_relaxed);
      levels[channel].rms = count > 0 ? static_cast<float>(std::sqrt((squares - side.read) / count)) : 0.0f;
      side.read = squares;
    }
    read_ = frames;
  }

 private:
  struct Side {
    std::atomic<float> peak{0.0f};
    std::atomic<double> squares{0.0};  // since the beginning
    double read = 0.0;
  };
  Side sides_[2];
  std::atomic<std::int64_t> frames_{0};
  std::int64_t read_ = 0;
};

}  // namespace stemwright::live
