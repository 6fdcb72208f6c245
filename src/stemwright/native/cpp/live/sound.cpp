#include "sound.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "miniaudio_only.h"

namespace stemwright::live {
namespace {

constexpr std::pair<const char*, ma_backend> kSystems[] = {
    {"wasapi", ma_backend_wasapi}, {"coreaudio", ma_backend_coreaudio}, {"pulse", ma_backend_pulseaudio}, {"alsa", ma_backend_alsa}, {"null", ma_backend_null}};

class Context {
 public:
  explicit Context(ma_backend backend) {
    ma_context_config config = ma_context_config_init();
    config.threadPriority = ma_thread_priority_realtime;
    config.pulse.pApplicationName = "stemwright";
    result = ma_context_init(&backend, 1, &config, &context);
  }
  ~Context() {
    if (result == MA_SUCCESS) ma_context_uninit(&context);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ma_context context;
  ma_result result;
};

struct Entry {
  SoundName name;
  ma_device_id id;
};

std::vector<Entry> entries(ma_context& context, const char* system) {
  std::vector<Entry> all;
  ma_device_info* lists[2] = {};
  ma_uint32 counts[2] = {};
  if (ma_context_get_devices(&context, &lists[0], &counts[0], &lists[1], &counts[1]) != MA_SUCCESS) return all;
  for (int way = 0; way < 2; ++way)
    for (ma_uint32 i = 0; i < counts[way]; ++i) {
      const ma_device_info& info = lists[way][i];
      if (context.backend == ma_backend_alsa && std::strcmp(info.id.alsa, "null") == 0) continue;  // hears nothing and waits for nobody
      std::string name = info.name;
      const auto taken = [&](const Entry& entry) { return entry.name.output == (way == 0) && entry.name.name == name; };
      for (int copy = 2; std::any_of(all.begin(), all.end(), taken); ++copy) name = info.name + (" (" + std::to_string(copy) + ")");
      all.push_back({{system, name, way == 0, info.isDefault != 0}, info.id});
    }
  return all;
}

ma_device_id chosen(const std::vector<Entry>& all, const std::string& system, const std::string& name, bool output) {
  for (const Entry& entry : all)
    if (entry.name.output == output && entry.name.name == name) return entry.id;
  throw DeviceError(system + ": there is no " + (output ? "output" : "input") + " named " + name + " (any more)");
}

}  // namespace

struct SoundDevice::Parts {
  explicit Parts(ma_backend backend) : context(backend) {}

