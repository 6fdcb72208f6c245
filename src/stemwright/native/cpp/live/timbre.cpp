#include "timbre.h"

#include <algorithm>
#include <cmath>

namespace stemwright::live {

namespace {
constexpr double kMostOffset = 8.0;
constexpr double kAlone = 0.25;  // the walk from which on nothing is heard of the input
constexpr float kMostLatent = 64.0f;
constexpr std::int64_t kSaidAgain = 48000;
}  // namespace

Timbre::Timbre(int id, const TimbreGraphs& graphs, int fade)
    : Node(id), latent_(graphs.latent), delay_(graphs.delay),
      encoder_(ort::runtime(graphs.library), graphs.encoder, {"audio", {1, kHop}}, {"latent", {1, graphs.latent, 1}},
               graphs.encoder_state),
      decoder_(ort::runtime(graphs.library), graphs.decoder, {"latent", {1, graphs.latent, 1}}, {"audio", {1, kHop}},
               graphs.decoder_state),
      wander_(graphs.memory, graphs.latent, graphs.seed), wandered_(static_cast<std::size_t>(graphs.latent)),
      blend_(fade, 1.0), walk_(fade, 0.0), offsets_(static_cast<std::size_t>(graphs.latent), Ramp(fade, 0.0)) {
  for (auto& side : dry_) side.resize(static_cast<std::size_t>(latency()));
}

std::string Timbre::refuse(const Command& command) const {
  if (command.op != kSet) return Node::refuse(command);
  if (command.index < 0 || command.index >= kLatent + latent_) return "a timbre has no such parameter";
  if (command.index >= kLatent) {
    return std::fabs(command.value) <= kMostOffset ? "" : "a number of the latent is moved by -8 to 8";
  }
  return command.value >= 0 && command.value <= 1 ? "" : "a blend or walk is from 0 to 1";
}

void Timbre::apply(const Order& order, std::int64_t sample, Host&) noexcept {
  const double value = order.command.value;
  switch (order.command.index) {
    case kBlend: return blend_.go(sample, value);
    case kWalk: return walk_.go(sample, value);
    default: return offsets_[static_cast<std::size_t>(order.command.index - kLatent)].go(sample, value);
  }
}

void Timbre::leave(std::int64_t, Host&) noexcept {
  encoder_.forget();
  decoder_.forget();
  wander_.forget();
  for (auto& side : dry_) std::fill(side.begin(), side.end(), 0.0f);
  std::fill_n(heard_, kHop, 0.0f);
  std::fill_n(made_, kHop, 0.0f);
}

void Timbre::render(const Segment& segment, Host& host) noexcept {
  mix(segment);
  const auto late = static_cast<std::int64_t>(dry_[0].size());
  for (int n = 0; n < segment.frames; ++n) {
    const std::int64_t sample = segment.start + n;
    const auto place = static_cast<std::size_t>(sample % late);
    const auto within = static_cast<std::size_t>(sample % kHop);
    const float wet = made_[within];
    const double share = blend_.at(sample);
    heard_[within] = 0.5f * (sound[0][n] + sound[1][n]);
    for (int channel = 0; channel < 2; ++channel) {
      const double dry = static_cast<double>(dry_[channel][place]);
      dry_[channel][place] = sound[channel][n];
      sound[channel][n] = static_cast<float>(dry + share * (static_cast<double>(wet) - dry));
    }
    if (within == kHop - 1) hop(sample, host);
  }
}

// A whole hop was heard, up to the sample `last`: what the next one plays.
void Timbre::hop(std::int64_t last, Host& host) noexcept {
  if (!broken_ && !make(last)) {
    broken_ = true;
    fail(last, kRefused, host);
  }
  const float* made = decoder_.output();
  const bool finite = std::all_of(made, made + kHop, [](float x) { return std::isfinite(x); });
  if (!broken_ && !finite) {
    encoder_.forget();
    decoder_.forget();
    if (last >= quiet_until_) fail(last, kNoNumbers, host);
    quiet_until_ = last + kSaidAgain;
  }
  for (int n = 0; n < kHop; ++n) made_[n] = broken_ || !finite ? 0.0f : std::clamp(made[n], -kMostLevel, kMostLevel);
}

bool Timbre::make(std::int64_t last) noexcept {
  std::copy_n(heard_, kHop, encoder_.input());
  if (!encoder_.run()) return false;
  move(last);
  return decoder_.run();
}

// The numbers of the hop as the decoder gets them: wandering, and moved by hand.
void Timbre::move(std::int64_t last) noexcept {
  const double speed = walk_.at(last);
  const auto alone = static_cast<float>(std::min(1.0, speed / kAlone));
  if (alone > 0) wander_.next(speed, wandered_.data());
  for (int i = 0; i < latent_; ++i) {
    float value = encoder_.output()[i];
    if (alone > 0) value += alone * (wandered_[static_cast<std::size_t>(i)] - value);
    value += static_cast<float>(offsets_[static_cast<std::size_t>(i)].at(last));
    decoder_.input()[i] = std::clamp(value, -kMostLatent, kMostLatent);
  }
}

void Timbre::fail(std::int64_t at, int why, Host& host) noexcept { host.report(kFailed, at, this, 0, why, 0.0); }

}  // namespace stemwright::live
