#include "generate.h"

#include <algorithm>

#include "cpu.h"
#include "philox.h"
#include "state.h"

namespace stemwright {
namespace {

// Rows of the context that the streams begin with: the takes with the conditions, then those without.
std::vector<int> first_rows(int takes, int streams) {
  std::vector<int> rows(static_cast<size_t>(streams), 0);
  std::fill(rows.begin() + takes, rows.end(), 1);
  return rows;
}

}  // namespace

Decoding::Decoding(const State& context, const Drawing& drawing, int frames, const uint16_t* prefix, int prefix_frames)
    : drawing_(drawing),
      config_(context.model().config),
      frames_(frames),
      prefix_frames_(prefix_frames),
      rows_(static_cast<int>(drawing.takes.size())),
      streams_(drawing.guided ? 2 * rows_ : rows_),
      next_(prefix_frames),
      state_(context.fork(first_rows(rows_, streams_))),
      ring_(size(rows_) * size(config_.codebooks) * size(config_.codebooks)),
      tokens_(size(streams_) * size(config_.codebooks)),
      features_(size(streams_) * size(config_.features)),
      guided_(size(context.threads()) * size(config_.codebook_size)),
      status_(size(rows_) * size(config_.codebooks)) {
  for (int t = 0; t < context.threads(); ++t) samplers_.emplace_back(context.kernels(), config_.codebook_size);
  for (int b = 0; b < rows_; ++b)
    for (int k = 0; k < config_.codebooks; ++k)
      for (int f = std::max(0, prefix_frames - config_.codebooks); f < prefix_frames; ++f)
        ring_[at(b, k, f)] = prefix[size(k) * size(prefix_frames) + size(f)];
}

void Decoding::step(const float* row, const float* base) {
  for (int i = 0; i < streams_; ++i) {
    for (int k = 0; k < config_.codebooks; ++k) {
      const int frame = next_ - 1 - k;
      const bool inside = frame >= 0 && frame < frames_;
      tokens_[size(i * config_.codebooks + k)] = inside ? code(i % rows_, k, frame) : config_.codebook_size;
    }
    const float* told = i < rows_ ? row : base;
    std::copy(told, told + config_.features, features_.begin() + i * config_.features);
  }
  state_->step(tokens_.data(), features_.data());
  sample();
  ++next_;
}

void Decoding::sample() {
  state_->share([&](int thread, int team) {
    const FloatMode mode;
    const Share share = share_of(rows_ * config_.codebooks, thread, team);
    for (int i = share.first; i < share.last; ++i) status_[size(i)] = sample_one(thread, i);
  });
  for (const char ok : status_)
    if (!ok) throw NotFinite();
}

char Decoding::sample_one(int thread, int index) {
  const int b = index / config_.codebooks, k = index % config_.codebooks, frame = next_ - k;
  if (frame < prefix_frames_ || frame >= frames_) return 1;
  const double uniform = uniform_of(drawing_.seed, drawing_.takes[size(b)], drawing_.layer_id,
                                    static_cast<uint32_t>(frame), static_cast<uint32_t>(k));
  const float* logits = logits_of(thread, b, k);
  const int picked = samplers_[size(thread)].pick(logits, drawing_.sampling, uniform);
  if (picked < 0) return 0;
  ring_[at(b, k, frame)] = static_cast<uint16_t>(picked);
  return 1;
}

// Stream rows_ + b is take b without the conditions (classifier-free guidance, arXiv 2207.12598). A product and a sum,
// each rounded: no fused operation here, so portable code needs none.
const float* Decoding::logits_of(int thread, int take, int codebook) {
  const size_t offset = size(codebook) * size(config_.codebook_size);
  const float* with = state_->logits(take) + offset;
  if (!drawing_.guided || codebook >= drawing_.guided_codebooks) return with;
  const float* without = state_->logits(rows_ + take) + offset;
  float* out = guided_.data() + size(thread) * size(config_.codebook_size);
  for (int i = 0; i < config_.codebook_size; ++i)
    out[i] = without[i] + drawing_.guidance * (with[i] - without[i]);
  return out;
}

void generate(const State& context, const Request& request, const std::function<bool(int)>& progress, uint16_t* codes) {
  const Config& config = context.model().config;
  const int takes = static_cast<int>(request.drawing.takes.size()), codebooks = config.codebooks, stop = request.stop;
  const auto put = [&](int b, int k, int f, uint16_t code) {
    codes[(static_cast<size_t>(b * codebooks + k)) * static_cast<size_t>(stop) + static_cast<size_t>(f)] = code;
  };
  for (int b = 0; b < takes; ++b)
    for (int k = 0; k < codebooks; ++k)
      for (int f = 0; f < std::min(stop, request.prefix_frames); ++f)
        put(b, k, f, request.prefix[static_cast<size_t>(k) * static_cast<size_t>(request.prefix_frames) + static_cast<size_t>(f)]);
  if (stop <= request.prefix_frames) return;
  const Company company;
  Decoding decoding(context, request.drawing, request.frames, request.prefix, request.prefix_frames);
  for (int s = request.prefix_frames; s < stop + codebooks - 1; ++s) {
    const size_t row = static_cast<size_t>(s) * static_cast<size_t>(config.features);
    decoding.step(request.features + row, request.base ? request.base + row : nullptr);
    const int whole = s - (codebooks - 1);
    if (whole < request.prefix_frames) continue;
    for (int b = 0; b < takes; ++b)
      for (int k = 0; k < codebooks; ++k) put(b, k, whole, decoding.code(b, k, whole));
    if (!progress(whole + 1)) throw Cancelled();
  }
}

}  // namespace stemwright