  Context context;
  ma_device device;
  bool initialised = false;
  int played = 0, heard = 0;  // channels of the device's blocks
  int largest = 0;            // frames that the planes hold
  std::vector<float> planes;
  std::vector<const float*> in;
  std::vector<float*> out;
  std::int64_t last_ns = 0;
};

SoundDevice::SoundDevice(Processor& graph, const SoundChoice& choice) : Device(graph) {
  for (const auto& [name, backend] : kSystems)
    if (choice.system == name) parts_ = std::make_unique<Parts>(backend);
  if (parts_ == nullptr) throw DeviceError("there is no sound system named " + choice.system);
  if (parts_->context.result != MA_SUCCESS)
    throw DeviceError(choice.system + " is not there (" + ma_result_description(parts_->context.result) + ")");
  open(choice);
}

SoundDevice::~SoundDevice() { stop(); }

void SoundDevice::open(const SoundChoice& choice) {
  Parts& parts = *parts_;
  const auto all = entries(parts.context.context, choice.system.c_str());
  ma_device_id output, input;
  ma_device_config config = ma_device_config_init(graph().inputs() > 0 ? ma_device_type_duplex : ma_device_type_playback);
  if (!choice.output.empty()) config.playback.pDeviceID = &(output = chosen(all, choice.system, choice.output, true));
  if (!choice.input.empty()) config.capture.pDeviceID = &(input = chosen(all, choice.system, choice.input, false));
  config.playback.format = config.capture.format = ma_format_f32;
  // Channels are the graph's as they stand, never mixed: those past the first two may be voltages or a click.
  config.playback.channels = graph().outputs() > 2 ? 0 : static_cast<ma_uint32>(graph().outputs());
  config.capture.channels = graph().inputs() > 2 ? 0 : static_cast<ma_uint32>(graph().inputs());
  config.playback.channelMixMode = config.capture.channelMixMode = ma_channel_mix_mode_simple;
  config.sampleRate = static_cast<ma_uint32>(graph().rate());
  config.periodSizeInFrames = static_cast<ma_uint32>(choice.period);
  config.performanceProfile = ma_performance_profile_low_latency;
  config.noPreSilencedOutputBuffer = MA_TRUE;
  config.noClip = MA_TRUE;
  config.noDisableDenormals = MA_TRUE;  // the graph does so itself
  config.pUserData = this;
  config.dataCallback = [](ma_device* device, void* out, const void* in, ma_uint32 frames) {
    static_cast<SoundDevice*>(device->pUserData)->data(static_cast<float*>(out), static_cast<const float*>(in), static_cast<int>(frames));
  };
  config.notificationCallback = [](const ma_device_notification* note) {
    auto& device = *static_cast<SoundDevice*>(note->pDevice->pUserData);
    if (note->type == ma_device_notification_type_stopped && !device.ending())
      device.fail("the sound device has stopped: was it unplugged, or taken by another program?", true);
  };
  ma_result result = ma_device_init(&parts.context.context, &config, &parts.device);
  if (result == MA_SUCCESS) {
    parts.initialised = true;
    parts.played = static_cast<int>(parts.device.playback.channels);
    parts.heard = graph().inputs() > 0 ? static_cast<int>(parts.device.capture.channels) : 0;
    parts.largest = std::max(choice.period, 1024);
    const int planes = graph().inputs() + graph().outputs();
    parts.planes.assign(static_cast<std::size_t>(planes) * parts.largest, 0.0f);
    for (int i = 0; i < planes; ++i) {
      float* const plane = parts.planes.data() + static_cast<std::size_t>(i) * parts.largest;
      if (i < graph().inputs()) parts.in.push_back(i < parts.heard ? plane : nullptr);
      else parts.out.push_back(plane);
    }
    set_period(choice.period);
    result = ma_device_start(&parts.device);
  }
  if (result == MA_SUCCESS) return;
  const std::string line = choice.system + ": " + (choice.output.empty() ? "the usual device" : choice.output) + " cannot be opened (" +
                           ma_result_description(result) + ")";
  close();
  throw DeviceError(line);
}

void SoundDevice::gap(int frames) noexcept {
  Parts& parts = *parts_;
  const std::int64_t now = Watch::now(), rate = graph().rate();
  const std::int64_t held = latency() * rate / std::max(SoundDevice::rate(), 1) + frames;
  const std::int64_t passed = parts.last_ns == 0 ? 0 : (now - parts.last_ns) * rate / 1000000000;
  parts.last_ns = now;
  if (passed <= held) return missed(0);
  clockwork().xrun();  // longer than what the device held: it had nothing to play
  missed(passed - held);
}

void SoundDevice::data(float* out, const float* in, int frames) noexcept {
  Parts& parts = *parts_;
  enter();
  gap(frames);
  for (int done = 0; done < frames;) {
    const int now = std::min(frames - done, parts.largest);
    for (int channel = 0; channel < std::min(parts.heard, graph().inputs()); ++channel) {
      auto* const plane = const_cast<float*>(parts.in[channel]);
      for (int i = 0; i < now; ++i) plane[i] = in == nullptr ? 0.0f : in[static_cast<std::size_t>(done + i) * parts.heard + channel];
    }
    block(parts.in.data(), parts.out.data(), now, nullptr);
    for (int channel = 0; channel < parts.played; ++channel)
      for (int i = 0; i < now; ++i)
        out[static_cast<std::size_t>(done + i) * parts.played + channel] = channel < graph().outputs() ? parts.out[channel][i] : 0.0f;
    done += now;
  }
  leave(frames);
}

void SoundDevice::close() {
  if (parts_ == nullptr || !parts_->initialised) return;
  parts_->initialised = false;
  ma_device_uninit(&parts_->device);
}

int SoundDevice::rate() const { return static_cast<int>(parts_->device.playback.internalSampleRate); }

int SoundDevice::latency() const {
  return static_cast<int>(parts_->device.playback.internalPeriodSizeInFrames * parts_->device.playback.internalPeriods);
}

int SoundDevice::channels() const { return std::min(parts_->played, graph().outputs()); }

std::vector<SoundName> SoundDevice::list() {
  std::vector<SoundName> all;
  for (const auto& [system, backend] : kSystems) {
    Context context(backend);
    if (context.result != MA_SUCCESS) continue;
    for (const Entry& entry : entries(context.context, system)) all.push_back(entry.name);
  }
  return all;
}

}  // namespace stemwright::live
