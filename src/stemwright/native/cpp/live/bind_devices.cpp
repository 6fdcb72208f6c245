#include "bind_devices.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <tuple>

#include "jack.h"
#include "sound.h"
#include "through.h"

namespace nb = nanobind;

namespace stemwright::live {
namespace {

using Unlocked = nb::call_guard<nb::gil_scoped_release>;
using Ports = std::vector<std::tuple<std::string, bool, bool, bool>>;

Ports tuples(const std::vector<JackPort>& ports) {
  Ports all;
  for (const JackPort& port : ports) all.emplace_back(port.name, port.midi, port.input, port.physical);
  return all;
}

using Count = uint64_t;
std::tuple<std::vector<Count>, Count, Count, Count, Count, Count, Count> figures(const Device& device) {
  const Clockwork::Figures found = device.clockwork().figures();
  return {found.work, found.callbacks, found.frames, found.longest_ns, found.over, found.xruns, found.lost};
}

std::vector<uint64_t> work_classes() {
  std::vector<uint64_t> all(Histogram::kClasses);
  for (int number = 0; number < Histogram::kClasses; ++number) all[number] = Histogram::upper(number);
  return all;
}

std::vector<std::tuple<std::string, std::string, bool, bool>> sound_names() {
  std::vector<std::tuple<std::string, std::string, bool, bool>> all;
  for (const SoundName& name : SoundDevice::list()) all.emplace_back(name.system, name.name, name.output, name.usual);
  return all;
}

using Names = std::vector<std::string>;
using Numbered = std::vector<std::pair<int, std::string>>;

void bind_jack(nb::module_& module) {
  nb::class_<JackDevice, Device>(module, "JackDevice")
      .def("__init__", [](JackDevice* self, Processor& graph, const std::string& client, const std::string& server,
                          const Names& inputs, const Names& outputs, const Numbered& midi_inputs, const Numbered& midi_outputs) {
        new (self) JackDevice(graph, {client, server, inputs, outputs, midi_inputs, midi_outputs});
      }, nb::keep_alive<1, 2>(), Unlocked())
      .def("client", &JackDevice::client)
      .def("realtime", &JackDevice::realtime)
      .def("ports", [](const JackDevice& self) { return tuples(self.ports()); }, Unlocked())
      .def("connect", &JackDevice::connect, Unlocked())
      .def("connected", &JackDevice::connected);
  // A client that only looks: without ports, and not in the server's way.
  nb::class_<JackClient>(module, "JackLook")
      .def("__init__", [](JackClient* self, const std::string& server) { new (self) JackClient("stemwright-look", server, nullptr); }, Unlocked())
      .def_prop_ro("alive", &JackClient::alive)
      .def("rate", [](const JackClient& self) { return self.jack().get_sample_rate(self.get()); })
      .def("period", [](const JackClient& self) { return self.jack().get_buffer_size(self.get()); })
      .def("ports", [](const JackClient& self) { return tuples(self.ports()); }, Unlocked());
}

void bind_sound(nb::module_& module) {
  nb::class_<SoundDevice, Device>(module, "SoundDevice")
      .def("__init__", [](SoundDevice* self, Processor& graph, const std::string& system, const std::string& output,
                          const std::string& input, int period) {
        new (self) SoundDevice(graph, {system, output, input, period});
      }, nb::keep_alive<1, 2>(), Unlocked())
      .def("rate", &SoundDevice::rate)
      .def("latency", &SoundDevice::latency)
      .def("channels", &SoundDevice::channels);
  module.def("sound_devices", &sound_names, Unlocked());
}

}  // namespace

void bind_devices(nb::module_& module) {
  nb::exception<DeviceError>(module, "DeviceError", PyExc_RuntimeError);
  nb::class_<Device>(module, "Device")
      .def("stop", &Device::stop, Unlocked())
      .def("figures", &figures)
      .def_prop_ro("period", &Device::period)
      .def_prop_ro("alive", &Device::alive)
      .def_prop_ro("trouble", &Device::trouble);
  bind_jack(module);
  bind_sound(module);
  nb::class_<Through, Processor>(module, "Through")
      .def(nb::init<int, int, int>())
      .def("clock", [](const Through& it) {
        const Watch::Seen seen = it.watch().seen();
        return std::make_tuple(seen.sample, seen.ns, seen.frames);
      })
      .def_prop_ro("sample", &Through::sample);
  module.attr("work_classes") = work_classes();
}

}  // namespace stemwright::live
