// What plays nothing of its own: sound and MIDI that come in go out again in the same block. The control of every measurement in real time.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "process.h"
#include "watch.h"

namespace stemwright::live {

class Through final : public Processor {
 public:
  Through(int rate, int inputs, int outputs) : rate_(rate), inputs_(inputs), outputs_(outputs) { events_.reserve(kMost); }

  int rate() const noexcept override { return rate_; }
  int inputs() const noexcept override { return inputs_; }
  int outputs() const noexcept override { return outputs_; }
  bool claim() noexcept override { return !claimed_.exchange(true); }
  void release() noexcept override { claimed_.store(false); }

  void process(const float* const* in, float* const* out, int frames, MidiSink* midi) noexcept override {
    watch_.begin(sample_.load(), frames);
    for (int channel = 0; channel < outputs_; ++channel) {
      const float* const from = in != nullptr && channel < inputs_ ? in[channel] : nullptr;
      if (from != nullptr) std::copy_n(from, frames, out[channel]);
      else std::fill_n(out[channel], frames, 0.0f);
    }
    if (midi != nullptr)
      for (const Event& event : events_)
        if (midi->takes(event.port)) midi->send(event.offset, event.port, event.bytes, event.length);
    events_.clear();
    sample_.store(sample_.load() + frames);
  }

  void midi_in(int offset, int port, const std::uint8_t* bytes, int length) noexcept override {
    if (length < 1 || length > 3 || events_.size() == kMost) return;
    Event event{offset, port, length, {}};
    std::copy_n(bytes, length, event.bytes);
    events_.push_back(event);
  }

  void end(int, MidiSink*) noexcept override { events_.clear(); }
  void xrun(std::int64_t) noexcept override {}

  std::int64_t sample() const noexcept { return sample_.load(); }
  const Watch& watch() const noexcept { return watch_; }

 private:
  static constexpr std::size_t kMost = 4096;  // events of a block
  struct Event {
    int offset, port, length;
    std::uint8_t bytes[3];
  };

  int rate_, inputs_, outputs_;
  std::atomic<bool> claimed_{false};
  std::atomic<std::int64_t> sample_{0};
  Watch watch_;
  std::vector<Event> events_;  // never grows past what is reserved
};

}  // namespace stemwright::live
