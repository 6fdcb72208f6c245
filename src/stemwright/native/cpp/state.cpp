#include "state.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu.h"

namespace stemwright {
namespace {

Aligned<float> buffer(int rows, int stride) {
  return Aligned<float>(static_cast<size_t>(rows) * static_cast<size_t>(stride));
}

}  // namespace

State::State(std::shared_ptr<const Model> model, const Kernels& kernels, int batch, int threads)
    : model_(std::move(model)), kernels_(kernels), batch_(batch), pool_(threads) {
  const Config& c = model_->config;
  padded_window_ = round_up(c.window, kLanes);
  x_stride_ = round_up(c.d_model, kPanel);
  qkv_stride_ = round_up(c.query_size() + 2 * c.kv_size(), kPanel);
  ffn_stride_ = round_up(c.ffn, kPanel);
  att_stride_ = c.query_size();
  logit_stride_ = round_up(c.codebooks * c.codebook_size, kPanel);
  x_ = buffer(batch, x_stride_);
  qkv_ = buffer(batch, qkv_stride_);
  attended_ = buffer(batch, att_stride_);
  gate_ = buffer(batch, ffn_stride_);
  up_ = buffer(batch, ffn_stride_);
  logits_ = buffer(batch, logit_stride_);
  cosine_.resize(static_cast<size_t>(c.head_dim / 2));
  sine_.resize(cosine_.size());
  for (int t = 0; t < threads; ++t)
    scratch_.push_back({buffer(batch, x_stride_), buffer(c.heads / c.kv_heads, round_up(c.window, 2 * kLanes))});
  const size_t head = 2 * static_cast<size_t>(padded_window_) * static_cast<size_t>(c.head_dim);
  for (int i = 0; i < c.layers; ++i)
    caches_.emplace_back(head * static_cast<size_t>(c.kv_heads) * static_cast<size_t>(batch));
}

void State::step(const int32_t* tokens, const float* features, bool want_logits) {
  const FloatMode mode;
  model_->rotary.at(position_, cosine_.data(), sine_.data());
  pool_.run([&](int thread) { forward(thread, tokens, features, want_logits); });
  ++position_;
}

void State::forward(int thread, const int32_t* tokens, const float* features, bool want_logits) {
  const Config& c = model_->config;
  embed(thread, tokens, features);
  pool_.barrier();
  for (int layer = 0; layer < c.layers; ++layer) {
    attention(thread, layer);
    feed_forward(thread, model_->blocks[static_cast<size_t>(layer)]);
  }
  if (!want_logits) return;
  const float* in = normalise(thread, model_->norm);
  const Share share = share_of(model_->heads.panels(), thread, pool_.size());
  kernels_.matmul_int8(model_->heads.view(), share.first, share.last, in, x_stride_, batch_, logits_.data(),
                       logit_stride_, false);
}

void State::embed(int thread, const int32_t* tokens, const float* features) {
  const Config& c = model_->config;
  const Share share = share_of(x_stride_ / kPanel, thread, pool_.size());
  kernels_.matmul_float(model_->condition_view(), share.first, share.last, features, c.features, batch_, x_.data(),
                        x_stride_);
  const int first = share.first * kPanel, last = std::min(share.last * kPanel, c.d_model);
  if (first >= last) return;
  for (int b = 0; b < batch_; ++b)
    for (int k = 0; k < c.codebooks; ++k) {
      const Embedding& e = model_->embeddings[static_cast<size_t>(k)];
      const size_t token = static_cast<size_t>(tokens[b * c.codebooks + k]);
      kernels_.add_row(e.rows.data() + token * static_cast<size_t>(c.d_model) + first, e.scales[token], last - first,
                       row(x_, b, x_stride_) + first);
    }
}

// Every thread normalises for itself: cheaper than another barrier.
const float* State::normalise(int thread, const std::vector<float>& weight) {
  Aligned<float>& out = scratch_[static_cast<size_t>(thread)].normed;
  for (int b = 0; b < batch_; ++b)
    kernels_.rms_norm(row(x_, b, x_stride_), weight.data(), model_->config.d_model, model_->config.norm_eps,
                      row(out, b, x_stride_));
  return out.data();
}

void State::attention(int thread, int layer) {
  const Config& c = model_->config;
  const Block& block = model_->blocks[static_cast<size_t>(layer)];
  const float* in = normalise(thread, block.norm1);
  const Share qkv = share_of(block.qkv.panels(), thread, pool_.size());
  kernels_.matmul_int8(block.qkv.view(), qkv.first, qkv.last, in, x_stride_, batch_, qkv_.data(), qkv_stride_, false);
  pool_.barrier();
  const Share tasks = share_of(batch_ * c.kv_heads, thread, pool_.size());
  for (int task = tasks.first; task < tasks.last; ++task)
    attend_one(scratch_[static_cast<size_t>(thread)], layer, task / c.kv_heads, task % c.kv_heads);
  pool_.barrier();
  const Share o = share_of(block.o.panels(), thread, pool_.size());
  kernels_.matmul_int8(block.o.view(), o.first, o.last, attended_.data(), att_stride_, batch_, x_.data(), x_stride_,
                       true);
  pool_.barrier();
}

void State::rotate(float* head) const {
  const size_t half = cosine_.size();
  for (size_t j = 0; j < half; ++j) {
    const float a = head[j], b = head[j + half];
    const float ac = a * cosine_[j], bs = b * sine_[j], bc = b * cosine_[j], as = a * sine_[j];
    head[j] = ac - bs;
    head[j + half] = bc + as;
  }
}

float* State::keys(int layer, int b, int kv_head) {
  const Config& c = model_->config;
  const size_t head = 2 * static_cast<size_t>(padded_window_) * static_cast<size_t>(c.head_dim);
  return caches_[static_cast<size_t>(layer)].data() + static_cast<size_t>(b * c.kv_heads + kv_head) * head;
}

// Turns and stores this step's key and value of one key-value head, then attends with the queries that share it.
void State::attend_one(Scratch& scratch, int layer, int b, int kv_head) {
  const Config& c = model_->config;
  const int group = c.heads / c.kv_heads, slot = position_ % c.window;
  float* queries = row(qkv_, b, qkv_stride_) + kv_head * group * c.head_dim;
  float* key = row(qkv_, b, qkv_stride_) + c.query_size() + kv_head * c.head_dim;
  const float* value = key + c.kv_size();
  const float scale = 1.0f / std::sqrt(static_cast<float>(c.head_dim));
  for (int h = 0; h < group; ++h) {
    rotate(queries + h * c.head_dim);
    for (int j = 0; j < c.head_dim; ++j) queries[h * c.head_dim + j] *= scale;
  }
  rotate(key);
  float* cached_keys = keys(layer, b, kv_head);
  float* cached_values = cached_keys + static_cast<size_t>(padded_window_) * static_cast<size_t>(c.head_dim);
  float* block = cached_keys + static_cast<size_t>(slot / kLanes) * static_cast<size_t>(c.head_dim * kLanes);
  for (int j = 0; j < c.head_dim; ++j) block[j * kLanes + slot % kLanes] = key[j];
  std::memcpy(cached_values + static_cast<size_t>(slot) * static_cast<size_t>(c.head_dim), value,
              sizeof(float) * static_cast<size_t>(c.head_dim));
  const CacheView view = {cached_keys, cached_values, std::min(position_ + 1, c.window), c.head_dim};
  kernels_.attend(view, queries, group, scratch.scores.data(),
                  row(attended_, b, att_stride_) + kv_head * group * c.head_dim);
}

void State::feed_forward(int thread, const Block& block) {
  const float* in = normalise(thread, block.norm2);
  const Share share = share_of(block.gate.panels(), thread, pool_.size());
  kernels_.matmul_int8(block.gate.view(), share.first, share.last, in, x_stride_, batch_, gate_.data(), ffn_stride_,
                       false);
  kernels_.matmul_int8(block.up.view(), share.first, share.last, in, x_stride_, batch_, up_.data(), ffn_stride_,
                       false);
  const int first = share.first * kPanel, count = (share.last - share.first) * kPanel;
  for (int b = 0; b < batch_; ++b)
    kernels_.swiglu(row(gate_, b, ffn_stride_) + first, row(up_, b, ffn_stride_) + first, count);
  pool_.barrier();
  const Share down = share_of(block.down.panels(), thread, pool_.size());
  kernels_.matmul_int8(block.down.view(), down.first, down.last, gate_.data(), ffn_stride_, batch_, x_.data(),
                       x_stride_, true);
  pool_.barrier();
}

}  // namespace stemwright
