// The Python face of the engine. Checks here keep a kernel from ever seeing a bad size or code; the friendlier
// messages, with names and fixes, are in engine.py.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <stdexcept>

#include "cpu.h"
#include "generate.h"
#include "philox.h"
#include "state.h"

namespace nb = nanobind;

namespace stemwright {
namespace {

template <typename T>
using Input = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <typename T>
using Output = nb::ndarray<nb::numpy, T>;

constexpr int kMaxThreads = 64;
constexpr int kMaxBatch = 64;

void require(bool good, const char* what) {
  if (!good) throw std::invalid_argument(what);
}

template <typename T>
Output<T> new_array(std::vector<size_t> shape) {
  size_t count = 1;
  for (const size_t n : shape) count *= n;
  T* data = new T[count > 0 ? count : 1]();
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return Output<T>(data, shape.size(), shape.data(), owner);
}

class PyModel {
 public:
  PyModel(const nb::dict& config, const nb::dict& tensors, const std::string& isa, int threads)
      : kernels_(kernels_for(isa)), threads_(threads) {
    require(threads >= 1 && threads <= kMaxThreads, "threads must be 1 to 64");
    const FloatMode mode;
    model_ = std::make_shared<const Model>(read(config), [&](const std::string& name) { return find(tensors, name); });
  }

  const std::shared_ptr<const Model>& model() const { return model_; }
  const Kernels& kernels() const { return kernels_; }
  int threads() const { return threads_; }

 private:
  static Config read(const nb::dict& d) {
    Config c;
    const auto whole = [&](const char* name) { return nb::cast<int>(d[name]); };
    c.d_model = whole("d_model");
    c.layers = whole("layers");
    c.heads = whole("heads");
    c.kv_heads = whole("kv_heads");
    c.head_dim = whole("head_dim");
    c.ffn = whole("ffn");
    c.codebooks = whole("codebooks");
    c.codebook_size = whole("codebook_size");
    c.features = whole("features");
    c.window = whole("window");
    c.rope_base = nb::cast<double>(d["rope_base"]);
    c.norm_eps = static_cast<float>(nb::cast<double>(d["norm_eps"]));
    return c;
  }

  static TensorView find(const nb::dict& tensors, const std::string& name) {
    if (!tensors.contains(name.c_str())) throw std::invalid_argument(name + ": missing");
    const nb::handle value = tensors[name.c_str()];
    TensorView view;
    size_t dimensions = 0;
    const auto shape = [&](const auto& array) {
      dimensions = array.ndim();
      view.rows = dimensions > 0 ? array.shape(0) : 0;
      view.columns = dimensions > 1 ? array.shape(1) : 1;
    };
    Input<int8_t> bytes;
    Input<float> floats;
    if (nb::try_cast(value, bytes, false)) {
      view.int8 = bytes.data();
      shape(bytes);
    } else if (nb::try_cast(value, floats, false)) {
      view.float32 = floats.data();
      shape(floats);
    }
    if (dimensions < 1 || dimensions > 2) throw std::invalid_argument(name + ": not a 1- or 2-dimensional int8 or float32 array");
    return view;
  }

  std::shared_ptr<const Model> model_;
  const Kernels& kernels_;
  int threads_;
};

class PyState {
 public:
  PyState(const PyModel& model, int batch) : state_(checked(model, batch)) {}

  int position() const { return state_->position(); }
  int batch() const { return state_->batch(); }

