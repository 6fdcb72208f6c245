// The decoding loop: delay pattern, sampling, progress.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "kernels.h"
#include "model.h"
#include "sampler.h"
#include "state.h"

namespace stemwright {

// How codes are drawn.
struct Drawing {
  bool guided = false;              // whether a second stream goes without the conditions
  float guidance = 1.0f;            // logits become base + guidance (conditioned - base)
  int guided_codebooks = 65535;     // in the first so many codebooks; the others are drawn as conditioned
  uint64_t seed = 0;
  uint32_t layer_id = 0;
  std::vector<uint32_t> takes;  // one row of the batch each
  Sampling sampling;
};

struct Request {
  const float* features = nullptr;  // [frames + codebooks - 1][features], a row a step
  const float* base = nullptr;      // the same with conditions left out, where guided
  int frames = 0;                   // of the whole layer
  int stop = 0;                     // frames wanted, <= frames
  const uint16_t* prefix = nullptr;  // [codebooks][prefix_frames]: frames that are given
  int prefix_frames = 0;
  Drawing drawing;
};

struct Cancelled {};  // thrown when progress says no
struct NotFinite : std::runtime_error {
  NotFinite() : std::runtime_error("a logit is not finite") {}
};

// A layer in the making, step by step. Frame f is whole after step f + codebooks - 1 (the delay pattern).
class Decoding {
 public:
  // `context` has taken the steps of the prefix [codebooks][prefix_frames], in one row, or in two where guided, the
  // second without the conditions. It stays as it is. `frames`: of the whole layer.
  Decoding(const State& context, const Drawing& drawing, int frames, const uint16_t* prefix, int prefix_frames);
  // The next step, told `row` [features] and, where guided, `base`. Throws NotFinite.
  void step(const float* row, const float* base);
  int steps() const { return next_; }
  const Config& config() const { return config_; }
  State& state() { return *state_; }
  // Of one of the last `codebooks` frames that were begun.
  uint16_t code(int take, int codebook, int frame) const { return ring_[at(take, codebook, frame)]; }

 private:
  static size_t size(int n) { return static_cast<size_t>(n); }
  size_t at(int take, int codebook, int frame) const {
    return size((take * config_.codebooks + codebook) * config_.codebooks + frame % config_.codebooks);
  }
  void sample();
  char sample_one(int thread, int index);
  const float* logits_of(int thread, int take, int codebook);

  const Drawing drawing_;
  const Config& config_;
  const int frames_, prefix_frames_;
  const int rows_;     // takes
  const int streams_;  // takes, and with guidance as many again without the conditions
  int next_;           // step
  std::unique_ptr<State> state_;
  std::vector<uint16_t> ring_;  // [takes][codebooks][codebooks]: codes of frame f at f % codebooks
  std::vector<int32_t> tokens_;
  std::vector<float> features_;
  std::vector<float> guided_;  // [threads][codebook_size]
  std::vector<char> status_;
  std::vector<Sampler> samplers_;
};

// codes [takes][codebooks][stop]. `context` has taken the steps of the prefix, in one row; with guidance in two, the
// second without the conditions. It stays as it is: the takes are forks of it and share its cache.
// `progress(frames done)` is called after every frame that is new, and may throw; false cancels.
void generate(const State& context, const Request& request, const std::function<bool(int)>& progress, uint16_t* codes);

}  // namespace stemwright
