#include "jack.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace stemwright::live {

JackDevice::JackDevice(Processor& graph, const JackNames& names)
    : Device(graph), client_(names.client, names.server, [this](const char* reason) {
        char line[160];
        std::snprintf(line, sizeof line, "JACK: the server is gone or threw this client out (%.100s)", reason);
        fail(line, true);
      }), jack_(client_.jack()), audio_(client_.get()) {
  const int rate = static_cast<int>(jack_.get_sample_rate(client_.get()));
  if (rate != graph.rate())
    throw DeviceError("JACK: the server runs at " + std::to_string(rate) + " Hz and the graph at " + std::to_string(graph.rate()) +
                      ": begin at " + std::to_string(rate) + " Hz, or start the server with -r " + std::to_string(graph.rate()));
  if (static_cast<int>(names.inputs.size()) != graph.inputs() || static_cast<int>(names.outputs.size()) != graph.outputs())
    throw DeviceError("JACK: the graph has " + std::to_string(graph.inputs()) + " inputs and " + std::to_string(graph.outputs()) +
                      " outputs; " + std::to_string(names.inputs.size()) + " and " + std::to_string(names.outputs.size()) + " names were given");
  set_period(static_cast<int>(jack_.get_buffer_size(client_.get())));
  for (const auto& name : names.inputs) inputs_.push_back(add(name, jack::kAudio, jack::kIsInput));
  for (const auto& name : names.outputs) outputs_.push_back(add(name, jack::kAudio, jack::kIsOutput));
  for (const auto& [number, name] : names.midi_inputs) midi_in_.push_back({number, add(name, jack::kMidi, jack::kIsInput)});
  for (const auto& [number, name] : names.midi_outputs) midi_out_.push_back({number, add(name, jack::kMidi, jack::kIsOutput)});
  in_.resize(inputs_.size());
  out_.resize(outputs_.size());
  listen();
  if (jack_.activate(client_.get()) != 0) throw DeviceError("JACK: the client cannot be activated (" + jack::said() + ")");
}

jack::Port* JackDevice::add(const std::string& name, const char* type, unsigned long flags) {
  jack::Port* const port = jack_.port_register(client_.get(), name.c_str(), type, flags, 0);
  if (port == nullptr) throw DeviceError("JACK: the server refuses a port named " + name + " (the name is taken or too long, or there are no ports left)");
  return port;
}

void JackDevice::listen() {
  jack_.set_process_callback(client_.get(), [](std::uint32_t frames, void* self) { return static_cast<JackDevice*>(self)->process(frames); }, this);
  jack_.set_xrun_callback(client_.get(), [](void* self) { return static_cast<JackDevice*>(self)->clockwork().xrun(), 0; }, this);
  jack_.set_buffer_size_callback(client_.get(), [](std::uint32_t frames, void* self) {
    return static_cast<JackDevice*>(self)->set_period(static_cast<int>(frames)), 0;
  }, this);
  jack_.set_sample_rate_callback(client_.get(), [](std::uint32_t rate, void* self) {
    auto& device = *static_cast<JackDevice*>(self);
    if (static_cast<int>(rate) == device.graph().rate()) return 0;
    char line[160];
    std::snprintf(line, sizeof line, "JACK: the server changed its rate from %d to %u Hz: pitch and tempo are wrong until it is set back, or the session begun anew",
                  device.graph().rate(), rate);
    return device.fail(line, false), 0;
  }, this);
}

int JackDevice::process(std::uint32_t frames) noexcept {
  enter();
  const std::uint32_t now = jack_.last_frame_time(audio_);
  missed(first_ ? 0 : static_cast<std::int32_t>(now - expected_));
  first_ = false;
  expected_ = now + frames;
  for (std::size_t i = 0; i < inputs_.size(); ++i) in_[i] = static_cast<const float*>(jack_.port_get_buffer(inputs_[i], frames));
  for (std::size_t i = 0; i < outputs_.size(); ++i) out_[i] = static_cast<float*>(jack_.port_get_buffer(outputs_[i], frames));
  for (Midi& midi : midi_out_) {
    midi.buffer = jack_.port_get_buffer(midi.port, frames);
    jack_.midi_clear_buffer(midi.buffer);
  }
  for (Midi& midi : midi_in_) {
    void* const buffer = jack_.port_get_buffer(midi.port, frames);
    const std::uint32_t count = jack_.midi_get_event_count(buffer);
    jack::MidiEvent event;
    for (std::uint32_t i = 0; i < count; ++i)
      if (jack_.midi_event_get(&event, buffer, i) == 0)
        graph().midi_in(static_cast<int>(event.time), midi.number, event.buffer, static_cast<int>(event.size));
  }
  block(in_.data(), out_.data(), static_cast<int>(frames), this);
  leave(static_cast<int>(frames));
  return 0;
}

bool JackDevice::takes(int port) const noexcept {
  return std::any_of(midi_out_.begin(), midi_out_.end(), [&](const Midi& midi) { return midi.number == port; });
}

bool JackDevice::send(int offset, int port, const std::uint8_t* bytes, int length) noexcept {
  for (const Midi& midi : midi_out_)
    if (midi.number == port)
      return jack_.midi_event_write(midi.buffer, static_cast<std::uint32_t>(offset), bytes, static_cast<std::size_t>(length)) == 0;
  return true;
}

std::string JackDevice::client() const { return jack_.get_client_name(client_.get()); }

bool JackDevice::realtime() const { return jack_.is_realtime(client_.get()) != 0; }

void JackDevice::connect(const std::string& from, const std::string& to) {
  const std::string own = client() + ":";
  const auto full = [&](const std::string& name) { return name.find(':') == std::string::npos ? own + name : name; };
  const std::string start = full(from), end = full(to);
  if (start.compare(0, own.size(), own) == 0 && end.compare(0, own.size(), own) == 0)
    throw DeviceError("JACK: " + start + " to " + end + " would lead what is played back to what is heard: a loop");
  const int result = jack_.connect(client_.get(), start.c_str(), end.c_str());
  if (result != 0 && result != EEXIST) throw DeviceError("JACK: " + start + " cannot be connected to " + end + ": is one of them gone, or of another kind?");
}

bool JackDevice::connected(const std::string& own) const {
  for (const auto* list : {&inputs_, &outputs_})
    for (const jack::Port* port : *list)
      if (client() + ":" + own == jack_.port_name(port)) return jack_.port_connected(port) > 0;
  for (const auto* list : {&midi_in_, &midi_out_})
    for (const Midi& midi : *list)
      if (client() + ":" + own == jack_.port_name(midi.port)) return jack_.port_connected(midi.port) > 0;
  throw DeviceError("JACK: there is no port named " + own);
}

}  // namespace stemwright::live
