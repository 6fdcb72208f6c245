#include "adapter.h"

#include <cmath>
#include <stdexcept>

#include "fingerprint.h"

namespace stemwright {
namespace {

void expect(bool good, const char* what) {
  if (!good) throw std::invalid_argument(std::string("adapter: ") + what);
}

TensorView get(const TensorSource& source, const std::string& name, int rows, int columns) {
  const TensorView t = source(name);
  if (t.float32 == nullptr) throw std::invalid_argument(name + ": wrong element type");
  if (t.rows != static_cast<size_t>(rows) || t.columns != static_cast<size_t>(columns))
    throw std::invalid_argument(name + ": wrong shape");
  return t;
}

size_t arena_bytes(const Config& c, int rank) {
  const size_t block = NarrowMatrix::bytes(3 * rank, c.d_model) +
                       FloatMatrix::bytes(c.query_size() + 2 * c.kv_size(), 3 * rank) +
                       NarrowMatrix::bytes(rank, c.query_size()) + FloatMatrix::bytes(c.d_model, rank);
  return static_cast<size_t>(c.layers) * block;
}

}  // namespace

FloatMatrix::FloatMatrix(Arena& arena, int outputs, int inputs)
    : padded_(round_up(outputs, kPanel)),
      inputs_(inputs),
      weights_(arena.take<float>(weight_count())) {}

size_t FloatMatrix::bytes(int outputs, int inputs) {
  return Arena::size_of(static_cast<size_t>(round_up(outputs, kPanel)) * static_cast<size_t>(inputs) * sizeof(float));
}

void FloatMatrix::fill(int first_output, int first_input, const TensorView& weight, float factor) {
  const size_t inputs = static_cast<size_t>(inputs_);
  for (size_t r = 0; r < weight.rows; ++r) {
    const size_t row = r + static_cast<size_t>(first_output);
    float* to = weights_ + (row / kPanel * inputs + static_cast<size_t>(first_input)) * kPanel + row % kPanel;
    for (size_t k = 0; k < weight.columns; ++k) to[k * kPanel] = weight.float32[r * weight.columns + k] * factor;
  }
}

NarrowMatrix::NarrowMatrix(Arena& arena, int outputs, int inputs)
    : width_(round_up(outputs, kLanes)), inputs_(inputs), weights_(arena.take<float>(weight_count())) {}

size_t NarrowMatrix::bytes(int outputs, int inputs) {
  return Arena::size_of(static_cast<size_t>(round_up(outputs, kLanes)) * static_cast<size_t>(inputs) * sizeof(float));
}

void NarrowMatrix::fill(int first_output, const TensorView& weight) {
  for (size_t r = 0; r < weight.rows; ++r)
    for (size_t k = 0; k < weight.columns; ++k)
      weights_[k * static_cast<size_t>(width_) + static_cast<size_t>(first_output) + r] =
          weight.float32[r * weight.columns + k];
}

Adapter::Adapter(const Config& c, int rank, float strength, const TensorSource& source)
    : rank((expect(rank >= 1 && rank <= kMaxRank, "rank must be 1 to 64"), rank)),
      strength((expect(std::isfinite(strength), "strength must be finite"), strength)),
      arena(arena_bytes(c, rank)) {
  const int q = c.query_size(), kv = c.kv_size();
  const auto put = [&](SideBranch& to, const std::string& name, int output, int input, int outputs, int inputs) {
    // One at a time: a source may hold no more than two tensors.
    to.down.fill(input, get(source, name + ".a", rank, inputs));
    to.up.fill(output, input, get(source, name + ".b", outputs, rank), strength);
  };
  for (int i = 0; i < c.layers; ++i) {
    const std::string name = "blocks." + std::to_string(i) + ".";
    Block b;
    b.qkv.down = NarrowMatrix(arena, 3 * rank, c.d_model);
    b.qkv.up = FloatMatrix(arena, q + 2 * kv, 3 * rank);
    put(b.qkv, name + "q", 0, 0, q, c.d_model);
    put(b.qkv, name + "k", q, rank, kv, c.d_model);
    put(b.qkv, name + "v", q + kv, 2 * rank, kv, c.d_model);
    b.o.down = NarrowMatrix(arena, rank, q);
    b.o.up = FloatMatrix(arena, c.d_model, rank);
    put(b.o, name + "o", 0, 0, c.d_model, q);
    blocks.push_back(b);
  }
}

uint64_t Adapter::fingerprint() const {
  Fingerprint f;
  f.add(static_cast<uint64_t>(rank));
  for (const Block& b : blocks)
    for (const SideBranch* side : {&b.qkv, &b.o}) {
      f.add(side->down.view().weights, side->down.weight_count() * sizeof(float));
      f.add(side->up.view().weights, side->up.weight_count() * sizeof(float));
    }
  return f.value;
}

uint64_t fingerprint(const Model& model, const Adapter* adapter) {
  if (adapter == nullptr) return model.fingerprint();
  Fingerprint f;
  f.add(model.fingerprint());
  f.add(adapter->fingerprint());
  return f.value;
}

}  // namespace stemwright
