// What flows in, played by another instrument: its sound as a few numbers for each hop of 128 samples, and these as
// sound again, by two graphs of ONNX Runtime on the audio thread. The dry sound comes as much later as the wet one.
#pragma once

#include <string>
#include <vector>

#include "node.h"
#include "ort_graph.h"
#include "ramp.h"
#include "wander.h"

namespace stemwright::live {

struct TimbreGraphs {
  std::string library;           // the file of ONNX Runtime
  std::string encoder, decoder;  // ONNX files
  std::int64_t encoder_state, decoder_state;
  int latent, delay;             // numbers of a hop; samples by which sound comes out later, beside the hop
  std::vector<float> memory;     // latents to wander through
  std::uint64_t seed;
};

class Timbre : public Node {
 public:
  enum Parameter { kBlend, kWalk, kLatent };  // and from kLatent on what is added to each number
  static constexpr int kHop = 128;

  Timbre(int id, const TimbreGraphs& graphs, int fade);

  const char* kind() const noexcept override { return "timbre"; }
  bool has_inputs() const noexcept override { return true; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void leave(std::int64_t sample, Host& host) noexcept override;
  int latency() const noexcept { return kHop + delay_; }

 private:
  void hop(std::int64_t last, Host& host) noexcept;
  bool make(std::int64_t last) noexcept;
  void move(std::int64_t last) noexcept;
  void fail(std::int64_t at, int why, Host& host) noexcept;

  int latent_, delay_;
  ort::StatefulGraph encoder_, decoder_;
  Wander wander_;
  std::vector<float> wandered_;
  Ramp blend_, walk_;
  std::vector<Ramp> offsets_;
  std::vector<float> dry_[2];      // a ring of as many frames as sound comes later
  float heard_[kHop] = {}, made_[kHop] = {};
  bool broken_ = false;            // a graph refused: silence from then on
  std::int64_t quiet_until_ = 0;   // nothing more is said of numbers that are none
};

}  // namespace stemwright::live
