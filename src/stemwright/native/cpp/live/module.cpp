// The Python face of the graph; names, types and friendlier words are in live.py.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <memory>
#include <optional>
#include <tuple>

#include "../arrays.h"
#include "bind_devices.h"
#include "graph.h"

namespace nb = nanobind;

namespace stemwright::live {
namespace {

constexpr std::int64_t kMostBlock = 1 << 24;
constexpr std::size_t kMostBytes = 1 << 20;

// What a ring has, as bytes.
template <typename T>
Output<std::uint8_t> drained(Ring<T>& ring) {
  const std::size_t count = ring.size();
  auto bytes = new_array<std::uint8_t>({count * sizeof(T)});
  std::vector<T> items(count);
  ring.pop(items.data(), count);
  if (count > 0) std::memcpy(bytes.data(), items.data(), count * sizeof(T));
  return bytes;
}

std::size_t post(Graph& graph, const Input<std::uint8_t>& bytes) {
  require(bytes.ndim() == 1 && bytes.shape(0) % sizeof(Command) == 0, "commands: not bytes of whole commands");
  std::vector<Command> commands(bytes.shape(0) / sizeof(Command));
  if (!commands.empty()) std::memcpy(commands.data(), bytes.data(), bytes.shape(0));
  return graph.post(commands.data(), commands.size());
}

Output<std::uint8_t> reports(Graph& graph) {
  graph.collect();
  return drained(graph.audio().reports);
}

// Holds the graph as a device would, for work on Python's thread.
class Claim {
 public:
  explicit Claim(Graph& graph) : graph_(graph) {
    if (!graph.claim()) throw std::runtime_error("a device or another render plays this graph");
  }
  ~Claim() { graph_.release(); }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  Graph& graph_;
};

using Sound = std::optional<Input<float>>;

Output<float> render(Graph& graph, std::int64_t frames, const Sound& given) {
  require(frames >= 0 && frames <= kMostBlock, "frames: not from 0 to 16777216");
  const auto count = static_cast<std::size_t>(frames);
  const auto inputs = static_cast<std::size_t>(graph.inputs()), outputs = static_cast<std::size_t>(graph.outputs());
  require(!given || (given->ndim() == 2 && given->shape(0) == count && given->shape(1) == inputs),
          "inputs: not float32 [frames, the graph's inputs]");
  const Claim claim(graph);
  std::vector<float> in(given ? count * inputs : 0), out(count * outputs);
  auto made = new_array<float>({count, outputs});
  const float* from = given ? given->data() : nullptr;
  float* to = made.data();
  {
    const nb::gil_scoped_release release;
    std::vector<const float*> ins;
    std::vector<float*> outs;
    for (std::size_t channel = 0; given && channel < inputs; ++channel) {
      ins.push_back(in.data() + channel * count);
      for (std::size_t n = 0; n < count; ++n) in[channel * count + n] = from[n * inputs + channel];
    }
    for (std::size_t channel = 0; channel < outputs; ++channel) outs.push_back(out.data() + channel * count);
    graph.process(given ? ins.data() : nullptr, outs.data(), static_cast<int>(frames), nullptr);
    for (std::size_t channel = 0; channel < outputs; ++channel) {
      for (std::size_t n = 0; n < count; ++n) to[n * outputs + channel] = out[channel * count + n];
    }
  }
  return made;
}

void feed(Graph& graph, int offset, int port, const nb::bytes& data) {
  require(offset >= 0 && port >= 0 && port < 64, "feed: an offset or port is out of range");
  require(data.size() <= kMostBytes, "feed: more than 1048576 bytes");
  const Claim claim(graph);
  graph.midi_in(offset, port, static_cast<const std::uint8_t*>(data.data()), static_cast<int>(data.size()));
}

void end(Graph& graph) {
  const Claim claim(graph);
  graph.end(0, nullptr);
}

Output<float> read(Graph& graph, int node, std::int64_t most) {
  require(most >= 0, "maximum: below 0");
  Tap& tap = graph.tap(node);
  const std::int64_t frames = std::min(tap.waiting(), most);
  auto made = new_array<float>({static_cast<std::size_t>(frames), 2});
  tap.read(made.data(), frames);
  return made;
}

Output<float> meters(Graph& graph) {
  auto made = new_array<float>({graph.nodes(), 2, 2});
  float* to = made.data();
  for (std::size_t i = 0; i < graph.nodes(); ++i) {
    Meter::Levels levels[2];
    graph.node(i).meter.read(levels);
    for (const auto& level : levels) {
      *to++ = level.peak;
      *to++ = level.rms;
    }
  }
  return made;
}

Output<std::int64_t> work(Graph& graph) {
  auto made = new_array<std::int64_t>({static_cast<std::size_t>(Watch::kBuckets)});
  for (int i = 0; i < Watch::kBuckets; ++i) made.data()[i] = graph.audio().watch.count(i);
  return made;
}

std::tuple<std::int64_t, std::int64_t, int> clock(Graph& graph) {
  const Watch::Seen seen = graph.audio().watch.seen();
  return {seen.sample, seen.ns, seen.frames};
}

int add_clip(Graph& graph, const Input<float>& samples) {
  require(samples.ndim() == 2 && samples.shape(1) == 2, "clip: not float32 [frames, 2]");
  return graph.add_clip(samples.data(), static_cast<std::int64_t>(samples.shape(0)));
}

int add_timbre(Graph& graph, const std::string& library, const nb::bytes& encoder, const nb::bytes& decoder,
               const std::tuple<std::int64_t, std::int64_t, int, int>& sizes, const Input<float>& memory,
               std::uint64_t seed) {
  const auto& [encoder_state, decoder_state, latent, delay] = sizes;
  require(memory.ndim() == 2 && memory.shape(1) == static_cast<std::size_t>(latent), "timbre: memory is not [n, latent]");
  TimbreGraphs graphs{library, {encoder.c_str(), encoder.size()}, {decoder.c_str(), decoder.size()}, encoder_state,
                      decoder_state, latent, delay, {memory.data(), memory.data() + memory.size()}, seed};
  const nb::gil_scoped_release release;
  return graph.add_timbre(graphs);
}

void bind_making(nb::class_<Graph, Processor>& graph) {
  graph.def("add_player", &Graph::add_player)
      .def("add_voices", &Graph::add_voices)
      .def("add_click", &Graph::add_click)
      .def("add_input", &Graph::add_input)
      .def("add_strip", &Graph::add_strip)
      .def("add_sum", &Graph::add_sum)
      .def("add_main", &Graph::add_main)
      .def("add_output", &Graph::add_output)
      .def("add_cv", &Graph::add_cv)
      .def("add_midi", &Graph::add_midi)
      .def("add_tap", &Graph::add_tap)
      .def("add_timbre", &add_timbre)
      .def("clip", &add_clip)
      .def("drop_clip", &Graph::drop_clip)
      .def("clips", &Graph::clips)
      .def("plan", &Graph::add_plan);
}

void bind_running(nb::class_<Graph, Processor>& graph) {
  graph.def("post", &post)
      .def("render", &render, nb::arg("frames"), nb::arg("inputs").none())
      .def("feed", &feed)
      .def("end", &end)
      .def("reports", &reports)
      .def("midi", [](Graph& it) { return drained(it.audio().midi); })
      .def("midi_in", [](Graph& it) { return drained(it.audio().arrived); })
      .def("read", &read)
      .def("meters", &meters)
      .def("work", &work)
      .def("clock", &clock)
      .def_prop_ro("sample", [](Graph& it) { return it.audio().now(); })
      .def_prop_ro("latency", &Graph::latency);
}

}  // namespace
}  // namespace stemwright::live

NB_MODULE(_live, m) {
  using namespace stemwright::live;
  m.attr("command_bytes") = sizeof(Command);
  m.attr("report_bytes") = sizeof(Report);
  m.attr("midi_bytes") = sizeof(MidiRecord);
  m.attr("work_bucket_ns") = Watch::kBucketNs;
  nb::class_<Processor>(m, "Processor");
  nb::class_<Graph, Processor> graph(m, "Graph");
  graph.def(nb::init<int, int, int>());
  bind_making(graph);
  bind_running(graph);
  bind_devices(m);
}
