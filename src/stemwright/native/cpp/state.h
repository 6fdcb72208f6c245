// What a model remembers while it decodes: its key-value cache and position, and scratch. A value: it can be forked,
// cut back, written and read. One thread at a time.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "adapter.h"
#include "cache.h"
#include "governor.h"
#include "kernels.h"
#include "memory.h"
#include "model.h"
#include "pool.h"
#include "slots.h"

namespace stemwright {

class State {
 public:
  // `adapter` is null where the model plays as it is.
  State(std::shared_ptr<const Model> model, const Kernels& kernels, int batch, int threads, Retention retention = {},
        std::shared_ptr<const Adapter> adapter = nullptr);

  int batch() const { return static_cast<int>(rows_.size()); }
  int position() const { return slots_.position(); }
  int threads() const { return pool_.size(); }
  const Model& model() const { return *model_; }
  const Adapter* adapter() const { return adapter_.get(); }
  const Kernels& kernels() const { return kernels_; }
  const Slots& slots() const { return slots_; }
  const std::vector<RowCache>& rows() const { return rows_; }
  size_t cache_bytes() const;  // of the pages this state sees, each counted once

  // One step of every row: tokens [batch][codebooks] in 0..codebook_size, features [batch][features], all checked by
  // the caller. Leaves the logits of row b in logits(b), [codebooks * codebook_size].
  void step(const int32_t* tokens, const float* features);
  const float* logits(int b) const { return logits_.data() + static_cast<size_t>(b) * static_cast<size_t>(logit_stride_); }
  // `steps` steps at once, with the same bits: tokens [batch][steps][codebooks], features [batch][steps][features],
  // logits [batch][steps][codebooks * codebook_size] or null where nobody wants them.
  void prefill(const int32_t* tokens, const float* features, int steps, float* logits);

  // A state of the given rows of this one, which may repeat. Pages are shared until either side writes to them.
  std::unique_ptr<State> fork(const std::vector<int>& rows) const;
  bool reaches(int position) const { return slots_.reaches(position); }
  void truncate(int position) { slots_.truncate(position); }  // where reaches(position)
  // Takes over what another state of this model has held; as many rows as this one has.
  void assume(Slots slots, std::vector<RowCache> rows);

  // Calls work(thread, team) on the threads that the last step ran on.
  template <typename Work>
  void share(const Work& work) {
    pool_.run(together_, work);
  }

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
  // A piece of work: `steps` steps of every row. Line b * steps + s of every buffer is step s of row b; the caller's
  // arrays have `stride` steps a row.
  struct Work {
    const int32_t* tokens;
    const float* features;
    int steps, stride;
    bool logits;
    int lines;
  };
  struct Scratch {  // of one thread
    Aligned<float> normed, scores, low;
  };

  void advance(const Work& work);
  void prepare(const Work& work);
  void make_room(const Work& work);
  void plan(const Work& work);
  void forward(const Work& work, int thread, int team);
  void embed(const Work& work, int thread, int team);
  void attention(const Work& work, const Block& block, int layer, int thread, int team);
  void project(const Work& work, const Block& block, int layer, int thread, int team);
  void attend(const Work& work, Scratch& scratch, int layer, int b, int kv_head);
  void memorise(const Work& work, const Block& block, int layer, int thread, int team);
  void remember(const Work& work, int layer, int b, int kv_head, int s);
  void feed_forward(const Work& work, const Block& block, int thread, int team);
  const float* normalise(const Work& work, int thread, const std::vector<float>& weight);
  void rotate(float* head, int step) const;
  void multiply(const Int8Matrix& matrix, const Work& work, const float* in, int in_stride, Aligned<float>& out,
                int out_stride, bool accumulate, int thread, int team);
  void add_side(const SideBranch& branch, const Work& work, const float* in, int in_stride, Aligned<float>& out,
                int out_stride, int thread, int team);
  float* line(Aligned<float>& buffer, int index, int stride) {
    return buffer.data() + static_cast<size_t>(index) * static_cast<size_t>(stride);
  }

  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Adapter> adapter_;
  const Kernels& kernels_;
  PageShape shape_;
  Slots slots_;
  std::vector<RowCache> rows_;
  int x_stride_, qkv_stride_, ffn_stride_, att_stride_, logit_stride_;
  int lines_ = 0;         // for which there is room in the buffers
  Aligned<float> x_, qkv_, attended_, gate_, up_, logits_;
  std::vector<float> cosine_, sine_;  // [steps][head_dim / 2]
  std::vector<Slots::Step> steps_;
  std::vector<Scratch> scratch_;
  std::atomic<bool> in_use_{false};
  Governor stepping_{4}, prefilling_{1};
  bool together_ = false;  // whether the last piece of work ran on all threads
  Pool pool_;  // last: its threads must end before the rest goes
};

}  // namespace stemwright
