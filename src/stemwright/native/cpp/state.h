// What a model remembers while it decodes: the key-value cache, the position, and scratch. One thread at a time.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "model.h"
#include "pool.h"

namespace stemwright {

class State {
 public:
  State(std::shared_ptr<const Model> model, const Kernels& kernels, int batch, int threads);

  int batch() const { return batch_; }
  int position() const { return position_; }
  const Model& model() const { return *model_; }
  const Kernels& kernels() const { return kernels_; }
  Pool& pool() { return pool_; }

  // One step of every row: tokens [batch][codebooks] in 0..codebook_size, features [batch][features], all checked by
  // the caller. Without `want_logits` only the cache and the position move.
  void step(const int32_t* tokens, const float* features, bool want_logits);
  // Row b of the last step's logits: [codebooks * codebook_size]
  const float* logits(int b) const { return logits_.data() + static_cast<size_t>(b) * static_cast<size_t>(logit_stride_); }

  // Held while a call uses this state; `busy` says that another call already does.
  class Lease {
   public:
    explicit Lease(State& state) : state_(state), busy(state.in_use_.exchange(true)) {}
    ~Lease() {
      if (!busy) state_.in_use_ = false;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

   private:
    State& state_;

   public:
    const bool busy;
  };

 private:
  struct Scratch {  // of one thread
    Aligned<float> normed, scores;
  };

  void forward(int thread, const int32_t* tokens, const float* features, bool want_logits);
  void embed(int thread, const int32_t* tokens, const float* features);
  void attention(int thread, int layer);
  void attend_one(Scratch& scratch, int layer, int b, int kv_head);
  void feed_forward(int thread, const Block& block);
  const float* normalise(int thread, const std::vector<float>& weight);
  void rotate(float* head) const;
  float* keys(int layer, int b, int kv_head);
  float* row(Aligned<float>& buffer, int b, int stride) {
    return buffer.data() + static_cast<size_t>(b) * static_cast<size_t>(stride);
  }

  std::shared_ptr<const Model> model_;
  const Kernels& kernels_;
  int batch_, position_ = 0;
  int padded_window_;
  int x_stride_, qkv_stride_, ffn_stride_, att_stride_, logit_stride_;
  Aligned<float> x_, qkv_, attended_, gate_, up_, logits_;
  std::vector<float> cosine_, sine_;
  std::vector<Scratch> scratch_;
  std::vector<Aligned<float>> caches_;  // one a layer
  std::atomic<bool> in_use_{false};
  Pool pool_;  // last: its threads must end before the rest goes
};

}  // namespace stemwright