  Output<float> step(const Input<int32_t>& tokens, const Input<float>& features) {
    const Config& c = state_->model().config;
    const size_t batch = static_cast<size_t>(state_->batch()), codebooks = static_cast<size_t>(c.codebooks);
    require(tokens.ndim() == 2 && tokens.shape(0) == batch && tokens.shape(1) == codebooks, "tokens: wrong shape");
    require(features.ndim() == 2 && features.shape(0) == batch &&
                features.shape(1) == static_cast<size_t>(c.features), "features: wrong shape");
    for (size_t i = 0; i < tokens.size(); ++i)
      require(tokens.data()[i] >= 0 && tokens.data()[i] <= c.codebook_size, "tokens: a code is out of range");
    const State::Lease lease(*state_);
    if (lease.busy) throw std::runtime_error("state is in use by another thread");
    require(state_->position() < kMaxPosition, "the state has reached the last position");
    Output<float> out = new_array<float>({batch, codebooks, static_cast<size_t>(c.codebook_size)});
    {
      const nb::gil_scoped_release released;
      state_->step(tokens.data(), features.data(), true);
      const size_t row = codebooks * static_cast<size_t>(c.codebook_size);
      for (int b = 0; b < state_->batch(); ++b)
        std::copy(state_->logits(b), state_->logits(b) + row, out.data() + static_cast<size_t>(b) * row);
    }
    return out;
  }

 private:
  static std::unique_ptr<State> checked(const PyModel& model, int batch) {
    require(batch >= 1 && batch <= kMaxBatch, "batch must be 1 to 64");
    return std::make_unique<State>(model.model(), model.kernels(), batch, model.threads());
  }

