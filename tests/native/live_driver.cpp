// The live graph without Python, on two threads at once, for sanitizers: one makes blocks as a device does, the other
// posts, reads and drops as Python does. Ends with 0 where what it can count adds up.
#include <atomic>
#include <cstdio>
#include <functional>
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
void play(Graph& graph, Port& port, const std::atomic<bool>& over) {
  std::vector<float> sound(2 * kBlock), given(kBlock, 0.1f);
  float* out[2] = {sound.data(), sound.data() + kBlock};
  const float* in[1] = {given.data()};
  const std::uint8_t bytes[3] = {0x90, 60, 1};
  for (int block = 0, more = 2000; more > 0; ++block) {
    more -= over.load(std::memory_order_relaxed);
    port.last = 0;
    graph.midi_in(block % kBlock, 0, bytes, 3);
    graph.process(block % 3 ? in : nullptr, out, kBlock, &port);
    if (block % 100 == 0) graph.xrun(1);
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

long read(Graph& graph, const Nodes& nodes) {
  std::vector<Report> reports(graph.audio().reports.size());
  graph.audio().reports.pop(reports.data(), reports.size());
  std::vector<MidiRecord> midi(graph.audio().midi.size() + graph.audio().arrived.size());
  midi.resize(graph.audio().midi.pop(midi.data(), midi.size()));
  graph.audio().arrived.pop(midi.data(), midi.size());
  Tap& tap = graph.tap(nodes.tap);
  std::vector<float> pairs(2 * static_cast<std::size_t>(tap.waiting()));
  tap.read(pairs.data(), static_cast<std::int64_t>(pairs.size() / 2));
  Meter::Levels levels[2];
  graph.node(static_cast<std::size_t>(nodes.main)).meter.read(levels);
  const Watch::Seen seen = graph.audio().watch.seen();
  return seen.sample + (seen.ns > 0) + graph.audio().now();
}

}  // namespace

int main() {
  Graph graph(kRate, 1, 2);
  const Nodes nodes{graph.add_player(), graph.add_strip(), graph.add_tap(0.2), graph.add_main(), graph.add_midi(0),
                    graph.add_midi(1)};
  Port port;
  std::atomic<bool> over{false};
  std::thread audio(play, std::ref(graph), std::ref(port), std::cref(over));
  long seen = 0;
  for (int round = 0; round < kRounds; ++round) {
    steer(graph, nodes, round);
    seen += read(graph, nodes);
    std::this_thread::yield();
  }
  const Command stop = command(kPlan, kNoNode, graph.add_plan({}));
  graph.post(&stop, 1);
  over = true;
  audio.join();
  const bool good = port.ordered && graph.clips() == 0 && port.begun == port.ended && port.begun > 0 && seen > 0;
  std::printf("notes begun %ld, ended %ld, clips left %d\n", port.begun, port.ended, graph.clips());
  return good ? 0 : 1;
}
