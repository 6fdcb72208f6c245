#include "jack_library.h"

#include <deque>
#include <mutex>
#include <stdexcept>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace stemwright::live::jack {
namespace {

#if defined(_WIN32)
constexpr char kFile[] = "libjack64.dll";
void* opened() { return reinterpret_cast<void*>(LoadLibraryA(kFile)); }
void* found(void* file, const char* name) { return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(file), name)); }
#else
#if defined(__APPLE__)
constexpr char kFile[] = "libjack.0.dylib";
#else
constexpr char kFile[] = "libjack.so.0";
#endif
void* opened() { return dlopen(kFile, RTLD_NOW | RTLD_LOCAL); }
void* found(void* file, const char* name) { return dlsym(file, name); }
#endif

std::mutex said_lock;  // libjack writes lines from threads of its own, never from the audio thread's callbacks
std::deque<std::string> lines;

void keep(const char* line) {
  const std::lock_guard<std::mutex> guard(said_lock);
  lines.emplace_back(line);
  if (lines.size() > 4) lines.pop_front();
}

void quiet(const char*) {}

template <typename Function>
void bind(void* file, const char* name, Function& function) {
  void* const place = found(file, name);
  if (place == nullptr) throw std::runtime_error(std::string(kFile) + " has no " + name + ": it is not JACK, or too old");
  function = reinterpret_cast<Function>(place);
}

Library load() {
  void* const file = opened();
  if (file == nullptr) throw std::runtime_error(std::string("JACK is not installed: there is no ") + kFile);
  Library jack{};
  bind(file, "jack_client_open", jack.client_open);
  bind(file, "jack_client_close", jack.client_close);
  bind(file, "jack_get_client_name", jack.get_client_name);
  bind(file, "jack_activate", jack.activate);
  bind(file, "jack_deactivate", jack.deactivate);
  bind(file, "jack_get_sample_rate", jack.get_sample_rate);
  bind(file, "jack_get_buffer_size", jack.get_buffer_size);
  bind(file, "jack_is_realtime", jack.is_realtime);
  bind(file, "jack_last_frame_time", jack.last_frame_time);
  bind(file, "jack_set_process_callback", jack.set_process_callback);
  bind(file, "jack_set_sample_rate_callback", jack.set_sample_rate_callback);
  bind(file, "jack_set_buffer_size_callback", jack.set_buffer_size_callback);
  bind(file, "jack_set_xrun_callback", jack.set_xrun_callback);
  bind(file, "jack_on_info_shutdown", jack.on_info_shutdown);
  bind(file, "jack_port_register", jack.port_register);
  bind(file, "jack_port_get_buffer", jack.port_get_buffer);
  bind(file, "jack_port_name", jack.port_name);
  bind(file, "jack_port_connected", jack.port_connected);
  bind(file, "jack_get_ports", jack.get_ports);
  bind(file, "jack_connect", jack.connect);
  bind(file, "jack_free", jack.free);
  bind(file, "jack_midi_get_event_count", jack.midi_get_event_count);
  bind(file, "jack_midi_event_get", jack.midi_event_get);
  bind(file, "jack_midi_clear_buffer", jack.midi_clear_buffer);
  bind(file, "jack_midi_event_write", jack.midi_event_write);
  bind(file, "jack_set_error_function", jack.set_error_function);
  bind(file, "jack_set_info_function", jack.set_info_function);
  jack.set_error_function(keep);
  jack.set_info_function(quiet);
  return jack;
}

}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

std::string said() {
  const std::lock_guard<std::mutex> guard(said_lock);
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "; ") + line;
  lines.clear();
  return all;
}

}  // namespace stemwright::live::jack
