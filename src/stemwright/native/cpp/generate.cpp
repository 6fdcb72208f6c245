#include "generate.h"

#include <algorithm>

#include "cpu.h"
#include "philox.h"
#include "state.h"

namespace stemwright {
namespace {

class Loop {
 public:
  Loop(std::shared_ptr<const Model> model, const Kernels& kernels, const Request& request)
      : request_(request),
        config_(model->config),
        rows_(static_cast<int>(request.takes.size())),
        state_(std::move(model), kernels, rows_, request.threads),
        codes_(static_cast<size_t>(rows_) * size(config_.codebooks) * size(request.frames)),
        tokens_(static_cast<size_t>(rows_) * size(config_.codebooks)),
        features_(static_cast<size_t>(rows_) * size(config_.features)),
        status_(tokens_.size()) {
    for (int t = 0; t < request.threads; ++t) samplers_.emplace_back(kernels, config_.codebook_size);
    for (int b = 0; b < rows_; ++b)
      for (int k = 0; k < config_.codebooks; ++k)
        for (int f = 0; f < request.prefix_frames; ++f)
          code(b, k, f) = request.prefix[size(k) * size(request.prefix_frames) + size(f)];
  }

  void step(int s) {
    for (int b = 0; b < rows_; ++b) {
      for (int k = 0; k < config_.codebooks; ++k) {
        const int frame = s - 1 - k;
        const bool inside = frame >= 0 && frame < request_.frames;
        tokens_[size(b * config_.codebooks + k)] = inside ? code(b, k, frame) : config_.codebook_size;
      }
      const float* row = request_.features + size(s) * size(config_.features);
      std::copy(row, row + config_.features, features_.begin() + b * config_.features);
    }
    const bool free = s >= request_.prefix_frames;  // codebook 0 is the first to leave the forced beginning
    state_.step(tokens_.data(), features_.data(), free);
    if (free) sample(s);
  }

  uint16_t code(int b, int k, int f) const { return codes_[at(b, k, f)]; }

 private:
  static size_t size(int n) { return static_cast<size_t>(n); }
  size_t at(int b, int k, int f) const { return (size(b) * size(config_.codebooks) + size(k)) * size(request_.frames) + size(f); }
  uint16_t& code(int b, int k, int f) { return codes_[at(b, k, f)]; }

  void sample(int s) {
    state_.pool().run([&](int thread) {
      const FloatMode mode;
      const Share share = share_of(rows_ * config_.codebooks, thread, state_.pool().size());
      for (int i = share.first; i < share.last; ++i) status_[size(i)] = sample_one(thread, i, s);
    });
    for (const char ok : status_)
      if (!ok) throw NotFinite();
  }

  char sample_one(int thread, int index, int s) {
    const int b = index / config_.codebooks, k = index % config_.codebooks, frame = s - k;
    if (frame < request_.prefix_frames || frame >= request_.frames) return 1;
    const double uniform = uniform_of(request_.seed, request_.takes[size(b)], request_.layer_id,
                                      static_cast<uint32_t>(frame), static_cast<uint32_t>(k));
    const float* logits = state_.logits(b) + size(k) * size(config_.codebook_size);
    const int picked = samplers_[size(thread)].pick(logits, request_.sampling, uniform);
    if (picked < 0) return 0;
    code(b, k, frame) = static_cast<uint16_t>(picked);
    return 1;
  }

  const Request& request_;
  const Config& config_;
  int rows_;
  State state_;
  std::vector<uint16_t> codes_;
  std::vector<int32_t> tokens_;
  std::vector<float> features_;
  std::vector<char> status_;
  std::vector<Sampler> samplers_;
};

}  // namespace

void generate(std::shared_ptr<const Model> model, const Kernels& kernels, const Request& request,
              const std::function<bool(int)>& progress, uint16_t* codes) {
  const int codebooks = model->config.codebooks;
  Loop loop(std::move(model), kernels, request);
  const int steps = request.stop == 0 ? 0 : request.stop + codebooks - 1;
  for (int s = 0; s < steps; ++s) {
    loop.step(s);
    const int done = s + 1 - (codebooks - 1);
    if (done > 0 && (done % kProgressFrames == 0 || done == request.stop) && !progress(done)) throw Cancelled();
  }
  for (int b = 0; b < static_cast<int>(request.takes.size()); ++b)
    for (int k = 0; k < codebooks; ++k)
      for (int f = 0; f < request.stop; ++f) *codes++ = static_cast<const Loop&>(loop).code(b, k, f);
}

}  // namespace stemwright
