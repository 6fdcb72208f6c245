// The graph as the audio thread has it: what is pending, the plan, the clock, and the rings to Python.
#pragma once

#include <atomic>

#include "midi_out.h"
#include "pending.h"
#include "plan.h"
#include "ring.h"
#include "watch.h"

namespace stemwright::live {

class AudioSide final : public Host {
 public:
  AudioSide(int inputs, int outputs) : inputs_(inputs), outputs_(outputs) {}

  // Audio thread; see Processor.
  void process(const float* const* in, float* const* out, int frames, MidiSink* sink) noexcept;
  void midi_in(int offset, int port, const std::uint8_t* bytes, int length) noexcept;
  void end(int frames, MidiSink* sink) noexcept;
  void report(What what, std::int64_t at, const Node* node, std::uint32_t ticket, std::int32_t index,
              double value) noexcept override;
  bool end_later(const Order& order) noexcept override { return pending_.end_later(order); }

  // Any thread.
  void xrun(std::int64_t frames) noexcept;
  std::int64_t now() const noexcept { return published_.load(std::memory_order_acquire); }

  // Control side. How many of these, the first ones, find room: some is kept for what is to hold at once.
  std::size_t room_for(const Order* orders, std::size_t count) const noexcept;
  void post(const Order* orders, std::size_t count) noexcept;
  void know(Notes* notes) noexcept;
  void know_port(MidiOut* port) noexcept;

  Ring<Report> reports{16384};
  Ring<MidiRecord> midi{16384}, arrived{16384};
  Watch watch;

 private:
  void take_orders() noexcept;
  void apply_due() noexcept;
  void apply(const Order& order) noexcept;
  void swap(Plan* plan) noexcept;
  void all_off() noexcept;
  void drop(const Order& order) noexcept;
  void tell(What what, const Order& order, double value) noexcept;
  void push(const Report& report) noexcept;
  void tell_xruns() noexcept;
  void render(const float* const* in, float* const* out, int done, int frames) noexcept;
  void flush(MidiSink* sink, std::int64_t start, int frames) noexcept;

  int inputs_, outputs_;
  Ring<Order> orders_{16384};
  std::uint64_t sent_ = 0;  // of the control side
  Pending pending_;
  Plan* plan_ = nullptr;
  std::uint64_t mark_ = 1;  // of the nodes in the plan
  std::int64_t now_ = 0;
  std::int32_t unheard_ = 0;  // reports that found no room
  std::atomic<std::int64_t> published_{0};
  std::atomic<std::int32_t> xruns_{0};
  std::atomic<std::int64_t> xrun_frames_{0};
  std::atomic<Notes*> notes_{nullptr};
  std::atomic<MidiOut*> ports_{nullptr};
};

}  // namespace stemwright::live
