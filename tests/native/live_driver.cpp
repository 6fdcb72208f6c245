// The live graph without Python. With `sound` as its argument: prints a number made of every bit of a piece that all
// kinds of nodes play, for comparing machines. Else on two threads at once, for sanitizers: one makes blocks as a device
// does, the other posts, reads and drops as Python does; ends with 0 where what it can count adds up.
#include <atomic>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "live/graph.h"

using namespace stemwright::live;

namespace {

constexpr int kRate = 48000, kBlock = 64, kRounds = 600;

// A device's port that is full now and then.
struct Port final : MidiSink {
  long begun = 0, ended = 0, calls = 0;
  int last = 0;
  bool ordered = true;

  bool takes(int port) const noexcept override { return port == 0; }
  bool send(int offset, int, const std::uint8_t* bytes, int length) noexcept override {
    if (++calls % 50 == 0) return false;
    ordered = ordered && offset >= last && offset < kBlock;
    last = offset;
    if (length == 3 && (bytes[0] & 0xF0) == 0x90) ++begun;
    if (length == 3 && (bytes[0] & 0xF0) == 0x80) ++ended;
    return true;
  }
};

// Until it is told to end; then so long that all that waits comes to its end.
void play(Graph& graph, Port& port, const std::atomic<bool>& over, int& late) {
  std::vector<float> sound(2 * kBlock), given(kBlock, 0.1f);
  float* out[2] = {sound.data(), sound.data() + kBlock};
  const float* in[1] = {given.data()};
  const std::uint8_t bytes[3] = {0x90, 60, 1};
  for (int block = 0, more = 2000; more > 0; ++block) {
    more -= over.load(std::memory_order_relaxed);
    port.last = 0;
    graph.midi_in(block % kBlock, 0, bytes, 3);
    graph.process(block % 3 ? in : nullptr, out, kBlock, &port);
    if (block % 100 == 0 && more > 10) {
      graph.xrun(1);
      ++late;
    }
  }
  for (int tries = 0; tries < 500; ++tries) {
    port.last = 0;
    graph.end(kBlock, &port);
  }
}

struct Nodes {
  int player, strip, tap, main, midi, other;
};

Command command(Op op, int node, int index, double value = 0.0) {
  Command made{};
  made.at = -1;
  made.op = op;
  made.node = static_cast<std::uint16_t>(node);
  made.ticket = 1;
  made.index = index;
  made.value = value;
  return made;
}

void steer(Graph& graph, const Nodes& nodes, int round) {
  const std::vector<float> sound(2 * 500, 0.1f);
  const int clip = graph.add_clip(sound.data(), 500);
  Command launch = command(kLaunch, nodes.player, clip);
  launch.flags = round % 2 ? kLoop : 0;
  std::vector<Command> commands{launch, command(kSet, nodes.strip, 0, (round % 10) / 10.0),
                                command(kRecord, nodes.tap, round % 5 != 0)};
  for (int n = 0; n < 4; ++n) commands.push_back(command(kNote, n % 2 ? nodes.midi : nodes.other, (40 + n) | 0x5000, 200.0 * n));
  const int source = nodes.player;
  const int plan = graph.add_plan({{source, {}}, {nodes.strip, {source}}, {nodes.tap, {nodes.strip}}, {nodes.main, {nodes.tap}}});
  if (round % 7 == 0) commands.push_back(command(kPlan, kNoNode, plan));
  graph.post(commands.data(), commands.size());
  graph.drop_clip(clip);
  if (round % 50 == 0) graph.add_midi(round / 50 + 2);
}

// How many blocks it heard of that came too late.
int read(Graph& graph, const Nodes& nodes) {
  std::vector<Report> reports(graph.audio().reports.size());
  reports.resize(graph.audio().reports.pop(reports.data(), reports.size()));
  int late = 0;
  for (const Report& report : reports) late += report.what == kXrun ? report.index : 0;
  std::vector<MidiRecord> midi(graph.audio().midi.size() + graph.audio().arrived.size());
  midi.resize(graph.audio().midi.pop(midi.data(), midi.size()));
  graph.audio().arrived.pop(midi.data(), midi.size());
  Tap& tap = graph.tap(nodes.tap);
  std::vector<float> pairs(2 * static_cast<std::size_t>(tap.waiting()));
  tap.read(pairs.data(), static_cast<std::int64_t>(pairs.size() / 2));
  Meter::Levels levels[2];
  graph.node(static_cast<std::size_t>(nodes.main)).meter.read(levels);
  const Watch::Seen seen = graph.audio().watch.seen();
  return seen.sample > graph.audio().now() + kBlock ? -1000000 : late;
}

// FNV-1a's hash of all outputs.
std::uint64_t heard(Graph& graph, int blocks) {
  std::vector<float> sound(4 * kBlock), given(kBlock, 0.1f);
  float* out[4];
  for (int channel = 0; channel < 4; ++channel) out[channel] = sound.data() + channel * kBlock;
  const float* in[1] = {given.data()};
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (int block = 0; block < blocks; ++block) {
    graph.process(in, out, kBlock, nullptr);
    const auto* bytes = reinterpret_cast<const unsigned char*>(sound.data());
    for (std::size_t i = 0; i < sound.size() * sizeof(float); ++i) hash = (hash ^ bytes[i]) * 0x100000001B3u;
  }
  return hash;
}

std::uint64_t piece() {
  Graph graph(kRate, 1, 4);
  std::vector<float> noise(2 * 5000);
  std::uint32_t state = 1;
  for (float& x : noise) x = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 8388608.0f - 1.0f;
  const int clip = graph.add_clip(noise.data(), 5000);
  std::vector<double> ratios(128);
  for (int pitch = 0; pitch < 128; ++pitch) ratios[pitch] = (pitch + 10) / 70.0;
  const int player = graph.add_player(), strip = graph.add_strip(), heard_node = graph.add_input(0, 0, false);
  const int voices = graph.add_voices(std::vector<int>(128, clip), ratios, 8, 0.05), click = graph.add_click();
  const int main = graph.add_main(), low = graph.add_cv(2), high = graph.add_cv(3);
  const int plan = graph.add_plan({{player, {}}, {voices, {}}, {click, {}}, {heard_node, {}}, {low, {}}, {high, {}},
                                   {strip, {player, voices, heard_node}}, {main, {strip, click}}});
  std::vector<Command> commands{command(kPlan, kNoNode, plan), command(kLaunch, player, clip)};
  commands[1].flags = kLoop;
  commands[1].value2 = 20003;
  commands[1].divisor = 7;
  for (int n = 0; n < 200; ++n) {
    commands.push_back(command(kNote, n % 3 ? voices : click, (n % 3 ? 30 + n % 60 : 76) | 0x4000, 900));
    commands.back().at = 240 * n;
    commands.push_back(command(kSet, strip, n % 5, n % 5 < 3 ? n / 4 % 2 : 200 + 40 * n));
    commands.back().at = 250 * n + 3;
    commands.push_back(command(kSet, n % 2 ? low : high, 0, n / 200.0));
    commands.back().at = 245 * n + 1;
    commands.back().value2 = 100;
  }
  graph.post(commands.data(), commands.size());
  return heard(graph, 1000);
}

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::string(words[1]) == "sound") {
    std::printf("%016llx\n", static_cast<unsigned long long>(piece()));
    return 0;
  }
  Graph graph(kRate, 1, 2);
  const Nodes nodes{graph.add_player(), graph.add_strip(), graph.add_tap(0.2), graph.add_main(), graph.add_midi(0),
                    graph.add_midi(1)};
  Port port;
  std::atomic<bool> over{false};
  int late = 0, told = 0;
  std::thread audio(play, std::ref(graph), std::ref(port), std::cref(over), std::ref(late));
  for (int round = 0; round < kRounds; ++round) {
    steer(graph, nodes, round);
    told += read(graph, nodes);
    std::this_thread::yield();
  }
  const Command stop = command(kPlan, kNoNode, graph.add_plan({}));
  graph.post(&stop, 1);
  over = true;
  audio.join();
  told += read(graph, nodes);
  const bool good = port.ordered && graph.clips() == 0 && port.begun == port.ended && port.begun > 0 && late == told;
  std::printf("notes begun %ld, ended %ld, clips left %d\n", port.begun, port.ended, graph.clips());
  return good ? 0 : 1;
}
