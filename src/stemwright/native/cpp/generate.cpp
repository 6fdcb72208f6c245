#include "generate.h"

#include <algorithm>

#include "cpu.h"
#include "philox.h"
#include "state.h"

namespace stemwright {
namespace {

class Loop {
 public:
  Loop(const State& context, const Request& request)
      : request_(request),
        config_(context.model().config),
        rows_(static_cast<int>(request.takes.size())),
        streams_(request.base ? 2 * rows_ : rows_),
        state_(context.fork(streams(rows_, streams_))),
        codes_(size(rows_) * size(config_.codebooks) * size(request.frames)),
        tokens_(size(streams_) * size(config_.codebooks)),
        features_(size(streams_) * size(config_.features)),
        guided_(size(context.threads()) * size(config_.codebook_size)),
        status_(size(rows_) * size(config_.codebooks)) {
    for (int t = 0; t < context.threads(); ++t) samplers_.emplace_back(context.kernels(), config_.codebook_size);
    for (int b = 0; b < rows_; ++b)
      for (int k = 0; k < config_.codebooks; ++k)
        for (int f = 0; f < request.prefix_frames; ++f)
          code(b, k, f) = request.prefix[size(k) * size(request.prefix_frames) + size(f)];
  }

  void step(int s) {
    for (int i = 0; i < streams_; ++i) {
      for (int k = 0; k < config_.codebooks; ++k) {
        const int frame = s - 1 - k;
        const bool inside = frame >= 0 && frame < request_.frames;
        tokens_[size(i * config_.codebooks + k)] = inside ? code(i % rows_, k, frame) : config_.codebook_size;
      }
      const float* row = (i < rows_ ? request_.features : request_.base) + size(s) * size(config_.features);
      std::copy(row, row + config_.features, features_.begin() + i * config_.features);
    }
    state_->step(tokens_.data(), features_.data());
    sample(s);
  }

  uint16_t code(int b, int k, int f) const { return codes_[at(b, k, f)]; }

 private:
  static size_t size(int n) { return static_cast<size_t>(n); }
  // Rows of the context that the streams begin with: the takes with the conditions, then those without.
  static std::vector<int> streams(int takes, int streams) {
    std::vector<int> rows(size(streams), 0);
    std::fill(rows.begin() + takes, rows.end(), 1);
    return rows;
  }
  size_t at(int b, int k, int f) const { return (size(b) * size(config_.codebooks) + size(k)) * size(request_.frames) + size(f); }
  uint16_t& code(int b, int k, int f) { return codes_[at(b, k, f)]; }

  void sample(int s) {
    state_->share([&](int thread, int team) {
      const FloatMode mode;
      const Share share = share_of(rows_ * config_.codebooks, thread, team);
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
    const float* logits = logits_of(thread, b, k);
    const int picked = samplers_[size(thread)].pick(logits, request_.sampling, uniform);
    if (picked < 0) return 0;
    code(b, k, frame) = static_cast<uint16_t>(picked);
    return 1;
  }

  // Stream rows_ + b is take b without the conditions (classifier-free guidance, arXiv 2207.12598). A product and a sum,
  // each rounded: no fused operation here, so portable code needs none.
  const float* logits_of(int thread, int b, int k) {
    const size_t offset = size(k) * size(config_.codebook_size);
    const float* with = state_->logits(b) + offset;
    if (!request_.base || k >= request_.guided_codebooks) return with;
    const float* without = state_->logits(rows_ + b) + offset;
    float* out = guided_.data() + size(thread) * size(config_.codebook_size);
    for (int i = 0; i < config_.codebook_size; ++i) out[i] = without[i] + request_.guidance * (with[i] - without[i]);
    return out;
  }

  const Request& request_;
  const Config& config_;
  int rows_;     // takes
  int streams_;  // takes, and with guidance as many again without the conditions
  std::unique_ptr<State> state_;
  std::vector<uint16_t> codes_;
  std::vector<int32_t> tokens_;
  std::vector<float> features_;
  std::vector<float> guided_;  // [threads][codebook_size]
  std::vector<char> status_;
  std::vector<Sampler> samplers_;
};

}  // namespace

void generate(const State& context, const Request& request, const std::function<bool(int)>& progress, uint16_t* codes) {
  const int codebooks = context.model().config.codebooks;
  const Company company;
  Loop loop(context, request);
  const int steps = request.stop <= request.prefix_frames ? 0 : request.stop + codebooks - 1;
  for (int s = request.prefix_frames; s < steps; ++s) {
    loop.step(s);
    const int done = s + 1 - (codebooks - 1);
    if (done > request.prefix_frames && !progress(done)) throw Cancelled();
  }
  for (int b = 0; b < static_cast<int>(request.takes.size()); ++b)
    for (int k = 0; k < codebooks; ++k)
      for (int f = 0; f < request.stop; ++f) *codes++ = static_cast<const Loop&>(loop).code(b, k, f);
}

}  // namespace stemwright
