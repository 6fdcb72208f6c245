// The machine's own sound system by miniaudio: ALSA, PulseAudio, CoreAudio, WASAPI, and "null", which plays into nothing in real time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device.h"

namespace stemwright::live {

struct SoundName {
  std::string system;  // "alsa", "pulse", "coreaudio", "wasapi", "null"
  std::string name;    // unlike every other of that system and way
  bool output, usual;  // usual: what the system takes where none is chosen
};

struct SoundChoice {
  std::string system;
  std::string output, input;  // names; "" for the usual one
  int period;                 // frames wished for
};

class SoundDevice final : public Device {
 public:
  // DeviceError: a system or a device that is not there, or cannot be opened.
  SoundDevice(Processor& graph, const SoundChoice& choice);
  ~SoundDevice() override;

  int rate() const;      // of the device; miniaudio converts where it is not the graph's
  int latency() const;   // frames that the device holds in advance, at its rate
  int channels() const;  // of the graph's outputs, those that are heard

  static std::vector<SoundName> list();

 private:
  struct Parts;
  void close() override;
  void open(const SoundChoice& choice);
  void data(float* out, const float* in, int frames) noexcept;
  void gap(int frames) noexcept;

  std::unique_ptr<Parts> parts_;
};

}  // namespace stemwright::live
