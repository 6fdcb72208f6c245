#include "routes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sines.h"

namespace stemwright::live {

constexpr float kMostInput = 16.0f;  // +24 dBFS: beyond, something is broken
constexpr double kSteadyHertz = 5.0;
constexpr double kMostGlide = 1e9;

Input::Input(int id, int rate, int left, int right, bool steady)
    : Node(id), rate_(rate), channels_{left, right}, steady_(steady), pole_(1.0 - 2.0 * kPi * kSteadyHertz / rate),
      told_(-rate) {}

void Input::render(const Segment& segment, Host& host) noexcept {
  for (int n = 0; n < segment.frames; ++n) {
    for (int side = 0; side < 2; ++side) {
      const float* from = segment.in ? segment.in[channels_[side]] : nullptr;
      float x = from ? from[n] : 0.0f;
      if (!(std::fabs(x) <= kMostInput)) {
        x = 0.0f;
        ++bad_;
      }
      if (!steady_) {
        const double given = static_cast<double>(x);
        held_[side] = given - before_[side] + pole_ * held_[side];
        before_[side] = given;
        x = static_cast<float>(held_[side]);
      }
      sound[side][n] = x;
    }
    if (bad_ > 0 && segment.start + n - told_ >= rate_) {  // once a second at most
      told_ = segment.start + n;
      host.report(kBadInput, told_, this, 0, 0, bad_);
      bad_ = 0;
    }
  }
}

std::uint64_t Output::outputs() const noexcept {
  return (std::uint64_t{1} << channels_[0]) | (std::uint64_t{1} << channels_[1]);
}

void Output::render(const Segment& segment, Host&) noexcept {
  mix(segment);
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(segment.frames);
  for (int side = 0; side < 2; ++side) std::memcpy(segment.out[channels_[side]], sound[side], bytes);
}

void Main::render(const Segment& segment, Host&) noexcept {
  mix(segment);
  limiter_.run(sound[0], sound[1], segment.frames);
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(segment.frames);
  for (int side = 0; side < 2; ++side) std::memcpy(segment.out[side], sound[side], bytes);
}

std::string Cv::refuse(const Command& command) const {
  if (command.op != kSet && command.op != kPulse) return Node::refuse(command);
  if (command.op == kSet && command.index != 0) return "a cv has no such parameter";
  if (!(std::fabs(command.value) <= 1)) return "a level is from -1 to 1, of the device's full scale";
  const double least = command.op == kPulse ? 1 : 0;
  if (!(command.value2 >= least && command.value2 <= kMostGlide)) return "a pulse or glide is out of range";
  return "";
}

void Cv::apply(const Order& order, std::int64_t sample, Host&) noexcept {
  const Command& command = order.command;
  if (command.op == kPulse) {
    pulse_ = static_cast<float>(command.value);
    pulse_end_ = sample + static_cast<std::int64_t>(command.value2);
    return;
  }
  from_ = static_cast<double>(at(sample));
  to_ = command.value;
  glide_ = std::floor(command.value2);
  start_ = sample;
}

float Cv::at(std::int64_t sample) const noexcept {
  const double gone = static_cast<double>(sample - start_);
  return static_cast<float>(gone >= glide_ ? to_ : from_ + (to_ - from_) * (gone / glide_));
}

void Cv::render(const Segment& segment, Host&) noexcept {
  for (int n = 0; n < segment.frames; ++n) {
    const std::int64_t sample = segment.start + n;
    sound[0][n] = sample < pulse_end_ ? pulse_ : at(sample);
  }
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(segment.frames);
  std::memcpy(sound[1], sound[0], bytes);
  std::memcpy(segment.out[channel_], sound[0], bytes);
}

}  // namespace stemwright::live
