#include "audio_side.h"

#include <algorithm>

#include "floats.h"

namespace stemwright::live {

constexpr int kChannels = 64;

void AudioSide::process(const float* const* in, float* const* out, int frames, MidiSink* sink) noexcept {
  const FlushedFloats floats;
  const std::int64_t start = now_;
  watch.begin(start, frames);
  tell_xruns();
  for (int channel = 0; channel < outputs_; ++channel) std::fill_n(out[channel], frames, 0.0f);
  take_orders();
  for (int done = 0; done < frames;) {
    apply_due();
    int count = std::min(frames - done, kSegment);
    if (!pending_.empty()) count = static_cast<int>(std::min<std::int64_t>(count, pending_.next() - now_));
    render(in, out, done, count);
    done += count;
    now_ += count;
  }
  flush(sink, start, frames);
  published_.store(now_, std::memory_order_release);
  watch.end();
}

void AudioSide::take_orders() noexcept {
  Order order;
  while (orders_.pop(order)) {
    if (order.command.op == kCancel && order.command.at < 0) {  // before anything that is due now
      pending_.pass();
      apply(order);
    } else {
      pending_.post(order, now_);
    }
  }
}

void AudioSide::apply_due() noexcept {
  while (!pending_.empty() && pending_.next() <= now_) {
    const Order order = pending_.take();
    if ((order.command.flags & kOnTime) && order.command.at >= 0 && order.command.at < now_) {
      tell(kLate, order, 0.0);
      drop(order);
    } else {
      apply(order);
    }
  }
}

void AudioSide::apply(const Order& order) noexcept {
  const Command& command = order.command;
  double value = 0.0;
  switch (command.op) {
    case kPlan: swap(static_cast<Plan*>(order.object)); break;
    case kCancel:
      value = pending_.cancel(static_cast<std::uint32_t>(command.index), [this](const Order& it) { drop(it); });
      break;
    case kAllOff:
      if (order.node) {
        static_cast<Notes*>(order.node)->all_off(now_, *this);
      } else {
        all_off();
      }
      break;
    default:
      order.node->apply(order, now_, *this);
      if (order.node->mark != mark_) order.node->leave(now_, *this);  // what no plan renders does not begin
  }
  if (command.ticket != 0) tell(kApplied, order, value);
}

void AudioSide::swap(Plan* plan) noexcept {
  ++mark_;
  for (const Step& step : plan->steps) step.node->mark = mark_;
  if (plan_) {
    for (const Step& step : plan_->steps) {
      if (step.node->mark != mark_) step.node->leave(now_, *this);
    }
    const int id = plan_->id;
    if (plan_->let_go()) report(kRetired, now_, nullptr, 0, id, 0.0);
  }
  plan_ = plan;
}

void AudioSide::drop(const Order& order) noexcept {
  if (order.object) order.object->let_go();
}

void AudioSide::all_off() noexcept {
  for (Notes* notes = notes_.load(std::memory_order_acquire); notes; notes = notes->next) notes->all_off(now_, *this);
}

void AudioSide::render(const float* const* in, float* const* out, int done, int frames) noexcept {
  if (!plan_ || frames <= 0) return;
  const float* ins[kChannels];
  float* outs[kChannels];
  for (int channel = 0; in && channel < inputs_; ++channel) ins[channel] = in[channel] ? in[channel] + done : nullptr;
  for (int channel = 0; channel < outputs_; ++channel) outs[channel] = out[channel] + done;
  Segment segment{now_, frames, in ? ins : nullptr, outs, nullptr, 0};
  for (const Step& step : plan_->steps) {
    segment.inputs = step.inputs.data();
    segment.count = static_cast<int>(step.inputs.size());
    step.node->render(segment, *this);
    step.node->meter.add(step.node->sound[0], step.node->sound[1], frames);
  }
}

void AudioSide::flush(MidiSink* sink, std::int64_t start, int frames) noexcept {
  for (MidiOut* port = ports_.load(std::memory_order_acquire); port; port = port->next_port) {
    port->flush(sink, midi, start, frames, *this);
  }
}

void AudioSide::end(int frames, MidiSink* sink) noexcept {
  all_off();
  flush(sink, now_, frames);
}

void AudioSide::midi_in(int offset, int port, const std::uint8_t* bytes, int length) noexcept {
  constexpr int kPiece = sizeof(MidiRecord::bytes);
  if (length <= 0) return;
  if (arrived.room() < static_cast<std::size_t>((length + kPiece - 1) / kPiece)) {
    report(kDropped, now_ + offset, nullptr, 0, kLostMidiIn, length);
    return;
  }
  for (int done = 0; done < length; done += kPiece) {
    MidiRecord record{};
    record.sample = now_ + offset;
    record.port = static_cast<std::uint16_t>(port);
    record.length = static_cast<std::uint16_t>(std::min(length - done, kPiece));
    std::copy_n(bytes + done, record.length, record.bytes);
    arrived.push(record);
  }
}

void AudioSide::report(What what, std::int64_t at, const Node* node, std::uint32_t ticket, std::int32_t index,
                       double value) noexcept {
  push({at, what, node ? node->tag() : kNoNode, ticket, index, 0, value});
}

void AudioSide::tell(What what, const Order& order, double value) noexcept {
  const Command& command = order.command;
  push({now_, what, command.node, command.ticket, command.index, command.op, value});
}

void AudioSide::push(const Report& report) noexcept {
  if (unheard_ > 0) {
    if (reports.room() < 2) {
      ++unheard_;
      return;
    }
    reports.push({report.at, kDropped, kNoNode, 0, kLostReports, 0, static_cast<double>(unheard_)});
    unheard_ = 0;
  }
  if (!reports.push(report)) ++unheard_;
}

void AudioSide::xrun(std::int64_t frames) noexcept {
  xrun_frames_.fetch_add(frames, std::memory_order_relaxed);
  xruns_.fetch_add(1, std::memory_order_release);
}

void AudioSide::tell_xruns() noexcept {
  if (xruns_.load(std::memory_order_relaxed) == 0) return;
  const std::int32_t blocks = xruns_.exchange(0, std::memory_order_acquire);
  report(kXrun, now_, nullptr, 0, blocks, static_cast<double>(xrun_frames_.exchange(0, std::memory_order_relaxed)));
}

std::size_t AudioSide::room_for(const Order* orders, std::size_t count) const noexcept {
  const std::size_t waiting = static_cast<std::size_t>(sent_ - pending_.done());
  const std::size_t room = std::min(orders_.room(), Pending::kPosted + Pending::kSpare - waiting);
  std::size_t fits = 0;
  while (fits < count && fits + (orders[fits].command.at < 0 ? 0 : Pending::kSpare) < room) ++fits;
  return fits;
}

void AudioSide::post(const Order* orders, std::size_t count) noexcept { sent_ += orders_.push(orders, count); }

void AudioSide::know(Notes* notes) noexcept {
  notes->next = notes_.load(std::memory_order_relaxed);
  notes_.store(notes, std::memory_order_release);
}

void AudioSide::know_port(MidiOut* port) noexcept {
  port->next_port = ports_.load(std::memory_order_relaxed);
  ports_.store(port, std::memory_order_release);
}

}  // namespace stemwright::live
