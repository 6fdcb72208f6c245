// A MIDI out port: events with their samples, and which notes sound, so that none is left hanging.
#pragma once

#include <vector>

#include "notes.h"
#include "process.h"
#include "ring.h"

namespace stemwright::live {

class MidiOut : public Notes {
 public:
  MidiOut(int id, int port);

  const char* kind() const noexcept override { return "midi"; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void all_off(std::int64_t sample, Host& host) noexcept override;

  MidiOut* next_port = nullptr;  // the one made before it; set before the audio thread knows this one
  int port() const noexcept { return port_; }

  // At a block's end: what waits goes to the sink where it takes this port, else into the ring; what finds no room
  // waits on. `start`: the block's first sample.
  void flush(MidiSink* sink, Ring<MidiRecord>& ring, std::int64_t start, int frames, Host& host) noexcept;

 private:
  static constexpr std::size_t kWaiting = 8192;
  static constexpr std::size_t kSpare = 4096;  // kept for ends of what sounds: 16 x 128 notes at most, and resets

  struct Channel {
    bool used = false;
    bool sounds[128] = {};
    std::uint32_t number[128] = {};  // of the note that began last
  };

  void note(const Order& order, std::int64_t sample, Host& host) noexcept;
  void midi(std::uint32_t packed, std::int64_t sample) noexcept;
  void end_note(int channel, int pitch, std::int64_t sample) noexcept;
  void channel_off(int channel, std::int64_t sample) noexcept;
  void track(int status, int first) noexcept;
  bool send(int status, int first, int second, std::int64_t sample, bool needed) noexcept;

  int port_;
  Channel channels_[16];
  std::vector<MidiRecord> waiting_;  // a ring of this thread alone
  std::size_t in_ = 0, out_ = 0;
  int lost_ = 0;  // not yet told
};

// Bytes of a message that begins with this status; 0: a status that stands alone is not sent so (SysEx, data).
int message_length(int status) noexcept;

}  // namespace stemwright::live
