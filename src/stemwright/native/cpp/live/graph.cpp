#include "graph.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "click.h"
#include "floats.h"
#include "player.h"
#include "routes.h"
#include "strip.h"

namespace stemwright::live {

namespace {
constexpr double kFadeSeconds = 0.005;
constexpr std::size_t kMostNodes = 4096;
constexpr std::size_t kMostClips = 65536;
constexpr int kMostChannels = 64, kMostPorts = 64, kMostPolyphony = 128;
constexpr std::int64_t kMostFrames = std::int64_t{1} << 28;
constexpr float kMostClipLevel = 64.0f;
constexpr int kTimbreRate = 48000, kMostLatent = 64, kMostDelay = 4800;
constexpr std::int64_t kMostState = 1 << 20;
constexpr double kLeastRatio = 1.0 / 16, kMostRatio = 16, kMostRelease = 60, kLeastTap = 0.1, kMostTap = 600;

void require(bool good, const std::string& what) {
  if (!good) throw std::invalid_argument(what);
}
}  // namespace

Graph::Graph(int rate, int inputs, int outputs)
    : rate_(rate), inputs_(inputs), outputs_(outputs), fade_(static_cast<int>(rate * kFadeSeconds)),
      audio_(inputs, outputs) {
  require(rate >= 8000 && rate <= 384000, "rate: " + std::to_string(rate) + " is not from 8000 to 384000");
  require(inputs >= 0 && inputs <= kMostChannels, "inputs: " + std::to_string(inputs) + " is not from 0 to 64");
  require(outputs >= 2 && outputs <= kMostChannels, "outputs: " + std::to_string(outputs) + " is not from 2 to 64");
}

template <typename Made, typename... Arguments>
Made& Graph::add(Arguments&&... arguments) {
  const FlushedFloats floats;  // what a node computes when it is made is the same for every host, too
  require(nodes_.size() < kMostNodes, "nodes: there are 4096 already");
  auto made = std::make_unique<Made>(static_cast<int>(nodes_.size()), std::forward<Arguments>(arguments)...);
  Made& node = *made;
  nodes_.push_back(std::move(made));
  return node;
}

void Graph::require_channel(int channel, int count, const char* what) const {
  require(channel >= 0 && channel < count,
          std::string(what) + ": " + std::to_string(channel) + " is not one of the graph's " + std::to_string(count));
}

int Graph::add_player() { return add<Player>(fade_).id(); }
int Graph::add_strip() { return add<Strip>(rate_, fade_).id(); }
int Graph::add_sum() { return add<Sum>().id(); }
int Graph::add_main() { return add<Main>(rate_).id(); }

int Graph::add_input(int left, int right, bool steady) {
  require_channel(left, inputs_, "input");
  require_channel(right, inputs_, "input");
  return add<Input>(rate_, left, right, steady).id();
}

int Graph::add_output(int left, int right) {
  require_channel(left, outputs_, "output");
  require_channel(right, outputs_, "output");
  require(left != right, "output: left and right are the same channel");
  return add<Output>(left, right).id();
}

int Graph::add_cv(int channel) {
  require_channel(channel, outputs_, "cv");
  return add<Cv>(channel).id();
}

int Graph::add_midi(int port) {
  require(port >= 0 && port < kMostPorts, "port: " + std::to_string(port) + " is not from 0 to 63");
  for (const auto& node : nodes_) {
    const auto* other = dynamic_cast<const MidiOut*>(node.get());
    require(!other || other->port() != port, "port: " + std::to_string(port) + " has a node already");
  }
  MidiOut& node = add<MidiOut>(port);
  audio_.know(&node);
  audio_.know_port(&node);
  return node.id();
}

int Graph::add_tap(double seconds) {
  require(seconds >= kLeastTap && seconds <= kMostTap, "seconds: a tap's ring is of 0.1 to 600");
  return add<Tap>(rate_, static_cast<std::int64_t>(std::ceil(seconds * rate_))).id();
}

int Graph::add_voices(const std::vector<int>& clips, const std::vector<double>& ratios, int polyphony, double release) {
  const FlushedFloats floats;
  require(clips.size() == 128 && ratios.size() == 128, "voices: needs a clip and a ratio for each of 128 pitches");
  require(polyphony >= 1 && polyphony <= kMostPolyphony, "polyphony: " + std::to_string(polyphony) + " is not from 1 to 128");
  require(release >= 0 && release <= kMostRelease, "release: not from 0 to 60 seconds");
  std::vector<Key> keys(128);
  for (int pitch = 0; pitch < 128; ++pitch) {
    if (clips[pitch] < 0) continue;
    require(ratios[pitch] >= kLeastRatio && ratios[pitch] <= kMostRatio,
            "ratios: that of pitch " + std::to_string(pitch) + " is not from 1/16 to 16");
    keys[pitch] = {&clip(clips[pitch]), ratios[pitch]};
  }
  for (const Key& key : keys) {
    if (key.clip) key.clip->hold();
  }
  Voices& node = add<Voices>("voices", std::move(keys), polyphony, static_cast<int>(release * rate_), fade_);
  audio_.know(&node);
  return node.id();
}

int Graph::add_timbre(const TimbreGraphs& graphs) {
  const auto size = static_cast<std::size_t>(graphs.latent);
  require(rate_ == kTimbreRate, "timbre: the graph's rate is " + std::to_string(rate_) + ", timbres play at 48000");
  require(graphs.latent >= 1 && graphs.latent <= kMostLatent, "timbre: its latent has not 1 to 64 numbers");
  require(graphs.delay >= 0 && graphs.delay <= kMostDelay, "timbre: its delay is not 0 to 4800 samples");
  for (const std::int64_t state : {graphs.encoder_state, graphs.decoder_state}) {
    require(state >= 1 && state <= kMostState, "timbre: a state has not 1 to 1048576 numbers");
  }
  require(!graphs.memory.empty() && graphs.memory.size() % size == 0, "timbre: its memory is not of whole latents");
  require(std::all_of(graphs.memory.begin(), graphs.memory.end(), [](float x) { return std::isfinite(x); }),
          "timbre: its memory holds what is no number");
  return add<Timbre>(graphs, fade_).id();
}

int Graph::add_click() {
  const FlushedFloats floats;
  std::vector<Key> keys(128);
  for (const bool accent : {true, false}) {
    const std::vector<float> pairs = click(rate_, accent);
    Clip& made = new_clip(pairs.data(), static_cast<std::int64_t>(pairs.size() / 2));
    made.hold();
    keys[accent ? kClickAccent : kClickBeat].clip = &made;
  }
  Voices& node = add<Voices>("click", std::move(keys), 4, 0, fade_);
  audio_.know(&node);
  return node.id();
}

Clip& Graph::new_clip(const float* pairs, std::int64_t frames) {
  collect();
  require(clips_.size() < kMostClips, "clips: there are 65536 already: drop some");
  auto& place = clips_[next_clip_];
  place = std::make_unique<Clip>(next_clip_++, pairs, frames);
  return *place;
}

int Graph::add_clip(const float* pairs, std::int64_t frames) {
  require(frames >= 1 && frames <= kMostFrames, "clip: " + std::to_string(frames) + " frames are not 1 to 268435456");
  for (std::int64_t i = 0; i < 2 * frames; ++i) {
    if (std::fabs(pairs[i]) <= kMostClipLevel) continue;  // texts are made for what is wrong alone: clips are long
    const std::string frame = "clip: frame " + std::to_string(i / 2);
    require(std::isfinite(pairs[i]), frame + " is not a finite number");
    require(false, frame + " is beyond a level of 64");
  }
  return new_clip(pairs, frames).id;
}

Clip& Graph::clip(int id) {
  const auto found = clips_.find(id);
  require(found != clips_.end() && !found->second->dropped, "clip " + std::to_string(id) + " is not there");
  return *found->second;
}

void Graph::drop_clip(int id) {
  clip(id).dropped = true;
  collect();
}

int Graph::clips() {
  collect();
  return static_cast<int>(clips_.size());
}

int Graph::add_plan(const std::vector<Wire>& wires) {
  collect();
  auto made = std::make_unique<Plan>();
  made->id = next_plan_;
  made->steps = wired(wires, nodes_);
  plans_[next_plan_] = std::move(made);
  return next_plan_++;
}

void Graph::collect() {
  const auto free = [](auto& all, const auto& over) {
    for (auto it = all.begin(); it != all.end();) {
      it = over(*it->second) && !it->second->held() ? all.erase(it) : std::next(it);
    }
  };
  free(clips_, [](const Clip& clip) { return clip.dropped; });
  free(plans_, [](const Plan& plan) { return plan.posted; });
}

Tap& Graph::tap(int node) {
  Tap* found = nullptr;
  if (node >= 0 && static_cast<std::size_t>(node) < nodes_.size()) found = dynamic_cast<Tap*>(nodes_[node].get());
  require(found != nullptr, "tap: node " + std::to_string(node) + " is none");
  return *found;
}

int Graph::latency() const noexcept { return Limiter::latency(rate_); }

}  // namespace stemwright::live
