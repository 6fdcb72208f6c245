// What a personal style adds to a model: low-rank products beside attention's q, k, v and o in every block,
// y = W x + strength * B (A x) (LoRA, arXiv 2106.09685), in float32 beside the int8 weights.
#pragma once
#include <cstdint>
#include <vector>

#include "arena.h"
#include "kernels.h"
#include "model.h"

namespace stemwright {

constexpr int kMaxRank = 64;

// Rows of float weights in panels, zero where none was put.
class FloatMatrix {
 public:
  FloatMatrix() = default;
  FloatMatrix(Arena& arena, int outputs, int inputs);
  static size_t bytes(int outputs, int inputs);  // of an arena
  // Puts `weight`, each number times `factor`, at this output and input.
  void fill(int first_output, int first_input, const TensorView& weight, float factor);
  int panels() const { return padded_ / kPanel; }
  FloatPanels view() const { return {weights_, nullptr, inputs_}; }
  size_t weight_count() const { return static_cast<size_t>(padded_) * static_cast<size_t>(inputs_); }

 private:
  int padded_ = 0, inputs_ = 0;
  float* weights_ = nullptr;
};

// Few rows of float weights, input by input: narrow enough that no panel is worth it.
class NarrowMatrix {
 public:
  NarrowMatrix() = default;
  NarrowMatrix(Arena& arena, int outputs, int inputs);
  static size_t bytes(int outputs, int inputs);  // of an arena
  void fill(int first_output, const TensorView& weight);
  FloatColumns view() const { return {weights_, width_, inputs_}; }
  size_t weight_count() const { return static_cast<size_t>(width_) * static_cast<size_t>(inputs_); }

 private:
  int width_ = 0, inputs_ = 0;
  float* weights_ = nullptr;
};

// One product W of a block and what goes beside it. Of several W one below the other (q, k, v) `down` has their A one
// below the other, and `up` their B on its diagonal, zeros elsewhere.
struct SideBranch {
  NarrowMatrix down;  // A: [ranks, inputs]
  FloatMatrix up;     // strength * B: [outputs, ranks]
};

class Adapter {
 public:
  // Reads tensors blocks.I.X.a [rank, inputs] and blocks.I.X.b [outputs, rank] for X of q, k, v, o; throws
  // std::invalid_argument naming what is wrong. B is kept times `strength`, rounded to float32 once.
  Adapter(const Config& config, int rank, float strength, const TensorSource& source);

  const int rank;
  const float strength;
  Arena arena;
  struct Block {
    SideBranch qkv, o;
  };
  std::vector<Block> blocks;

  int widest() const { return round_up(3 * rank, kLanes); }  // numbers of A x
  uint64_t fingerprint() const;
};

// Of all that decides a bit; `adapter` may be null.
uint64_t fingerprint(const Model& model, const Adapter* adapter);

}  // namespace stemwright
