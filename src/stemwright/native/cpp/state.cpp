#include "state.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "cpu.h"

namespace stemwright {
namespace {

constexpr int kPrefillLines = 64;  // lines of one piece of a prefill: weights are read once for all of them

Aligned<float> buffer(int lines, int stride) {
  return Aligned<float>(static_cast<size_t>(lines) * static_cast<size_t>(stride));
}

}  // namespace

State::State(std::shared_ptr<const Model> model, const Kernels& kernels, int batch, int threads, Retention retention,
             std::shared_ptr<const Adapter> adapter)
    : model_(std::move(model)),
      adapter_(std::move(adapter)),
      kernels_(kernels),
      shape_(model_->config),
      slots_(model_->config.window, std::move(retention)),
      rows_(static_cast<size_t>(batch)),
      pool_(threads) {
  const Config& c = model_->config;
  x_stride_ = round_up(c.d_model, kPanel);
  qkv_stride_ = round_up(c.query_size() + 2 * c.kv_size(), kPanel);
  ffn_stride_ = round_up(c.ffn, kPanel);
  att_stride_ = c.query_size();
  logit_stride_ = round_up(c.codebooks * c.codebook_size, kPanel);
}

size_t State::cache_bytes() const {
  std::unordered_set<const Page*> pages;
  for (const RowCache& row : rows_)
    for (const auto& page : row.pages()) pages.insert(page.get());
  return pages.size() * shape_.page_bytes;
}

std::unique_ptr<State> State::fork(const std::vector<int>& rows) const {
  std::vector<RowCache> shared;
  for (const int row : rows) shared.push_back(rows_[static_cast<size_t>(row)]);
  auto copy = std::make_unique<State>(model_, kernels_, static_cast<int>(rows.size()), pool_.size(), Retention{}, adapter_);
  copy->assume(slots_, std::move(shared));
  return copy;
}

void State::assume(Slots slots, std::vector<RowCache> rows) {
  slots_ = std::move(slots);
  rows_ = std::move(rows);
}

void State::step(const int32_t* tokens, const float* features) { advance({tokens, features, 1, 1, true, batch()}); }

void State::prefill(const int32_t* tokens, const float* features, int steps, float* logits) {
  const Config& c = model_->config;
  const int most = std::max(1, kPrefillLines / batch());
  const size_t row = static_cast<size_t>(c.codebooks) * static_cast<size_t>(c.codebook_size);
  for (int first = 0; first < steps; first += most) {
    const int count = std::min(most, steps - first);
    advance({tokens + static_cast<size_t>(first) * static_cast<size_t>(c.codebooks),
             features + static_cast<size_t>(first) * static_cast<size_t>(c.features), count, steps, logits != nullptr,
             count * batch()});
    if (logits == nullptr) continue;
    for (int b = 0; b < batch(); ++b)
      for (int s = 0; s < count; ++s) {
        const float* from = this->logits(b * count + s);
        std::copy(from, from + row, logits + (static_cast<size_t>(b) * static_cast<size_t>(steps) + static_cast<size_t>(first + s)) * row);
      }
  }
}

void State::advance(const Work& work) {
  const FloatMode mode;
  prepare(work);
  const bool crowded = Company::crowded();
  Governor& governor = work.steps == 1 ? stepping_ : prefilling_;
  together_ = !crowded && governor.together();
  const auto begin = std::chrono::steady_clock::now();
  pool_.run(together_, [&](int thread, int team) { forward(work, thread, team); });
  if (crowded) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  governor.took(took.count() / work.lines);
}

// All that can fail, for lack of memory or threads; after a failure the state is what it was.
void State::prepare(const Work& work) {
  const Slots::Mark mark = slots_.mark();
  try {
    pool_.start();
    make_room(work);
    plan(work);
  } catch (...) {
    slots_.back_to(mark);
    throw;
  }
}

// Buffers grow to what is asked for: a forked state that nobody uses costs nothing.
void State::make_room(const Work& work) {
  const Config& c = model_->config;
  const int group = c.heads / c.kv_heads;
  if (work.lines > lines_) {
    lines_ = 0;  // until all of them are there
    x_ = buffer(work.lines, x_stride_);
    qkv_ = buffer(work.lines, qkv_stride_);
    attended_ = buffer(work.lines, att_stride_);
    gate_ = buffer(work.lines, ffn_stride_);
    up_ = buffer(work.lines, ffn_stride_);
    scratch_.clear();
    for (int t = 0; t < pool_.size(); ++t)
      scratch_.push_back({buffer(work.lines, x_stride_), buffer(group, round_up(c.window, 2 * kLanes)),
                          buffer(work.lines, adapter_ ? adapter_->widest() : 0)});
    lines_ = work.lines;
  }
  const size_t logits = static_cast<size_t>(work.lines) * static_cast<size_t>(logit_stride_);
  if (work.logits && logits_.size() < logits) logits_ = Aligned<float>(logits);
}

// Positions, slots and angles of the steps to come; whatever they write to becomes our own here, on one thread.
void State::plan(const Work& work) {
  const size_t half = static_cast<size_t>(model_->config.head_dim / 2);
  steps_.clear();
  cosine_.resize(half * static_cast<size_t>(work.steps));
  sine_.resize(cosine_.size());
  for (int s = 0; s < work.steps; ++s) {
    const Slots::Step step = slots_.next();
    model_->rotary.at(step.position, cosine_.data() + static_cast<size_t>(s) * half, sine_.data() + static_cast<size_t>(s) * half);
    for (RowCache& row : rows_) {
      row.own(shape_, step.slot);
      if (step.keep >= 0) row.own(shape_, step.keep);
    }
    steps_.push_back(step);
  }
}

void State::forward(const Work& work, int thread, int team) {
  embed(work, thread, team);
  pool_.barrier(team);
  for (int layer = 0; layer < model_->config.layers; ++layer) {
    const Block& block = model_->blocks[static_cast<size_t>(layer)];
    if (!work.logits && layer + 1 == model_->config.layers) return memorise(work, block, layer, thread, team);
    attention(work, block, layer, thread, team);
    feed_forward(work, block, thread, team);
  }
  const float* in = normalise(work, thread, model_->norm);
  multiply(model_->heads, work, in, x_stride_, logits_, logit_stride_, false, thread, team);
}

void State::embed(const Work& work, int thread, int team) {
  const Config& c = model_->config;
  const Share share = share_of(x_stride_ / kPanel, thread, team);
  const int first = share.first * kPanel, last = std::min(share.last * kPanel, c.d_model);
  for (int b = 0; b < batch(); ++b) {
    const size_t origin = static_cast<size_t>(b) * static_cast<size_t>(work.stride);
    kernels_.matmul_float(model_->condition_view(), share.first, share.last,
                          work.features + origin * static_cast<size_t>(c.features), c.features, work.steps,
                          line(x_, b * work.steps, x_stride_), x_stride_);
    if (first >= last) continue;
    const int32_t* tokens = work.tokens + origin * static_cast<size_t>(c.codebooks);
    for (int s = 0; s < work.steps; ++s)
      for (int k = 0; k < c.codebooks; ++k) {
        const Embedding& e = model_->embeddings[static_cast<size_t>(k)];
        const size_t token = static_cast<size_t>(tokens[s * c.codebooks + k]);
        kernels_.add_row(e.rows.data() + token * static_cast<size_t>(c.d_model) + first, e.scales[token], last - first,
                         line(x_, b * work.steps + s, x_stride_) + first);
      }
  }
}

// Every thread normalises for itself: cheaper than another barrier.
const float* State::normalise(const Work& work, int thread, const std::vector<float>& weight) {
  Aligned<float>& out = scratch_[static_cast<size_t>(thread)].normed;
  for (int i = 0; i < work.lines; ++i)
    kernels_.rms_norm(line(x_, i, x_stride_), weight.data(), model_->config.d_model, model_->config.norm_eps,
                      line(out, i, x_stride_));
  return out.data();
}

void State::multiply(const Int8Matrix& matrix, const Work& work, const float* in, int in_stride, Aligned<float>& out,
                     int out_stride, bool accumulate, int thread, int team) {
  const Share share = share_of(matrix.panels(), thread, team);
  kernels_.matmul_int8(matrix.view(), share.first, share.last, in, in_stride, work.lines, out.data(), out_stride,
                       accumulate);
}

// Adds a side branch's product to outputs that this thread has just made. Every thread makes A x for itself, as it is a
// small product: cheaper than another barrier.
void State::add_side(const SideBranch& branch, const Work& work, const float* in, int in_stride, Aligned<float>& out,
                     int out_stride, int thread, int team) {
  float* low = scratch_[static_cast<size_t>(thread)].low.data();
  const int stride = adapter_->widest();
  kernels_.few_outputs(branch.down.view(), in, in_stride, work.lines, low, stride);
  const Share share = share_of(branch.up.panels(), thread, team);
  kernels_.add_product(branch.up.view(), share.first, share.last, low, stride, work.lines, out.data(), out_stride);
}

// Queries, keys and values of all lines.
void State::project(const Work& work, const Block& block, int layer, int thread, int team) {
  const float* in = normalise(work, thread, block.norm1);
  multiply(block.qkv, work, in, x_stride_, qkv_, qkv_stride_, false, thread, team);
  if (adapter_)
    add_side(adapter_->blocks[static_cast<size_t>(layer)].qkv, work, in, x_stride_, qkv_, qkv_stride_, thread, team);
  pool_.barrier(team);
}

void State::attention(const Work& work, const Block& block, int layer, int thread, int team) {
  const Config& c = model_->config;
  project(work, block, layer, thread, team);
  const Share tasks = share_of(batch() * c.kv_heads, thread, team);
  for (int task = tasks.first; task < tasks.last; ++task)
    attend(work, scratch_[static_cast<size_t>(thread)], layer, task / c.kv_heads, task % c.kv_heads);
  pool_.barrier(team);
  multiply(block.o, work, attended_.data(), att_stride_, x_, x_stride_, true, thread, team);
  if (adapter_)
    add_side(adapter_->blocks[static_cast<size_t>(layer)].o, work, attended_.data(), att_stride_, x_, x_stride_, thread,
             team);
  pool_.barrier(team);
}

void State::rotate(float* head, int step) const {
  const size_t half = static_cast<size_t>(model_->config.head_dim / 2);
  const float* cosine = cosine_.data() + static_cast<size_t>(step) * half;
  const float* sine = sine_.data() + static_cast<size_t>(step) * half;
  for (size_t j = 0; j < half; ++j) {
    const float a = head[j], b = head[j + half];
    const float ac = a * cosine[j], bs = b * sine[j], bc = b * cosine[j], as = a * sine[j];
    head[j] = ac - bs;
    head[j + half] = bc + as;
  }
}

// Of the last layer, whose outputs nobody asks for: keys and values alone.
void State::memorise(const Work& work, const Block& block, int layer, int thread, int team) {
  const Config& c = model_->config;
  project(work, block, layer, thread, team);
  const Share tasks = share_of(batch() * c.kv_heads, thread, team);
  for (int task = tasks.first; task < tasks.last; ++task)
    for (int s = 0; s < work.steps; ++s) remember(work, layer, task / c.kv_heads, task % c.kv_heads, s);
}

// All steps of one row and key-value head, one after the other: a later step may overwrite what an earlier one sees.
// Each stores its key and value, then attends with the queries that share them.
void State::attend(const Work& work, Scratch& scratch, int layer, int b, int kv_head) {
  const Config& c = model_->config;
  const int group = c.heads / c.kv_heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  RowCache& cache = rows_[static_cast<size_t>(b)];
  const auto attend_kernel = shape_.type == KvType::int8 ? kernels_.attend_int8 : kernels_.attend_float;
  for (int s = 0; s < work.steps; ++s) {
    const int index = b * work.steps + s;
    float* queries = line(qkv_, index, qkv_stride_) + kv_head * group * c.head_dim;
    for (int h = 0; h < group; ++h) {
      rotate(queries + h * c.head_dim, s);
      for (int j = 0; j < c.head_dim; ++j) queries[h * c.head_dim + j] *= scale;
    }
    remember(work, layer, b, kv_head, s);
    attend_kernel(cache.view(shape_, layer, kv_head, steps_[static_cast<size_t>(s)].filled), queries, group, scratch.scores.data(),
                  line(attended_, index, att_stride_) + kv_head * group * c.head_dim);
  }
}

// Turns and stores the key and the value of one step.
void State::remember(const Work& work, int layer, int b, int kv_head, int s) {
  const Config& c = model_->config;
  RowCache& cache = rows_[static_cast<size_t>(b)];
  const Slots::Step& step = steps_[static_cast<size_t>(s)];
  float* key = line(qkv_, b * work.steps + s, qkv_stride_) + c.query_size() + kv_head * c.head_dim;
  rotate(key, s);
  char* head = cache.head(shape_, step.slot, layer, kv_head);
  if (step.keep >= 0) move(shape_, head, step.slot, cache.head(shape_, step.keep, layer, kv_head), step.keep);
  store(shape_, kernels_, head, step.slot, key, key + c.kv_size());
}

void State::feed_forward(const Work& work, const Block& block, int thread, int team) {
  const float* in = normalise(work, thread, block.norm2);
  multiply(block.gate, work, in, x_stride_, gate_, ffn_stride_, false, thread, team);
  multiply(block.up, work, in, x_stride_, up_, ffn_stride_, false, thread, team);
  const Share share = share_of(block.gate.panels(), thread, team);
  const int first = share.first * kPanel, count = (share.last - share.first) * kPanel;
  for (int i = 0; i < work.lines; ++i)
    kernels_.swiglu(line(gate_, i, ffn_stride_) + first, line(up_, i, ffn_stride_) + first, count);
  pool_.barrier(team);
  multiply(block.down, work, gate_.data(), ffn_stride_, x_, x_stride_, true, thread, team);
  pool_.barrier(team);
}

}  // namespace stemwright
