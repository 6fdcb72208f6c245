#include "voices.h"

#include <algorithm>
#include <cmath>

namespace stemwright::live {

constexpr int kCut = 8;  // voices that may be fading because others took their place
constexpr double kFrame = 4294967296.0;

Voices::Voices(int id, const char* kind, std::vector<Key> keys, int polyphony, int release, int fade)
    : Notes(id), kind_(kind), keys_(std::move(keys)), polyphony_(polyphony), release_(release), fade_(fade),
      voices_(static_cast<std::size_t>(polyphony) + kCut) {}

void Voices::apply(const Order& order, std::int64_t sample, Host& host) noexcept {
  const Note note(order.command.index);
  if (note.velocity > 0) return begin(order, sample, host);
  if (release_ == 0) return;
  for (Voice& voice : voices_) {
    if (!voice.clip || voice.pitch != note.pitch || voice.gone_from >= 0) continue;
    if (is_end(order) && voice.number != which(order)) continue;
    fade(voice, sample, release_);
  }
}

void Voices::begin(const Order& order, std::int64_t sample, Host& host) noexcept {
  const Note note(order.command.index);
  const Key& key = keys_[static_cast<std::size_t>(note.pitch)];
  if (!key.clip) return;
  if (++number_ == 0) number_ = 1;
  if (release_ > 0 && !end_after(order, sample, number_, host)) {
    host.report(kDropped, sample, this, order.command.ticket, kLostNotes, 1);
    return;
  }
  for (Voice& voice : voices_) {
    if (voice.clip && voice.pitch == note.pitch && voice.gone_from < 0) fade(voice, sample, release_ > 0 ? release_ : fade_);
  }
  Voice& voice = place(sample);
  const float velocity = static_cast<float>(note.velocity) / 127.0f;
  voice = Voice();
  voice.clip = key.clip;
  voice.step = static_cast<std::uint64_t>(key.ratio * kFrame + 0.5);
  voice.begun = sample;
  voice.level = velocity * velocity;
  voice.pitch = note.pitch;
  voice.number = number_;
}

void Voices::fade(Voice& voice, std::int64_t sample, int frames) noexcept {
  if (voice.gone_from >= 0) {  // it goes on from where it is
    const float left = faded(sample, voice.gone_from, voice.gone_in);
    voice.level *= left * left;
  }
  voice.gone_from = sample;
  voice.gone_in = frames;
}

// A free voice. Where as many sound as may, the one that goes away the longest, else the oldest, is cut off first.
Voices::Voice& Voices::place(std::int64_t sample) noexcept {
  const auto older = [](const Voice& a, const Voice& b) {
    if ((a.gone_from >= 0) != (b.gone_from >= 0)) return a.gone_from >= 0;
    return a.gone_from >= 0 ? a.gone_from < b.gone_from : a.begun < b.begun;
  };
  int sounding = 0;
  Voice *oldest = nullptr, *cut = nullptr, *free = nullptr;
  for (Voice& voice : voices_) {
    if (!voice.clip) {
      if (!free) free = &voice;
    } else if (voice.gone_from >= 0 && voice.gone_in <= fade_) {
      if (!cut || voice.gone_from < cut->gone_from) cut = &voice;
    } else {
      ++sounding;
      if (!oldest || older(voice, *oldest)) oldest = &voice;
    }
  }
  if (sounding >= polyphony_) fade(*oldest, sample, fade_);
  return free ? *free : *cut;  // of so many voices one is free or fading, since `polyphony_` at most sound
}

bool Voices::add(const Voice& voice, const Segment& segment) noexcept {
  const Clip& clip = *voice.clip;
  const std::int64_t frames = clip.frames();
  for (int n = 0; n < segment.frames; ++n) {
    const std::int64_t sample = segment.start + n;
    const std::uint64_t place = static_cast<std::uint64_t>(sample - voice.begun) * voice.step;
    const std::int64_t whole = static_cast<std::int64_t>(place >> 32);
    if (whole >= frames) return false;
    float level = voice.level;
    if (voice.gone_from >= 0) {
      const float left = faded(sample, voice.gone_from, voice.gone_in);
      if (left <= 0.0f) return false;
      level *= left * left;
    }
    const float t = static_cast<float>(static_cast<double>(place & 0xFFFFFFFFu) / kFrame);
    for (int side = 0; side < 2; ++side) {  // Catmull and Rom's cubic through four frames
      const float* at = clip.side(side) + whole;
      const float a = at[-1], b = at[0], c = at[1], d = at[2];
      const float first = 0.5f * (c - a), second = a - 2.5f * b + 2.0f * c - 0.5f * d;
      const float third = 0.5f * (d - a) + 1.5f * (b - c);
      sound[side][n] += level * (b + t * (first + t * (second + t * third)));
    }
  }
  return true;
}

void Voices::render(const Segment& segment, Host&) noexcept {
  for (auto& channel : sound) std::fill_n(channel, segment.frames, 0.0f);
  for (Voice& voice : voices_) {
    if (voice.clip && !add(voice, segment)) voice = Voice();
  }
}

void Voices::leave(std::int64_t, Host&) noexcept {
  for (Voice& voice : voices_) voice = Voice();
}

void Voices::all_off(std::int64_t sample, Host&) noexcept {
  for (Voice& voice : voices_) {
    if (voice.clip && voice.gone_from < 0) fade(voice, sample, release_ > 0 ? release_ : fade_);
  }
}

}  // namespace stemwright::live
