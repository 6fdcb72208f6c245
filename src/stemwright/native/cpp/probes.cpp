// Single parts of the engine, for the tests.
#include "probes.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <optional>

#include "arrays.h"
#include "cpu.h"
#include "governor.h"
#include "memory.h"
#include "model.h"
#include "philox.h"
#include "rotary.h"
#include "sampler.h"

namespace nb = nanobind;

namespace stemwright {
namespace {

std::vector<uint32_t> philox(const std::vector<uint32_t>& counter, const std::vector<uint32_t>& key) {
  require(counter.size() == 4 && key.size() == 2, "philox: four counter words and two key words");
  const PhiloxCounter out = philox4x32({counter[0], counter[1], counter[2], counter[3]}, {key[0], key[1]});
  return {out.begin(), out.end()};
}

Output<float> exp(const Input<float>& values, const std::string& isa) {
  const FloatMode mode;
  const size_t n = values.size();
  Aligned<float> padded(n + kLanes);
  std::copy(values.data(), values.data() + n, padded.data());
  kernels_for(isa).exp_shifted(padded.data(), 0.0f, round_up(static_cast<int>(n), kLanes));
  Output<float> out = new_array<float>({n});
  std::copy(padded.data(), padded.data() + n, out.data());
  return out;
}

Output<float> fused(const Input<float>& a, const Input<float>& b, const Input<float>& c, const std::string& isa) {
  require(a.size() == b.size() && a.size() == c.size() && a.size() % kLanes == 0, "fused: sizes");
  const FloatMode mode;
  Output<float> out = new_array<float>({a.size()});
  kernels_for(isa).fused(a.data(), b.data(), c.data(), static_cast<int>(a.size()), out.data());
  return out;
}

Output<float> rotary(int position, int head_dim, double base) {
  require(head_dim >= 2 && head_dim % 2 == 0 && position >= 0 && position < kMaxPosition, "rotary: out of range");
  require(base >= 1.0 && base <= 1e6, "rotary: base out of range");
  const size_t pairs = static_cast<size_t>(head_dim / 2);
  const FloatMode mode;
  Output<float> out = new_array<float>({2, pairs});
  Rotary(head_dim, base).at(position, out.data(), out.data() + pairs);
  return out;
}

std::vector<int> pick(const Input<float>& logits, float temperature, int top_k, float top_p,
                      const Input<double>& uniforms, const std::string& isa) {
  require(logits.ndim() == 1 && logits.size() >= 2 && logits.size() <= 65535, "logits: wrong shape");
  require(temperature >= 0.0f && top_k >= 1 && top_p > 0.0f && top_p <= 1.0f, "sampling: out of range");
  const FloatMode mode;
  Sampler sampler(kernels_for(isa), static_cast<int>(logits.size()));
  std::vector<int> picked;
  for (size_t i = 0; i < uniforms.size(); ++i)
    picked.push_back(sampler.pick(logits.data(), {temperature, top_k, top_p}, uniforms.data()[i]));
  return picked;
}

// What a governor decides about pieces that would take `all[i]` seconds together and `alone[i]` alone.
std::vector<bool> governor(int trial, const std::vector<double>& all, const std::vector<double>& alone) {
  require(trial >= 1 && all.size() == alone.size(), "governor: sizes");
  Governor g(trial);
  std::vector<bool> decided;
  for (size_t i = 0; i < all.size(); ++i) {
    decided.push_back(g.together());
    g.took(decided.back() ? all[i] : alone[i]);
  }
  return decided;
}

// onto + in . weights^T * scales: weights [outputs, inputs], scales [outputs], in [rows, inputs], onto [rows, outputs]
Output<float> matmul_int8(const Input<int8_t>& weights, const Input<float>& scales, const Input<float>& in,
                          const std::optional<Input<float>>& onto, const std::string& isa) {
  require(weights.ndim() == 2 && scales.ndim() == 1 && in.ndim() == 2, "matmul_int8: dimensions");
  const size_t outputs = weights.shape(0), inputs = weights.shape(1), rows = in.shape(0);
  require(scales.size() == outputs && in.shape(1) == inputs, "matmul_int8: sizes");
  require(!onto || (onto->ndim() == 2 && onto->shape(0) == rows && onto->shape(1) == outputs), "matmul_int8: onto");
  const FloatMode mode;
  Arena arena(Int8Matrix::bytes(static_cast<int>(outputs), static_cast<int>(inputs)));
  Int8Matrix matrix(arena, static_cast<int>(outputs), static_cast<int>(inputs));
  matrix.fill(0, {weights.data(), nullptr, outputs, inputs}, {nullptr, scales.data(), outputs, 1});
  const size_t stride = static_cast<size_t>(matrix.padded());
  Aligned<float> padded(rows * stride);
  for (size_t b = 0; onto && b < rows; ++b)
    std::copy_n(onto->data() + b * outputs, outputs, padded.data() + b * stride);
  kernels_for(isa).matmul_int8(matrix.view(), 0, matrix.panels(), in.data(), static_cast<int>(inputs),
                               static_cast<int>(rows), padded.data(), static_cast<int>(stride), onto.has_value());
  Output<float> out = new_array<float>({rows, outputs});
  for (size_t b = 0; b < rows; ++b) std::copy_n(padded.data() + b * stride, outputs, out.data() + b * outputs);
  return out;
}

nb::tuple quantise(const Input<float>& values, const std::string& isa) {
  require(values.size() % kLanes == 0, "quantise: size");
  const FloatMode mode;
  Output<int8_t> out = new_array<int8_t>({values.size()});
  float scale = 0.0f;
  kernels_for(isa).quantise(values.data(), static_cast<int>(values.size()), out.data(), &scale);
  return nb::make_tuple(out, scale);
}

// Keys and values [slots, head_dim] of one key-value head, laid out in pages.
class Pages {
 public:
  Pages(KvType type, size_t slots, size_t head_dim)
      : slots_(static_cast<int>(slots)), head_dim_(static_cast<int>(head_dim)) {
    require(slots >= 1 && slots <= kMaxPosition, "attend: slots");
    require(head_dim >= kLanes && head_dim <= 512 && head_dim % kLanes == 0, "attend: head_dim");
    const size_t bytes = kOffset + page_head_bytes(type, head_dim_);
    for (int slot = 0; slot < slots_; slot += kPageSlots) {
      memory_.emplace_back(bytes);
      std::fill_n(memory_.back().data(), bytes, '\xff');  // not numbers, where no slot is filled
      pages_.push_back(memory_.back().data());
    }
  }

