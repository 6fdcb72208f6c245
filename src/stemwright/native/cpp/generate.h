// The decoding loop: delay pattern, forced beginning, sampling, progress.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "kernels.h"
#include "model.h"
#include "sampler.h"

namespace stemwright {

struct Request {
  const float* features = nullptr;  // [frames + codebooks - 1][features], a row a step
  const float* base = nullptr;      // the same with conditions left out, for guidance; null: no guidance
  float guidance = 1.0f;            // logits become base + guidance (conditioned - base)
  int frames = 0;                   // of the whole layer
  int stop = 0;                     // frames wanted, <= frames
  const uint16_t* prefix = nullptr;  // [codebooks][prefix_frames]
  int prefix_frames = 0;
  uint64_t seed = 0;
  uint32_t layer_id = 0;
  std::vector<uint32_t> takes;  // one row of the batch each
  Sampling sampling;
  int threads = 1;
};

constexpr int kProgressFrames = 16;

struct Cancelled {};  // thrown when progress says no
struct NotFinite {};  // thrown when a logit is infinite or not a number

// codes [takes][codebooks][stop]. `progress(frames done)` is called every kProgressFrames frames and at the end, and may
// throw; false cancels.
void generate(std::shared_ptr<const Model> model, const Kernels& kernels, const Request& request,
              const std::function<bool(int)>& progress, uint16_t* codes);

}  // namespace stemwright
