#include "tap.h"

#include <algorithm>

namespace stemwright::live {

Tap::Tap(int id, int rate, std::int64_t frames)
    : Node(id), rate_(rate), size_(frames), ring_(2 * static_cast<std::size_t>(frames)) {}

std::string Tap::refuse(const Command& command) const {
  if (command.op != kRecord) return Node::refuse(command);
  return command.index == 0 || command.index == 1 ? "" : "RECORD is 1 (on) or 0 (off)";
}

void Tap::apply(const Order& order, std::int64_t, Host& host) noexcept {
  if (order.command.index == 1) {
    recording_ = true;
  } else {
    stop(host);
  }
}

void Tap::leave(std::int64_t, Host& host) noexcept { stop(host); }

void Tap::stop(Host& host) noexcept {
  recording_ = false;
  if (lost_ > 0) tell(host, lost_);
}

void Tap::tell(Host& host, std::int64_t frames) noexcept {
  host.report(kOverrun, lost_from_, this, 0, 0, static_cast<double>(frames));
  lost_from_ += frames;
  lost_ -= frames;
}

void Tap::render(const Segment& segment, Host& host) noexcept {
  mix(segment);
  if (!recording_) return;
  const std::int64_t written = written_.load(std::memory_order_relaxed);
  const std::int64_t room = size_ - (written - read_.load(std::memory_order_acquire));
  const std::int64_t fits = std::min<std::int64_t>(room, segment.frames);
  if (fits > 0 && lost_ > 0) tell(host, lost_);
  for (std::int64_t n = 0; n < fits; ++n) {
    float* to = &ring_[2 * static_cast<std::size_t>((written + n) % size_)];
    to[0] = sound[0][n];
    to[1] = sound[1][n];
  }
  written_.store(written + fits, std::memory_order_release);
  if (fits == segment.frames) return;
  if (lost_ == 0) lost_from_ = segment.start + fits;
  lost_ += segment.frames - fits;
  while (lost_ >= rate_) tell(host, rate_);  // at least once a second
}

std::int64_t Tap::waiting() const noexcept {
  return written_.load(std::memory_order_acquire) - read_.load(std::memory_order_relaxed);
}

void Tap::read(float* to, std::int64_t frames) noexcept {
  const std::int64_t read = read_.load(std::memory_order_relaxed);
  for (std::int64_t n = 0; n < frames; ++n) {
    const float* from = &ring_[2 * static_cast<std::size_t>((read + n) % size_)];
    to[2 * n] = from[0];
    to[2 * n + 1] = from[1];
  }
  read_.store(read + frames, std::memory_order_release);
}

}  // namespace stemwright::live
