#include "player.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stemwright::live {

constexpr double kMostPeriod = 1099511627776.0;  // 2^40, for numerators: products stay within 64 bits

std::string Player::refuse(const Command& command) const {
  if (command.op == kStop) return "";
  if (command.op != kLaunch) return Node::refuse(command);
  if (command.value != std::floor(command.value) || command.value < 0) return "the offset is not a whole number from 0 on";
  const bool whole = command.value2 == std::floor(command.value2);
  if (!whole || command.value2 < 0 || command.value2 > kMostPeriod) return "the period's numerator is out of range";
  if (command.value2 > 0 && command.value2 / std::max(command.divisor, 1u) < 1) return "the period is under one frame";
  return "";
}

void Player::apply(const Order& order, std::int64_t sample, Host&) noexcept {
  fade(sample);
  if (order.command.op == kLaunch) begin(order, sample);
}

void Player::begin(const Order& order, std::int64_t sample) noexcept {
  const Command& command = order.command;
  Sounding& playing = now_ = Sounding();
  playing.clip = static_cast<Clip*>(order.object);
  playing.ticket = command.ticket;
  playing.loops = (command.flags & kLoop) != 0;
  playing.soft = (command.flags & kSoft) != 0;
  playing.begun = sample;
  playing.pass = sample - static_cast<std::int64_t>(command.value);
  const bool given = command.value2 > 0;
  const std::int64_t period = given ? static_cast<std::int64_t>(command.value2) : playing.clip->frames();
  playing.divisor = given ? std::max<std::int64_t>(command.divisor, 1) : 1;
  playing.whole = period / playing.divisor;
  playing.rest = period % playing.divisor;
  playing.left = playing.divisor / 2;  // so that a half is rounded up
  playing.next = playing.pass;
  next_pass(playing);
  while (playing.loops && playing.next <= sample) next_pass(playing);  // an offset in the fraction that was rounded off
  playing.earlier = 0;
}

void Player::next_pass(Sounding& playing) noexcept {
  playing.earlier = playing.next - playing.pass;
  playing.pass = playing.next;
  playing.next += playing.whole;
  playing.left += playing.rest;
  if (playing.left >= playing.divisor) {
    playing.left -= playing.divisor;
    ++playing.next;
  }
}

void Player::fade(std::int64_t sample) noexcept {
  if (!now_.clip) return;
  if (now_.begun == sample) {  // replaced before it sounded
    now_.clip->let_go();
    now_ = Sounding();
    return;
  }
  Sounding* place = &fading_[0];  // a free one, else the one that is nearest to its end
  for (Sounding& other : fading_) {
    if (!place->clip) break;
    if (!other.clip || other.faded_from < place->faded_from) place = &other;
  }
  if (place->clip) place->clip->let_go();
  *place = now_;
  place->faded_from = sample;
  now_ = Sounding();
}

float Player::level(const Sounding& playing, std::int64_t sample) const noexcept {
  float level = 1.0f;
  if (playing.soft) level = 1.0f - faded(sample, playing.begun, fade_);
  if (playing.faded_from >= 0) level *= faded(sample, playing.faded_from, fade_);
  return level;
}

void Player::add_run(const Sounding& playing, const Segment& segment, std::int64_t from, std::int64_t to) noexcept {
  const Clip& clip = *playing.clip;
  const std::int64_t sounds_to = std::min(to, playing.pass + clip.frames());
  const bool plain = playing.faded_from < 0 && (!playing.soft || from - playing.begun >= fade_);
  for (int channel = 0; channel < 2; ++channel) {
    float* out = sound[channel];
    const float* in = clip.side(channel);
    if (plain) {
      for (std::int64_t n = from; n < sounds_to; ++n) out[n - segment.start] += in[n - playing.pass];
    } else {
      for (std::int64_t n = from; n < sounds_to; ++n) {
        out[n - segment.start] += in[n - playing.pass] * level(playing, n);
      }
    }
    if (playing.earlier == 0) continue;
    const std::int64_t tail = std::min<std::int64_t>(fade_, clip.frames() - playing.earlier);
    for (std::int64_t n = from; n < std::min(to, playing.pass + tail); ++n) {
      const float past = in[playing.earlier + n - playing.pass] * faded(n, playing.pass, fade_);
      out[n - segment.start] += past * level(playing, n);
    }
  }
}

bool Player::add(Sounding& playing, const Segment& segment) noexcept {
  std::int64_t over = std::numeric_limits<std::int64_t>::max();
  if (playing.faded_from >= 0) over = playing.faded_from + fade_;
  if (!playing.loops) over = std::min(over, playing.pass + playing.clip->frames());
  const std::int64_t last = std::min(segment.end(), over);
  for (std::int64_t from = segment.start; from < last;) {
    if (playing.loops && from >= playing.next) next_pass(playing);
    const std::int64_t to = playing.loops ? std::min(last, playing.next) : last;
    add_run(playing, segment, from, to);
    from = to;
  }
  return segment.end() < over;
}

void Player::end(Sounding& playing, std::int64_t sample, Host& host) noexcept {
  host.report(kEnded, sample, this, playing.ticket, playing.clip->id, 0.0);
  playing.clip->let_go();
  playing = Sounding();
}

void Player::render(const Segment& segment, Host& host) noexcept {
  for (auto& channel : sound) std::fill_n(channel, segment.frames, 0.0f);
  for (Sounding& playing : fading_) {
    if (!playing.clip || add(playing, segment)) continue;
    playing.clip->let_go();
    playing = Sounding();
  }
  if (now_.clip && !add(now_, segment)) end(now_, now_.pass + now_.clip->frames(), host);
}

void Player::leave(std::int64_t sample, Host& host) noexcept {
  for (Sounding& playing : fading_) {
    if (playing.clip) playing.clip->let_go();
    playing = Sounding();
  }
  if (now_.clip) end(now_, sample, host);
}

}  // namespace stemwright::live
