// libjack, opened when it is first asked for: nothing of JACK is needed to build or to start, and where it is missing one can say so.
// The declarations are those of JACK's public interface (jack.h, midiport.h, types.h of version 1.9; the same for PipeWire's libjack).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace stemwright::live::jack {

struct Client;
struct Port;
struct MidiEvent {
  uint32_t time;
  size_t size;
  unsigned char* buffer;
};

constexpr int kNoStartServer = 0x01, kServerName = 0x04;                                         // options
constexpr int kServerFailed = 0x10, kServerError = 0x20, kShmFailure = 0x200, kVersionError = 0x400;  // states
constexpr unsigned long kIsInput = 0x1, kIsOutput = 0x2, kIsPhysical = 0x4;
constexpr char kAudio[] = "32 bit float mono audio", kMidi[] = "8 bit raw midi";

struct Library {
  Client* (*client_open)(const char* name, int options, int* status, ...);
  int (*client_close)(Client*);
  const char* (*get_client_name)(Client*);
  int (*activate)(Client*);
  int (*deactivate)(Client*);
  uint32_t (*get_sample_rate)(Client*);
  uint32_t (*get_buffer_size)(Client*);
  int (*is_realtime)(Client*);
  uint32_t (*last_frame_time)(const Client*);
  int (*set_process_callback)(Client*, int (*)(uint32_t frames, void*), void*);
  int (*set_sample_rate_callback)(Client*, int (*)(uint32_t rate, void*), void*);
  int (*set_buffer_size_callback)(Client*, int (*)(uint32_t frames, void*), void*);
  int (*set_xrun_callback)(Client*, int (*)(void*), void*);
  void (*on_info_shutdown)(Client*, void (*)(int code, const char* reason, void*), void*);
  Port* (*port_register)(Client*, const char* name, const char* type, unsigned long flags, unsigned long size);
  void* (*port_get_buffer)(Port*, uint32_t frames);
  const char* (*port_name)(const Port*);
  int (*port_connected)(const Port*);
  const char** (*get_ports)(Client*, const char* name, const char* type, unsigned long flags);
  int (*connect)(Client*, const char* from, const char* to);
  void (*free)(void*);
  uint32_t (*midi_get_event_count)(void* buffer);
  int (*midi_event_get)(MidiEvent*, void* buffer, uint32_t index);
  void (*midi_clear_buffer)(void* buffer);
  int (*midi_event_write)(void* buffer, uint32_t time, const unsigned char* data, size_t size);
  void (*set_error_function)(void (*)(const char*));
  void (*set_info_function)(void (*)(const char*));
};

// Once a process; it stays open. std::runtime_error, saying which file was looked for, where it is missing or is not JACK.
const Library& library();

// The last lines that libjack would have written to standard error; from now on there are none.
std::string said();

}  // namespace stemwright::live::jack
