#include "midi_out.h"

#include <algorithm>

namespace stemwright::live {

namespace {
constexpr int kNoteOff = 0x80, kNoteOn = 0x90, kControl = 0xB0, kBend = 0xE0, kReset = 0xFF;
constexpr int kPedals[] = {64, 66, 67};
constexpr int kAllSoundOff = 120, kResetControllers = 121, kAllNotesOff = 123;
}  // namespace

int message_length(int status) noexcept {
  if (status < 0x80) return 0;
  if (status < 0xF0) return (status & 0xE0) == 0xC0 ? 2 : 3;
  switch (status) {
    case 0xF1:
    case 0xF3: return 2;
    case 0xF2: return 3;
    case 0xF6:
    case 0xF8:
    case 0xFA:
    case 0xFB:
    case 0xFC:
    case 0xFE:
    case 0xFF: return 1;
    default: return 0;
  }
}

MidiOut::MidiOut(int id, int port) : Notes(id), port_(port), waiting_(kWaiting) {}

std::string MidiOut::refuse(const Command& command) const {
  if (command.op != kMidi) return Notes::refuse(command);
  const std::uint32_t packed = static_cast<std::uint32_t>(command.index);
  const int length = message_length(static_cast<int>(packed & 0xFF));
  if (length == 0) return "the bytes are no MIDI message of at most three bytes";
  if (packed >> (8 * length) != 0 || (packed & 0x00808000u) != 0) return "the bytes after the status are not 0 to 127";
  return "";
}

void MidiOut::render(const Segment&, Host&) noexcept {}

void MidiOut::apply(const Order& order, std::int64_t sample, Host& host) noexcept {
  if (order.command.op == kNote) return note(order, sample, host);
  midi(static_cast<std::uint32_t>(order.command.index), sample);
}

bool MidiOut::send(int status, int first, int second, std::int64_t sample, bool needed) noexcept {
  const std::size_t room = kWaiting - (in_ - out_);
  if (room <= (needed ? 0 : kSpare)) {
    ++lost_;
    return false;
  }
  MidiRecord& record = waiting_[in_++ % kWaiting];
  record = MidiRecord();
  record.sample = sample;
  record.port = static_cast<std::uint16_t>(port_);
  record.length = static_cast<std::uint16_t>(message_length(status));
  const int bytes[] = {status, first, second};
  for (int i = 0; i < record.length; ++i) record.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  if (status < 0xF0) channels_[status & 0x0F].used = true;
  return true;
}

void MidiOut::end_note(int channel, int pitch, std::int64_t sample) noexcept {
  Channel& state = channels_[channel];
  if (!state.sounds[pitch]) return;
  state.sounds[pitch] = !send(kNoteOff | channel, pitch, 0, sample, true);
}

void MidiOut::note(const Order& order, std::int64_t sample, Host& host) noexcept {
  const Note note(order.command.index);
  Channel& state = channels_[note.channel];
  if (note.velocity == 0) {
    if (!is_end(order) || state.number[note.pitch] == which(order)) end_note(note.channel, note.pitch, sample);
    return;
  }
  end_note(note.channel, note.pitch, sample);
  std::uint32_t& number = state.number[note.pitch];
  if (++number == 0) number = 1;
  if (!end_after(order, sample, number, host)) {
    host.report(kDropped, sample, this, order.command.ticket, kLostNotes, 1);
    return;
  }
  if (send(kNoteOn | note.channel, note.pitch, note.velocity, sample, false)) state.sounds[note.pitch] = true;
}

// A message as it is, but that a note which sounds already is ended before it begins again.
void MidiOut::midi(std::uint32_t packed, std::int64_t sample) noexcept {
  const int status = static_cast<int>(packed & 0xFF);
  const int first = static_cast<int>(packed >> 8 & 0xFF), second = static_cast<int>(packed >> 16 & 0xFF);
  Channel& state = channels_[status & 0x0F];
  if ((status & 0xF0) == kNoteOn && second > 0) {
    end_note(status & 0x0F, first, sample);
    if (++state.number[first] == 0) state.number[first] = 1;
    if (send(status, first, second, sample, false)) state.sounds[first] = true;
    return;
  }
  const bool ends = ((status & 0xF0) == kNoteOn || (status & 0xF0) == kNoteOff) && state.sounds[first];
  if (send(status, first, second, sample, ends)) track(status, first);
}

// What a message that was sent has ended.
void MidiOut::track(int status, int first) noexcept {
  const int channel = status & 0x0F;
  if (status == kReset) {
    for (Channel& state : channels_) std::fill(std::begin(state.sounds), std::end(state.sounds), false);
  } else if ((status & 0xF0) == kNoteOff || (status & 0xF0) == kNoteOn) {
    channels_[channel].sounds[first] = false;
  } else if ((status & 0xF0) == kControl && (first == kAllSoundOff || first >= kAllNotesOff)) {
    std::fill(std::begin(channels_[channel].sounds), std::end(channels_[channel].sounds), false);
  }
}

void MidiOut::channel_off(int channel, std::int64_t sample) noexcept {
  for (int pitch = 0; pitch < 128; ++pitch) end_note(channel, pitch, sample);
  for (const int pedal : kPedals) send(kControl | channel, pedal, 0, sample, true);
  send(kControl | channel, kResetControllers, 0, sample, true);
  send(kControl | channel, kAllNotesOff, 0, sample, true);
  send(kBend | channel, 0, 64, sample, true);
  channels_[channel].used = false;
}

void MidiOut::all_off(std::int64_t sample, Host&) noexcept {
  for (int channel = 0; channel < 16; ++channel) {
    if (channels_[channel].used) channel_off(channel, sample);
  }
}

void MidiOut::flush(MidiSink* sink, Ring<MidiRecord>& ring, std::int64_t start, int frames,
                    Host& host) noexcept {
  if (lost_ > 0) host.report(kDropped, start, this, 0, kLostMidiOut, lost_);
  lost_ = 0;
  const bool native = sink && sink->takes(port_);
  for (; out_ != in_; ++out_) {
    const MidiRecord& record = waiting_[out_ % kWaiting];
    const std::int64_t last = frames > 0 ? frames - 1 : 0;
    const int offset = static_cast<int>(std::clamp<std::int64_t>(record.sample - start, 0, last));
    if (!(native ? sink->send(offset, port_, record.bytes, record.length) : ring.push(record))) return;
  }
}

}  // namespace stemwright::live
