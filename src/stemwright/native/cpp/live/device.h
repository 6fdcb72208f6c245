// What every device has: a graph that it claimed, the book of its callbacks, what went wrong, and an end that leaves no note hanging.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "clockwork.h"
#include "process.h"

namespace stemwright::live {

// A device that cannot be had, in one line for the user.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Device {
 public:
  // DeviceError where another device has the graph. The graph outlives the device.
  Device(Processor& graph);
  virtual ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Ends what sounds, closes, and lets the graph go; once. Whoever derives from this calls it in its destructor. A device
  // that no longer calls back is not waited for.
  void stop();

  const Clockwork& clockwork() const { return clockwork_; }
  int period() const { return period_.load(std::memory_order_relaxed); }  // frames of the newest block
  bool alive() const { return alive_.load(std::memory_order_acquire); }   // false once it was stopped or is gone
  std::string trouble() const;                                            // what went wrong first; "" for nothing

 protected:
  Processor& graph() const { return graph_; }
  Clockwork& clockwork() { return clockwork_; }
  void set_period(int frames) { period_.store(frames, std::memory_order_relaxed); }

  // Audio thread: around each callback.
  void enter() noexcept { clockwork_.begin(); }
  void leave(int frames) noexcept { clockwork_.end(frames, graph_.rate()); }
  // Audio thread: one block through the graph, silence from the end on.
  void block(const float* const* in, float* const* out, int frames, MidiSink* midi) noexcept;
  // Audio thread: frames that went by without a block, and how often the system itself has said that it was late.
  void missed(std::int64_t frames) noexcept;
  // Any thread, once: the rest is ignored. `gone`: no block comes any more.
  void fail(const char* reason, bool gone) noexcept;
  bool ending() const noexcept { return ending_.load(std::memory_order_acquire); }
  virtual void close() = 0;

 private:
  static constexpr int kAfter = 3;  // blocks after the last notes, so that whoever reads the ports has had them

  Processor& graph_;
  Clockwork clockwork_;
  std::atomic<int> period_{0};
  std::atomic<bool> alive_{true}, ending_{false}, failing_{false}, failed_{false};
  std::atomic<int> ended_{0};  // silent blocks since `end`
  bool over_ = false;          // audio thread: `end` has been called
  bool stopped_ = false;
  std::uint64_t xruns_ = 0;
  char trouble_[256] = {};
};

}  // namespace stemwright::live
