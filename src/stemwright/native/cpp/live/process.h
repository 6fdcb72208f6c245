// What a device and a graph know of each other: sound in blocks, MIDI with its place in the block.
//
// A device claims the graph, calls `midi_in` for what came and then `process` for every block, both on its audio
// thread; `end` is the last call there. Nothing here locks, allocates or throws.
#pragma once

#include <cstdint>

namespace stemwright::live {

// Where the MIDI of a block goes: a device's ports. Used on the audio thread, within `process` and `end` alone.
struct MidiSink {
  virtual ~MidiSink() = default;

  // Whether this port of the graph is one of the device's; else its events go to Python.
  virtual bool takes(int port) const noexcept = 0;

  // A whole message, at most 3 bytes, `offset` samples into the block; offsets of a port never decrease. False
  // where the port's buffer is full: the graph keeps the event and tries again in the next block.
  virtual bool send(int offset, int port, const std::uint8_t* bytes, int length) noexcept = 0;
};

struct Processor {
  virtual ~Processor() = default;

  virtual int rate() const noexcept = 0;     // samples a second
  virtual int inputs() const noexcept = 0;   // channels that `process` reads
  virtual int outputs() const noexcept = 0;  // channels that `process` writes; 0 and 1 are main left and right

  // Any thread. Who claims the graph is the only one to call what follows; false where another has it.
  virtual bool claim() noexcept = 0;
  virtual void release() noexcept = 0;

  // Audio thread. The next `frames` samples, any number from 0. `in` may be null (silence), and so may any of its
  // channels; of `out` every channel is there and is overwritten. Without a sink MIDI goes to Python.
  virtual void process(const float* const* in, float* const* out, int frames, MidiSink* midi) noexcept = 0;

  // Audio thread, before the `process` of the block it came in: bytes of a MIDI in port, a message or a part of
  // one, `offset` samples into that block. Python reads them with their sample (Graph.midi_in).
  virtual void midi_in(int offset, int port, const std::uint8_t* bytes, int length) noexcept = 0;

  // Audio thread. Ends every note that sounds and resets controllers, at offset 0 of a block of `frames`: a device
  // calls it instead of its last `process` (the block's sound is the device's to silence).
  virtual void end(int frames, MidiSink* midi) noexcept = 0;

  // Any thread. A block came too late; `frames` of it were lost, as far as the device knows (else 0). Python hears
  // of it (report XRUN).
  virtual void xrun(std::int64_t frames) noexcept = 0;
};

}  // namespace stemwright::live
