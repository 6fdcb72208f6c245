// The graph as Python has it: makes nodes, clips and plans, checks commands, and is what a device plays.
//
// Its functions are called by one thread at a time (Python's lock sees to it), but for those of Processor.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audio_side.h"
#include "clip.h"
#include "tap.h"
#include "timbre.h"
#include "voices.h"

namespace stemwright::live {

// All raise std::invalid_argument where something is wrong.
class Graph final : public Processor {
 public:
  Graph(int rate, int inputs, int outputs);

  int add_player();
  int add_voices(const std::vector<int>& clips, const std::vector<double>& ratios, int polyphony, double release);
  int add_click();
  int add_input(int left, int right, bool steady);
  int add_strip();
  int add_sum();
  int add_main();
  int add_output(int left, int right);
  int add_cv(int channel);
  int add_midi(int port);
  int add_tap(double seconds);
  int add_timbre(const TimbreGraphs& graphs);

  int add_clip(const float* pairs, std::int64_t frames);  // pairs: left and right of each frame
  void drop_clip(int id);
  int clips();                                            // how many are in memory
  int add_plan(const std::vector<Wire>& wires);

  std::size_t post(const Command* commands, std::size_t count);  // how many found room
  void collect();  // frees what the audio thread has let go of
  Tap& tap(int node);
  std::size_t nodes() const noexcept { return nodes_.size(); }
  Node& node(std::size_t index) noexcept { return *nodes_[index]; }
  AudioSide& audio() noexcept { return audio_; }
  int latency() const noexcept;

  int rate() const noexcept override { return rate_; }
  int inputs() const noexcept override { return inputs_; }
  int outputs() const noexcept override { return outputs_; }
  bool claim() noexcept override { return !claimed_.exchange(true); }
  void release() noexcept override { claimed_.store(false); }
  void process(const float* const* in, float* const* out, int frames, MidiSink* midi) noexcept override {
    audio_.process(in, out, frames, midi);
  }
  void midi_in(int offset, int port, const std::uint8_t* bytes, int length) noexcept override {
    audio_.midi_in(offset, port, bytes, length);
  }
  void end(int frames, MidiSink* midi) noexcept override { audio_.end(frames, midi); }
  void xrun(std::int64_t frames) noexcept override { audio_.xrun(frames); }

 private:
  template <typename Made, typename... Arguments>
  Made& add(Arguments&&... arguments);
  Clip& clip(int id);
  Clip& new_clip(const float* pairs, std::int64_t frames);
  Order order(const Command& command);
  void check_launch(const Command& command, const Clip& clip) const;
  void require_channel(int channel, int count, const char* what) const;

  int rate_, inputs_, outputs_, fade_;
  AudioSide audio_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<int, std::unique_ptr<Clip>> clips_;
  std::map<int, std::unique_ptr<Plan>> plans_;
  int next_clip_ = 0, next_plan_ = 0;
  std::atomic<bool> claimed_{false};
};

}  // namespace stemwright::live
