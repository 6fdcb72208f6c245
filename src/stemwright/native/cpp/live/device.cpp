#include "device.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace stemwright::live {

Device::Device(Processor& graph) : graph_(graph) {
  if (!graph_.claim()) throw DeviceError("the graph is played by another device: close that one first");
}

Device::~Device() {
  if (!stopped_) graph_.release();  // it was never opened
}

void Device::stop() {
  if (stopped_) return;
  stopped_ = true;
  ending_.store(true, std::memory_order_release);
  using namespace std::chrono_literals;
  // A device that calls back at all does so many times a second; 2 s without is one that is gone.
  for (int waited = 0; alive() && clockwork_.callbacks() > 0 && ended_.load(std::memory_order_acquire) < kAfter && waited < 2000; ++waited)
    std::this_thread::sleep_for(1ms);
  alive_.store(false, std::memory_order_release);
  close();
  graph_.release();
}

std::string Device::trouble() const { return failed_.load(std::memory_order_acquire) ? trouble_ : ""; }

void Device::block(const float* const* in, float* const* out, int frames, MidiSink* midi) noexcept {
  set_period(frames);
  if (!ending()) {
    graph_.process(in, out, frames, midi);
  } else {
    if (!over_) graph_.end(frames, midi);
    else ended_.fetch_add(1, std::memory_order_release);
    over_ = true;
    for (int channel = 0; channel < graph_.outputs(); ++channel) std::fill_n(out[channel], frames, 0.0f);
  }
}

void Device::missed(std::int64_t frames) noexcept {
  const std::uint64_t xruns = clockwork_.xruns();
  if (frames > 0) clockwork_.lost(static_cast<std::uint64_t>(frames));
  if (frames > 0 || xruns != xruns_) graph_.xrun(frames > 0 ? frames : 0);
  xruns_ = xruns;
}

void Device::fail(const char* reason, bool gone) noexcept {
  if (!failing_.exchange(true)) {
    std::strncpy(trouble_, reason, sizeof trouble_ - 1);
    failed_.store(true, std::memory_order_release);
  }
  if (gone) alive_.store(false, std::memory_order_release);
}

}  // namespace stemwright::live