  std::unique_ptr<State> state_;
};

// Calls Python's progress; also where Ctrl-C is noticed.
bool report(const nb::object& progress, int frames) {
  const nb::gil_scoped_acquire held;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  if (progress.is_none()) return true;
  const nb::object answer = progress(frames);
  return answer.is_none() || nb::cast<bool>(nb::bool_(answer));
}

nb::object py_generate(const PyModel& model, const Input<float>& features, int frames, int stop,
                       const Input<uint16_t>& prefix, uint64_t seed, uint32_t layer_id,
                       const std::vector<uint32_t>& takes, float temperature, int top_k, float top_p,
                       const std::optional<Input<float>>& base, float guidance, const nb::object& progress) {
  const Config& c = model.model()->config;
  require(frames >= 1 && frames <= kMaxPosition - c.codebooks, "frames: out of range");
  require(stop >= 0 && stop <= frames, "stop: out of range");
  require(features.ndim() == 2 && features.shape(0) == static_cast<size_t>(frames + c.codebooks - 1) &&
              features.shape(1) == static_cast<size_t>(c.features), "features: wrong shape");
  require(prefix.ndim() == 2 && prefix.shape(0) == static_cast<size_t>(c.codebooks) &&
              prefix.shape(1) <= static_cast<size_t>(frames), "prefix: wrong shape");
  for (size_t i = 0; i < prefix.size(); ++i)
    require(prefix.data()[i] < c.codebook_size, "prefix: a code is out of range");
  require(!takes.empty() && takes.size() <= kMaxBatch, "takes: 1 to 64");
  require(temperature >= 0.0f && temperature <= 1e6f && top_k >= 1 && top_p > 0.0f && top_p <= 1.0f, "sampling: out of range");
  require(!base || (base->ndim() == 2 && base->shape(0) == features.shape(0) && base->shape(1) == features.shape(1)),
          "base: wrong shape");
  require(guidance >= 0.0f && guidance <= 100.0f, "guidance: out of range");
  require(!base || 2 * takes.size() <= kMaxBatch, "takes: at most 32 with guidance");
  Request request;
  request.features = features.data();
  request.base = base ? base->data() : nullptr;
  request.guidance = guidance;
  request.frames = frames;
  request.stop = stop;
  request.prefix = prefix.data();
  request.prefix_frames = static_cast<int>(prefix.shape(1));
  request.seed = seed;
  request.layer_id = layer_id;
  request.takes = takes;
  request.sampling = {temperature, top_k, top_p};
  request.threads = model.threads();
  Output<uint16_t> codes =
      new_array<uint16_t>({takes.size(), static_cast<size_t>(c.codebooks), static_cast<size_t>(stop)});
  try {
    const nb::gil_scoped_release released;
    generate(model.model(), model.kernels(), request, [&](int done) { return report(progress, done); }, codes.data());
  } catch (const Cancelled&) {
    return nb::none();
  } catch (const NotFinite&) {
    throw std::overflow_error("a logit is not finite");
  }
  return nb::cast(codes);
}

std::vector<uint32_t> py_philox(const std::vector<uint32_t>& counter, const std::vector<uint32_t>& key) {
  require(counter.size() == 4 && key.size() == 2, "philox: four counter words and two key words");
  const PhiloxCounter out = philox4x32({counter[0], counter[1], counter[2], counter[3]}, {key[0], key[1]});
  return {out.begin(), out.end()};
}

Output<float> py_exp(const Input<float>& values, const std::string& isa) {
  const FloatMode mode;
  const size_t n = values.size();
  Aligned<float> padded(n + kLanes);
  std::copy(values.data(), values.data() + n, padded.data());
  kernels_for(isa).exp_shifted(padded.data(), 0.0f, round_up(static_cast<int>(n), kLanes));
  Output<float> out = new_array<float>({n});
  std::copy(padded.data(), padded.data() + n, out.data());
  return out;
}

Output<float> py_fused(const Input<float>& a, const Input<float>& b, const Input<float>& c, const std::string& isa) {
  require(a.size() == b.size() && a.size() == c.size() && a.size() % kLanes == 0, "fused: sizes");
  const FloatMode mode;
  Output<float> out = new_array<float>({a.size()});
  kernels_for(isa).fused(a.data(), b.data(), c.data(), static_cast<int>(a.size()), out.data());
  return out;
}

Output<float> py_rotary(int position, int head_dim, double base) {
  require(head_dim >= 2 && head_dim % 2 == 0 && position >= 0 && position < kMaxPosition, "rotary: out of range");
  require(base >= 1.0 && base <= 1e6, "rotary: base out of range");
  const size_t pairs = static_cast<size_t>(head_dim / 2);
  const FloatMode mode;
  Output<float> out = new_array<float>({2, pairs});
  Rotary(head_dim, base).at(position, out.data(), out.data() + pairs);
  return out;
}

std::vector<int> py_pick(const Input<float>& logits, float temperature, int top_k, float top_p,
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

}  // namespace
}  // namespace stemwright

NB_MODULE(_engine, m) {
  using namespace nb::literals;
  using namespace stemwright;
  m.attr("max_position") = kMaxPosition;
  m.def("available_isas", &available_isas, "Instruction sets this machine has kernels for, best first.");
  nb::class_<PyModel>(m, "Model").def(nb::init<const nb::dict&, const nb::dict&, const std::string&, int>(), "config"_a,
                                      "tensors"_a, "isa"_a, "threads"_a);
  nb::class_<PyState>(m, "State")
      .def(nb::init<const PyModel&, int>(), "model"_a, "batch"_a, nb::keep_alive<1, 2>())
      .def_prop_ro("position", &PyState::position)
      .def_prop_ro("batch", &PyState::batch)
      .def("step", &PyState::step, "tokens"_a, "features"_a);
  m.def("generate", &py_generate, "model"_a, "features"_a, "frames"_a, "stop"_a, "prefix"_a, "seed"_a, "layer_id"_a,
        "takes"_a, "temperature"_a, "top_k"_a, "top_p"_a, "base"_a.none(), "guidance"_a, "progress"_a.none());
  m.def("philox4x32", &py_philox, "counter"_a, "key"_a);
  m.def("exp", &py_exp, "values"_a, "isa"_a);
  m.def("fused", &py_fused, "a"_a, "b"_a, "c"_a, "isa"_a);
  m.def("rotary", &py_rotary, "position"_a, "head_dim"_a, "base"_a);
  m.def("pick", &py_pick, "logits"_a, "temperature"_a, "top_k"_a, "top_p"_a, "uniforms"_a, "isa"_a);
}
