// The weights of one performer, packed for the kernels, and the shape they belong to.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "arena.h"
#include "kernels.h"
#include "memory.h"
#include "rotary.h"

namespace stemwright {

constexpr int kMaxHeadDim = 512;

struct Config {
  int d_model = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0;
  int codebooks = 0, codebook_size = 0, features = 0, window = 0;
  KvType kv_type = KvType::float32;
  double rope_base = 10000.0;
  float norm_eps = 1e-5f;

  int query_size() const { return heads * head_dim; }
  int kv_size() const { return kv_heads * head_dim; }
  int vocabulary() const { return codebook_size + 1; }  // the last row is "empty"
  void check() const;                                   // throws std::invalid_argument
};

// A tensor as it comes from a bundle: row-major, 1 or 2 dimensions.
struct TensorView {
  const int8_t* int8 = nullptr;
  const float* float32 = nullptr;
  size_t rows = 0, columns = 0;
};
using TensorSource = std::function<TensorView(const std::string& name)>;

// Rows of int8 weights in panels, gathered from one or more tensors one below the other.
class Int8Matrix {
 public:
  Int8Matrix() = default;
  Int8Matrix(Arena& arena, int outputs, int inputs);
  static size_t bytes(int outputs, int inputs);  // of an arena
  void fill(int first_row, const TensorView& weight, const TensorView& scale);
  int panels() const { return round_up(outputs_, kPanel) / kPanel; }
  int padded() const { return round_up(outputs_, kPanel); }
  Int8Panels view() const { return {weights_, scales_, inputs_}; }
  size_t weight_count() const { return static_cast<size_t>(padded()) * static_cast<size_t>(inputs_); }

 private:
  int outputs_ = 0, inputs_ = 0;
  int8_t* weights_ = nullptr;
  float* scales_ = nullptr;
};

struct Block {
  std::vector<float> norm1, norm2;
  Int8Matrix qkv, o, gate, up, down;
};

struct Embedding {
  std::vector<int8_t> rows;  // [vocabulary][d_model]
  std::vector<float> scales;
};

class Model {
 public:
  Model(const Config& config, const TensorSource& source);  // throws std::invalid_argument naming the tensor

  const Config config;
  Arena arena;  // what follows points into it, in the order in which a step reads it
  std::vector<Embedding> embeddings;
  float *condition, *condition_bias;  // panels
  std::vector<Block> blocks;
  std::vector<float> norm;
  Int8Matrix heads;  // all codebooks, one below the other
  Rotary rotary;

  // Of everything that decides a bit, so that a saved state is refused by another model.
  uint64_t fingerprint() const;
  FloatPanels condition_view() const { return {condition, condition_bias, config.features}; }
};

}  // namespace stemwright