  template <typename T>
  void fill(const T* keys, const T* values) {
    const size_t size = static_cast<size_t>(head_dim_);
    for (size_t slot = 0; slot < static_cast<size_t>(slots_); ++slot) {
      T* page = at<T>(slot);
      const size_t in_page = slot % kPageSlots;
      T* block = page + in_page / kLanes * size * kLanes + in_page % kLanes;
      for (size_t j = 0; j < size; ++j) block[j * kLanes] = keys[slot * size + j];
      std::copy_n(values + slot * size, size, page + (kPageSlots + in_page) * size);
    }
  }

  void fill_scales(const float* keys, const float* values) {
    for (size_t slot = 0; slot < static_cast<size_t>(slots_); ++slot) {
      float* scales = reinterpret_cast<float*>(at<int8_t>(slot) + 2 * kPageSlots * head_dim_);
      scales[slot % kPageSlots] = keys[slot];
      scales[kPageSlots + slot % kPageSlots] = values[slot];
    }
  }

  CacheView view() const { return {pages_.data(), kOffset, slots_, head_dim_}; }

 private:
  static constexpr size_t kOffset = 64;

  template <typename T>
  T* at(size_t slot) {
    return reinterpret_cast<T*>(memory_[slot / kPageSlots].data() + kOffset);
  }

  int slots_, head_dim_;
  std::vector<Aligned<char>> memory_;
  std::vector<const char*> pages_;
};

template <typename T>
void check_attend(const Input<float>& query, const Input<T>& keys, const Input<T>& values) {
  require(query.ndim() == 2 && keys.ndim() == 2 && values.ndim() == 2 && query.shape(0) >= 1, "attend: dimensions");
  require(query.shape(1) == keys.shape(1) && values.shape(0) == keys.shape(0) && values.shape(1) == keys.shape(1),
          "attend: sizes");
}

using Attend = void (*)(const CacheView& cache, const float* query, int heads, float* scores, float* out);

Output<float> run_attend(Attend attend, const Pages& pages, const Input<float>& query) {
  const FloatMode mode;
  const CacheView view = pages.view();
  Aligned<float> scores(query.shape(0) * static_cast<size_t>(round_up(view.slots, 2 * kLanes)));
  Output<float> out = new_array<float>({query.shape(0), query.shape(1)});
  attend(view, query.data(), static_cast<int>(query.shape(0)), scores.data(), out.data());
  return out;
}

Output<float> attend_float(const Input<float>& query, const Input<float>& keys, const Input<float>& values,
                           const std::string& isa) {
  check_attend(query, keys, values);
  Pages pages(KvType::float32, keys.shape(0), keys.shape(1));
  pages.fill(keys.data(), values.data());
  return run_attend(kernels_for(isa).attend_float, pages, query);
}

Output<float> attend_int8(const Input<float>& query, const Input<int8_t>& keys, const Input<float>& key_scales,
                          const Input<int8_t>& values, const Input<float>& value_scales, const std::string& isa) {
  check_attend(query, keys, values);
  require(key_scales.size() == keys.shape(0) && value_scales.size() == keys.shape(0), "attend: scales");
  Pages pages(KvType::int8, keys.shape(0), keys.shape(1));
  pages.fill(keys.data(), values.data());
  pages.fill_scales(key_scales.data(), value_scales.data());
  return run_attend(kernels_for(isa).attend_int8, pages, query);
}

}  // namespace

void bind_probes(nb::module_& m) {
  using namespace nb::literals;
  m.def("governor", &governor, "trial"_a, "all"_a, "alone"_a);
  m.def("philox4x32", &philox, "counter"_a, "key"_a);
  m.def("exp", &exp, "values"_a, "isa"_a);
  m.def("fused", &fused, "a"_a, "b"_a, "c"_a, "isa"_a);
  m.def("rotary", &rotary, "position"_a, "head_dim"_a, "base"_a);
  m.def("pick", &pick, "logits"_a, "temperature"_a, "top_k"_a, "top_p"_a, "uniforms"_a, "isa"_a);
  m.def("matmul_int8", &matmul_int8, "weights"_a, "scales"_a, "rows"_a, "onto"_a.none(), "isa"_a);
  m.def("quantise", &quantise, "values"_a, "isa"_a);
  m.def("attend_float", &attend_float, "query"_a, "keys"_a, "values"_a, "isa"_a);
  m.def("attend_int8", &attend_int8, "query"_a, "keys"_a, "key_scales"_a, "values"_a, "value_scales"_a, "isa"_a);
}

}  // namespace stemwright
