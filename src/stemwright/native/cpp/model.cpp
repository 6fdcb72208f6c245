#include "model.h"

#include <stdexcept>

#include "fingerprint.h"

namespace stemwright {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

void expect(bool good, const char* what) {
  if (!good) refuse(std::string("config: ") + what);
}

TensorView get(const TensorSource& source, const std::string& name, bool int8, int rows, int columns) {
  const TensorView t = source(name);
  if ((int8 ? t.int8 == nullptr : t.float32 == nullptr)) refuse(name + ": wrong element type");
  if (t.rows != static_cast<size_t>(rows) || t.columns != static_cast<size_t>(columns)) refuse(name + ": wrong shape");
  return t;
}

std::vector<float> floats(const TensorSource& source, const std::string& name, int n) {
  const TensorView t = get(source, name, false, n, 1);
  return std::vector<float>(t.float32, t.float32 + n);
}

void fill(Int8Matrix& matrix, int first_row, const TensorSource& source, const std::string& name, int rows, int inputs) {
  matrix.fill(first_row, get(source, name + ".weight", true, rows, inputs),
              get(source, name + ".scale", false, rows, 1));
}

Int8Matrix matrix(Arena& arena, const TensorSource& source, const std::string& name, int rows, int inputs) {
  Int8Matrix m(arena, rows, inputs);
  fill(m, 0, source, name, rows, inputs);
  return m;
}

size_t arena_bytes(const Config& c) {
  const size_t width = static_cast<size_t>(round_up(c.d_model, kPanel)) * sizeof(float);
  const size_t condition = Arena::size_of(width * static_cast<size_t>(c.features)) + Arena::size_of(width);
  const size_t block = Int8Matrix::bytes(c.query_size() + 2 * c.kv_size(), c.d_model) +
                       Int8Matrix::bytes(c.d_model, c.query_size()) + 2 * Int8Matrix::bytes(c.ffn, c.d_model) +
                       Int8Matrix::bytes(c.d_model, c.ffn);
  return condition + static_cast<size_t>(c.layers) * block +
         Int8Matrix::bytes(c.codebooks * c.codebook_size, c.d_model);
}

Block block(Arena& arena, const TensorSource& source, const std::string& name, const Config& c) {
  Block b;
  b.norm1 = floats(source, name + "norm1.weight", c.d_model);
  b.norm2 = floats(source, name + "norm2.weight", c.d_model);
  b.qkv = Int8Matrix(arena, c.query_size() + 2 * c.kv_size(), c.d_model);
  fill(b.qkv, 0, source, name + "q", c.query_size(), c.d_model);
  fill(b.qkv, c.query_size(), source, name + "k", c.kv_size(), c.d_model);
  fill(b.qkv, c.query_size() + c.kv_size(), source, name + "v", c.kv_size(), c.d_model);
  b.o = matrix(arena, source, name + "o", c.d_model, c.query_size());
  b.gate = matrix(arena, source, name + "gate", c.ffn, c.d_model);
  b.up = matrix(arena, source, name + "up", c.ffn, c.d_model);
  b.down = matrix(arena, source, name + "down", c.d_model, c.ffn);
  return b;
}

}  // namespace

// The bounds of models/architecture.py once more, for sums of sizes must not overflow whoever gives them.
void Config::check() const {
  expect(d_model >= 16 && d_model <= 8192 && d_model % 16 == 0, "d_model must be a multiple of 16, 16 to 8192");
  expect(layers >= 1 && layers <= 128, "layers must be 1 to 128");
  expect(heads >= 1 && heads <= 128, "heads must be 1 to 128");
  expect(kv_heads >= 1 && kv_heads <= heads && heads % kv_heads == 0, "kv_heads must divide heads");
  expect(head_dim >= 16 && head_dim <= kMaxHeadDim && head_dim % 16 == 0, "head_dim must be a multiple of 16, 16 to 512");
  expect(ffn >= 16 && ffn <= 65536 && ffn % 16 == 0, "ffn must be a multiple of 16, 16 to 65536");
  expect(codebooks >= 1 && codebooks <= 32, "codebooks must be 1 to 32");
  expect(codebook_size >= 2 && codebook_size <= 65535, "codebook_size must be 2 to 65535");
  expect(features >= 1 && features <= 65536, "features must be 1 to 65536");
  expect(window >= 1 && window <= kMaxPosition, "window must be 1 to 1048576");
  expect(rope_base >= 1.0 && rope_base <= 1e6, "rope_base must be 1 to 1e6");
  expect(norm_eps >= 1e-12f && norm_eps <= 1.0f, "norm_eps must be 1e-12 to 1");
}

