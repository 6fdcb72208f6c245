// The driver's part for the oscillator bank: given notes at once and in chunks, and requests of any kind.
#pragma once
#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "driver_arrays.h"
#include "oscillators.h"

class OscillatorDriver {
 public:
  OscillatorDriver(const std::map<std::string, Array>& in, const stemwright::Kernels& kernels)
      : in_(in), kernels_(kernels) {}

  void write_all(std::ostream& out) const {
    write_array(out, "oscillators.whole", in_chunks(kSamples), kSamples);
    write_array(out, "oscillators.chunks", in_chunks(77), kSamples);
    write_array(out, "oscillators.any", any(), 2);
  }

 private:
  static constexpr int kChannels = 2, kHop = 320, kSamples = 4000, kStart = -650, kRequests = 400;

  template <typename T>
  std::vector<T> values(const char* name) const {
    const Array& a = in_.at(std::string("notes.") + name);
    return {a.as<T>(), a.as<T>() + a.rows * a.columns};
  }

  // Exactly as long as they are said to be, so that a sanitizer sees what lies beyond.
  struct Request {
    std::vector<double> onsets, frequencies;
    std::vector<int64_t> firsts;
    std::vector<int32_t> partials, frames;
    std::vector<float> amplitudes, bends;
    stemwright::OscillatorSpan span;

    std::vector<float> sound(const stemwright::Kernels& kernels) const {
      const stemwright::OscillatorNotes notes = {
          onsets.data(), firsts.data(), partials.data(), frames.data(), frequencies.data(), amplitudes.data(),
          bends.data(), onsets.size(), frequencies.size(), amplitudes.size(), bends.size()};
      std::vector<float> made(static_cast<size_t>(span.channels * span.samples));
      stemwright::render(kernels, notes, span, made.data());
      return made;
    }
  };

  Request given() const {
    return {values<double>("onsets"), values<double>("frequencies"), values<int64_t>("firsts"),
            values<int32_t>("partials"), values<int32_t>("frames"), values<float>("amplitudes"),
            values<float>("bends"), {kChannels, kSamples, kStart, kHop, 48.0}};
  }

  std::vector<float> in_chunks(int size) const {
    Request request = given();
    std::vector<float> made(kChannels * kSamples);
    for (int first = 0; first < kSamples; first += size) {
      const int count = std::min(size, kSamples - first);
      request.span.start = kStart + first;
      request.span.samples = count;
      const std::vector<float> part = request.sound(kernels_);
      for (int c = 0; c < kChannels; ++c)
        std::copy_n(part.data() + c * count, count, made.data() + c * kSamples + first);
    }
    return made;
  }

  class Random {
   public:
    int below(int n) { return static_cast<int>(next() / 256 % static_cast<uint32_t>(n)); }
    bool once_in(int n) { return below(n) == 0; }
    // In -1..1, sometimes any float there is.
    float number(bool wild) {
      if (!wild || !once_in(8)) return static_cast<float>(below(2001) - 1000) / 1000.0f;
      const uint32_t low = next(), bits = low ^ next() << 16;
      float x;
      std::memcpy(&x, &bits, sizeof(x));
      return x;
    }

   private:
    uint32_t next() { return state_ = state_ * 1664525u + 1013904223u; }
    uint32_t state_ = 1;
  };

  static Request drawn(Random& r) {
    constexpr int hops[] = {32, 34, 320, 2048}, partials[] = {1, 15, 16, 17, 40, 512};
    Request request;
    request.span = {1 + r.below(2), r.below(1500), r.below(4000) - 2000, hops[r.below(4)], 0.5 * r.below(100)};
    const bool wild = r.once_in(4);
    for (int i = r.below(4); i > 0; --i) {
      request.onsets.push_back(r.below(8000) / 3.0 - 1500.0);
      request.firsts.push_back(r.below(40) - 20);
      request.partials.push_back(partials[r.below(6)]);
      request.frames.push_back(1 + r.below(6));
      const bool bent = r.once_in(2);
      for (int p = 0; p < request.partials.back(); ++p) request.frequencies.push_back(r.below(1000) / 2001.0);
      for (int f = 0; f < request.frames.back(); ++f) request.bends.push_back(bent ? 0.5f * r.number(false) : 0.0f);
      const int count = request.frames.back() * 2 * request.span.channels * request.partials.back();
      for (int a = 0; a < count; ++a) request.amplitudes.push_back(r.number(wild));
    }
    return request;
  }

  template <typename T>
  static void spoil(Random& r, std::vector<T>& values) {
    if (values.empty() || r.once_in(3)) {
      values.resize(values.size() + 1);
    } else if (r.once_in(2)) {
      values.pop_back();
    } else {
      const T odd[] = {std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest(), T(0), T(-1),
                       std::numeric_limits<T>::quiet_NaN()};
      values[static_cast<size_t>(r.below(static_cast<int>(values.size())))] = odd[r.below(5)];
    }
    values.shrink_to_fit();
  }

  static void spoil(Random& r, Request& request) {
    switch (r.below(8)) {
      case 0: return spoil_size(r, request);
      case 1: return spoil(r, request.frequencies);
      case 2: return spoil(r, request.amplitudes);
      case 3: return spoil(r, request.bends);
      case 4: request.span.hop = r.below(5000) - 100; return;
      case 5: request.span.start = int64_t{1} << (31 + r.below(32)); return;
      case 6: request.span.gate = r.once_in(2) ? -1.0 : std::numeric_limits<double>::quiet_NaN(); return;
      default: request.span.channels = 3 - request.span.channels;
    }
  }

  // One number of one note; the arrays of all notes must stay of one length.
  static void spoil_size(Random& r, Request& request) {
    if (request.onsets.empty()) return;
    constexpr int64_t odd[] = {-1, 0, 1, 16, 513, 1 << 20, std::numeric_limits<int32_t>::max(), int64_t{1} << 62};
    const size_t note = static_cast<size_t>(r.below(static_cast<int>(request.onsets.size())));
    const int64_t value = odd[r.below(8)];
    switch (r.below(4)) {
      case 0: request.partials[note] = static_cast<int32_t>(value); break;
      case 1: request.frames[note] = static_cast<int32_t>(value); break;
      case 2: request.firsts[note] = value; break;
      default: request.onsets[note] = r.once_in(2) ? 1e300 : static_cast<double>(value) + 0.5;
    }
  }

  // Requests good and bad: each is rendered, or refused in words. [rendered, refused]
  std::vector<int32_t> any() const {
    std::vector<int32_t> counts = {0, 0};
    Random r;
    for (int i = 0; i < kRequests; ++i) {
      Request request = drawn(r);
      if (r.once_in(2)) spoil(r, request);
      try {
        request.sound(kernels_);
        ++counts[0];
      } catch (const std::invalid_argument&) {
        ++counts[1];
      }
    }
    return counts;
  }

  const std::map<std::string, Array>& in_;
  const stemwright::Kernels& kernels_;
};
