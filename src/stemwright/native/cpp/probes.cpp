// Single parts of the engine, for the tests.
#include "probes.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "arrays.h"
#include "cpu.h"
#include "governor.h"
#include "memory.h"
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

}  // namespace

void bind_probes(nb::module_& m) {
  using namespace nb::literals;
  m.def("governor", &governor, "trial"_a, "all"_a, "alone"_a);
  m.def("philox4x32", &philox, "counter"_a, "key"_a);
  m.def("exp", &exp, "values"_a, "isa"_a);
  m.def("fused", &fused, "a"_a, "b"_a, "c"_a, "isa"_a);
  m.def("rotary", &rotary, "position"_a, "head_dim"_a, "base"_a);
  m.def("pick", &pick, "logits"_a, "temperature"_a, "top_k"_a, "top_p"_a, "uniforms"_a, "isa"_a);
}

}  // namespace stemwright