namespace {

void add(Fingerprint& f, const Int8Matrix& m) {
  const Int8Panels panels = m.view();
  f.add(panels.weights, m.weight_count());
  f.add(panels.scales, static_cast<size_t>(m.padded()) * sizeof(float));
}

}  // namespace

Int8Matrix::Int8Matrix(Arena& arena, int outputs, int inputs)
    : outputs_(outputs),
      inputs_(inputs),
      weights_(arena.take<int8_t>(weight_count())),
      scales_(arena.take<float>(static_cast<size_t>(padded()))) {}

size_t Int8Matrix::bytes(int outputs, int inputs) {
  const size_t padded = static_cast<size_t>(round_up(outputs, kPanel));
  return Arena::size_of(padded * static_cast<size_t>(inputs)) + Arena::size_of(padded * sizeof(float));
}

void Int8Matrix::fill(int first_row, const TensorView& weight, const TensorView& scale) {
  const size_t inputs = static_cast<size_t>(inputs_);
  for (size_t r = 0; r < weight.rows; ++r) {
    const size_t row = r + static_cast<size_t>(first_row);
    int8_t* to = weights_ + row / kPanel * inputs * kPanel + row % kPanel;
    for (size_t k = 0; k < inputs; ++k) to[k * kPanel] = weight.int8[r * inputs + k];
    scales_[row] = scale.float32[r];
  }
}

Model::Model(const Config& c, const TensorSource& source)
    : config((c.check(), c)),
      arena(arena_bytes(c)),
      norm(floats(source, "norm.weight", c.d_model)),
      rotary(c.head_dim, c.rope_base) {
  for (int k = 0; k < c.codebooks; ++k) {
    const std::string name = "embed." + std::to_string(k);
    const TensorView rows = get(source, name + ".weight", true, c.vocabulary(), c.d_model);
    Embedding e;
    e.rows.assign(rows.int8, rows.int8 + rows.rows * rows.columns);
    e.scales = floats(source, name + ".scale", c.vocabulary());
    embeddings.push_back(std::move(e));
  }
  const TensorView weight = get(source, "cond.weight", false, c.d_model, c.features);
  const TensorView bias = get(source, "cond.bias", false, c.d_model, 1);
  const size_t padded = static_cast<size_t>(round_up(c.d_model, kPanel)), inputs = weight.columns;
  condition = arena.take<float>(padded * inputs);
  condition_bias = arena.take<float>(padded);
  for (size_t r = 0; r < weight.rows; ++r) {
    for (size_t k = 0; k < inputs; ++k)
      condition[(r / kPanel * inputs + k) * kPanel + r % kPanel] = weight.float32[r * inputs + k];
    condition_bias[r] = bias.float32[r];
  }
  for (int i = 0; i < c.layers; ++i) blocks.push_back(block(arena, source, "blocks." + std::to_string(i) + ".", c));
  heads = Int8Matrix(arena, c.codebooks * c.codebook_size, c.d_model);
  for (int k = 0; k < c.codebooks; ++k)
    fill(heads, k * c.codebook_size, source, "heads." + std::to_string(k), c.codebook_size, c.d_model);
}

uint64_t Model::fingerprint() const {
  Fingerprint f;
  const Config& c = config;
  for (const int n : {c.d_model, c.layers, c.heads, c.kv_heads, c.head_dim, c.ffn, c.codebooks, c.codebook_size, c.features,
                      c.window, static_cast<int>(c.kv_type)})
    f.add(static_cast<uint64_t>(n));
  f.add(&c.rope_base, sizeof c.rope_base);
  f.add(&c.norm_eps, sizeof c.norm_eps);
  for (const Embedding& e : embeddings) {
    f.add_all(e.rows);
    f.add_all(e.scales);
  }
  const size_t outputs = static_cast<size_t>(round_up(c.d_model, kPanel)) * sizeof(float);
  f.add(condition, outputs * static_cast<size_t>(c.features));
  f.add(condition_bias, outputs);
  for (const Block& b : blocks) {
    f.add_all(b.norm1);
    f.add_all(b.norm2);
    for (const Int8Matrix* m : {&b.qkv, &b.o, &b.gate, &b.up, &b.down}) add(f, *m);
  }
  f.add_all(norm);
  add(f, heads);
  return f.value;
}

}  // namespace stemwright
