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

struct Request {
  const float* features = nullptr;  // [frames + codebooks - 1][features], a row a step
  const float* base = nullptr;      // the same with conditions left out, for guidance; null: no guidance
  float guidance = 1.0f;            // logits become base + guidance (conditioned - base)
  int guided_codebooks = 65535;     // in the first so many codebooks; the others are drawn as conditioned
  int frames = 0;                   // of the whole layer
  int stop = 0;                     // frames wanted, <= frames
  const uint16_t* prefix = nullptr;  // [codebooks][prefix_frames]: frames that are given
  int prefix_frames = 0;
  uint64_t seed = 0;
  uint32_t layer_id = 0;
  std::vector<uint32_t> takes;  // one row of the batch each
  Sampling sampling;
};

struct Cancelled {};  // thrown when progress says no
struct NotFinite : std::runtime_error {
  NotFinite() : std::runtime_error("a logit is not finite") {}
};

// codes [takes][codebooks][stop]. `context` has taken the steps of the prefix, in one row; with guidance in two, the
// second without the conditions. It stays as it is: the takes are forks of it and share its cache.
// `progress(frames done)` is called after every frame that is new, and may throw; false cancels.
void generate(const State& context, const Request& request, const std::function<bool(int)>& progress, uint16_t* codes);

}  // namespace stemwright
