// How long a device's callbacks work, and whether any were missed: written by the audio thread alone, read by others at any time, without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "watch.h"

namespace stemwright::live {

// A counter with one writer: no read-modify-write on the audio thread.
class Counter {
 public:
  void add(uint64_t more) { value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed); }
  void at_least(uint64_t value) {
    if (value > value_.load(std::memory_order_relaxed)) value_.store(value, std::memory_order_relaxed);
  }
  uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Nanoseconds in classes of 1/32 of an octave: a class is at most 3.2% wide. Classes below 32 ns are 1 ns wide.
class Histogram {
 public:
  static constexpr int kFine = 32;                // classes an octave
  static constexpr int kClasses = kFine * 32;     // up to 2^36 ns, 68 s; what is longer counts in the last
  static int class_of(uint64_t ns);
  static uint64_t upper(int number);              // the largest ns of a class

  void count(uint64_t ns) { counts_[class_of(ns)].add(1); }
  std::vector<uint64_t> counts() const;

 private:
  Counter counts_[kClasses];
};

// One device's book. `begin` and `end` stand around the whole callback.
class Clockwork {
 public:
  void begin();
  void end(int frames, int rate);
  void lost(uint64_t frames) { lost_.add(frames); }
  void xrun() { xruns_.fetch_add(1, std::memory_order_relaxed); }  // told by a server's own thread

  struct Figures {
    std::vector<uint64_t> work;  // callbacks in each class of the histogram
    uint64_t callbacks, frames, longest_ns, over, xruns, lost;
  };
  Figures figures() const;
  uint64_t xruns() const { return xruns_.load(std::memory_order_relaxed); }
  uint64_t callbacks() const { return callbacks_.read(); }

 private:
  Histogram work_;
  Counter callbacks_, frames_, longest_, over_, lost_;
  std::atomic<uint64_t> xruns_{0};
  int64_t begun_ = 0;
};

}  // namespace stemwright::live
