// A client of a JACK server: the graph's channels and MIDI ports as JACK's, each block in JACK's own thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "device.h"
#include "jack_client.h"

namespace stemwright::live {

struct JackNames {
  std::string client, server;                    // server "": JACK's default
  std::vector<std::string> inputs, outputs;      // one for each channel of the graph
  std::vector<std::pair<int, std::string>> midi_inputs, midi_outputs;  // the graph's number of a port, and its name
};

class JackDevice final : public Device, private MidiSink {
 public:
  // DeviceError: no JACK, no server, a server of another rate than the graph's, a name it refuses.
  JackDevice(Processor& graph, const JackNames& names);
  ~JackDevice() override { stop(); }

  std::string client() const;
  bool realtime() const;
  std::vector<JackPort> ports() const { return client_.ports(); }
  // Own ports by their short names, others by their full ones; nothing where it stands already. DeviceError for a port of our
  // own at the other end: what we play would come back as what we hear.
  void connect(const std::string& from, const std::string& to);
  bool connected(const std::string& own) const;

 private:
  bool takes(int port) const noexcept override;
  bool send(int offset, int port, const std::uint8_t* bytes, int length) noexcept override;
  void close() override { client_.close(); }

  struct Midi {
    int number;
    jack::Port* port;
    void* buffer = nullptr;  // of this block
  };
  jack::Port* add(const std::string& name, const char* type, unsigned long flags);
  void listen();
  int process(std::uint32_t frames) noexcept;

  JackClient client_;
  const jack::Library& jack_;
  const jack::Client* audio_ = nullptr;  // the same, as the audio thread has it
  std::vector<jack::Port*> inputs_, outputs_;
  std::vector<const float*> in_;
  std::vector<float*> out_;
  std::vector<Midi> midi_in_, midi_out_;
  std::uint32_t expected_ = 0;
  bool first_ = true;
};

}  // namespace stemwright::live
