// The Python face of the engine. Checks here keep a kernel from ever seeing a bad size or code; the friendlier
// messages, with names and fixes, are in engine.py.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "arrays.h"
#include "biquads.h"
#include "bounds.h"
#include "cpu.h"
#include "generate.h"
#include "snapshot.h"
#include "oscillators.h"
#include "probes.h"
#include "state.h"

namespace nb = nanobind;

namespace stemwright {
namespace {

constexpr int kMaxThreads = 64;
constexpr int kMaxBatch = 64;

// One tensor at a time: what `fetch(name)` gives is let go as soon as it has been packed.
class Tensors {
 public:
  explicit Tensors(nb::callable fetch) : fetch_(std::move(fetch)) {}

  TensorView operator()(const std::string& name) {
    held_[next_ ^= 1] = fetch_(name);  // a weight is packed together with its scale: two are held
    const nb::handle value = held_[next_];
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

 private:
  nb::callable fetch_;
  nb::object held_[2];
  int next_ = 0;
};

class PyModel {
 public:
  PyModel(const nb::dict& config, nb::callable fetch, const std::string& isa, int threads)
      : kernels_(kernels_for(isa)), threads_(threads) {
    require(threads >= 1 && threads <= kMaxThreads, "threads must be 1 to 64");
    const FloatMode mode;
    Tensors tensors(std::move(fetch));
    model_ = std::make_shared<const Model>(read(config), [&](const std::string& name) { return tensors(name); });
  }

  // The same weights, held once, with a side branch of this rank; `fetch` gives its tensors by name.
  PyModel adapted(int rank, float strength, nb::callable fetch) const {
    const FloatMode mode;
    Tensors tensors(std::move(fetch));
    PyModel copy(*this);
    copy.adapter_ = std::make_shared<const Adapter>(model_->config, rank, strength,
                                                    [&](const std::string& name) { return tensors(name); });
    return copy;
  }

  const std::shared_ptr<const Model>& model() const { return model_; }
  const std::shared_ptr<const Adapter>& adapter() const { return adapter_; }
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
    c.kv_type = nb::cast<std::string>(d["kv_cache"]) == "int8" ? KvType::int8 : KvType::float32;
    c.rope_base = nb::cast<double>(d["rope_base"]);
    c.norm_eps = static_cast<float>(nb::cast<double>(d["norm_eps"]));
    return c;
  }

  std::shared_ptr<const Model> model_;
  std::shared_ptr<const Adapter> adapter_;
  const Kernels& kernels_;
  int threads_;
};

// A state and the right to use it, for as long as a call lasts.
class InUse {
 public:
  explicit InUse(State& state) : lease_(state) {
    if (lease_.busy) throw std::runtime_error("state is in use by another thread");
  }

 private:
  State::Lease lease_;
};

Retention retention_of(int recent, const std::vector<std::pair<int, int>>& spans, int window) {
  Retention retention;
  if (recent == 0) return retention;
  retention.recent = recent;
  for (const auto& [first, last] : spans) retention.spans.push_back({first, last});
  check(retention, window);
  return retention;
}

class PyState {
 public:
  PyState(const PyModel& model, int batch, int recent, const std::vector<std::pair<int, int>>& spans) {
    require(batch >= 1 && batch <= kMaxBatch, "batch must be 1 to 64");
    Retention retention = retention_of(recent, spans, model.model()->config.window);
    state_ = std::make_unique<State>(model.model(), model.kernels(), batch, model.threads(), std::move(retention),
                                     model.adapter());
  }
  explicit PyState(std::unique_ptr<State> state) : state_(std::move(state)) {}

  static PyState restore(const PyModel& model, const nb::bytes& data) {
    return PyState(stemwright::restore(model.model(), model.kernels(), model.threads(), kMaxBatch, data.c_str(), data.size(),
                                       model.adapter()));
  }

  int position() const { return state_->position(); }
  int batch() const { return state_->batch(); }
  State& get() const { return *state_; }

  size_t cache_bytes() const {
    const InUse use(*state_);
    return state_->cache_bytes();
  }

  // tokens [batch][steps][codebooks], features [batch][steps][features]; logits [batch][steps][codebooks][size] or None
  nb::object prefill(const Input<int32_t>& tokens, const Input<float>& features, bool want_logits) {
    const InUse use(*state_);
    const Config& c = state_->model().config;
    const size_t batch = static_cast<size_t>(state_->batch()), codebooks = static_cast<size_t>(c.codebooks);
    require(tokens.ndim() == 3 && tokens.shape(0) == batch && tokens.shape(2) == codebooks, "tokens: wrong shape");
    const size_t steps = tokens.shape(1);
    require(features.ndim() == 3 && features.shape(0) == batch && features.shape(1) == steps &&
                features.shape(2) == static_cast<size_t>(c.features), "features: wrong shape");
    require(steps <= static_cast<size_t>(kMaxPosition - state_->position()), "the context ends at position 1048576");
    for (size_t i = 0; i < tokens.size(); ++i)
      require(tokens.data()[i] >= 0 && tokens.data()[i] <= c.codebook_size, "tokens: a code is out of range");
    nb::object out = nb::none();
    float* logits = nullptr;
    if (want_logits) {
      Output<float> array = new_array<float>({batch, steps, codebooks, static_cast<size_t>(c.codebook_size)});
      logits = array.data();
      out = nb::cast(array);
    }
    const nb::gil_scoped_release released;
    state_->prefill(tokens.data(), features.data(), static_cast<int>(steps), logits);
    return out;
  }

  PyState fork(const std::vector<int>& rows) const {
    const InUse use(*state_);
    require(!rows.empty() && rows.size() <= kMaxBatch, "rows must be 1 to 64");
    for (const int row : rows) require(row >= 0 && row < state_->batch(), "rows: one is out of range");
    return PyState(state_->fork(rows));
  }

  void truncate(int position) {
    const InUse use(*state_);
    require(position >= 0 && position <= state_->position(), "position: out of range");
    require(state_->reaches(position), "position: has left the cache");
    state_->truncate(position);
  }

  nb::bytes save() const {
    const InUse use(*state_);
    const std::vector<char> data = stemwright::save(*state_);
    return nb::bytes(data.data(), data.size());
  }

 private:
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

nb::object py_generate(const PyState& context, const Input<float>& features, int frames, int stop,
                       const Input<uint16_t>& prefix, uint64_t seed, uint32_t layer_id,
                       const std::vector<uint32_t>& takes, float temperature, int top_k, float top_p,
                       const std::optional<Input<float>>& base, float guidance, int guided_codebooks,
                       const nb::object& progress) {
  const InUse use(context.get());
  const Config& c = context.get().model().config;
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
  require(guided_codebooks >= 1, "guided_codebooks: out of range");
  require(!base || 2 * takes.size() <= kMaxBatch, "takes: at most 32 with guidance");
  require(context.batch() == (base ? 2 : 1), "context: wrong number of rows");
  require(context.position() == static_cast<int>(prefix.shape(1)), "context: is not at the end of the prefix");
  Request request;
  request.features = features.data();
  request.base = base ? base->data() : nullptr;
  request.frames = frames;
  request.stop = stop;
  request.prefix = prefix.data();
  request.prefix_frames = static_cast<int>(prefix.shape(1));
  request.drawing = {base.has_value(), guidance, guided_codebooks, seed, layer_id, takes, {temperature, top_k, top_p}};
  Output<uint16_t> codes =
      new_array<uint16_t>({takes.size(), static_cast<size_t>(c.codebooks), static_cast<size_t>(stop)});
  try {
    const nb::gil_scoped_release released;
    generate(context.get(), request, [&](int done) { return report(progress, done); }, codes.data());
  } catch (const Cancelled&) {
    return nb::none();
  }
  return nb::cast(codes);
}

// A layer without an end, made as its features come.
class PyEndless {
 public:
  PyEndless(const PyState& context, uint64_t seed, uint32_t layer_id, uint32_t take, float temperature, int top_k,
            float top_p, bool guided, float guidance, int guided_codebooks) {
    const InUse use(context.get());
    require(temperature >= 0.0f && temperature <= 1e6f && top_k >= 1 && top_p > 0.0f && top_p <= 1.0f, "sampling: out of range");
    require(guidance >= 0.0f && guidance <= 100.0f, "guidance: out of range");
    require(guided_codebooks >= 1, "guided_codebooks: out of range");
    require(context.batch() == (guided ? 2 : 1) && context.position() == 0, "context: is not a new one of one row, or two where guided");
    const int frames = kMaxPosition - context.get().model().config.codebooks;
    const Drawing drawing = {guided, guidance, guided_codebooks, seed, layer_id, {take}, {temperature, top_k, top_p}};
    decoding_ = std::make_unique<Decoding>(context.get(), drawing, frames, nullptr, 0);
  }

  int steps() const { return decoding_->steps(); }

  // features [steps][features], and base where guided; codes [codebooks][frames] that became whole
  Output<uint16_t> advance(const Input<float>& features, const std::optional<Input<float>>& base) {
    const InUse use(decoding_->state());
    const Config& c = decoding_->config();
    const size_t codebooks = static_cast<size_t>(c.codebooks), wide = static_cast<size_t>(c.features);
    require(features.ndim() == 2 && features.shape(1) == wide, "features: wrong shape");
    require(base.has_value() == (decoding_->state().batch() == 2), "base: is for guidance alone, and needed there");
    require(!base || (base->ndim() == 2 && base->shape(0) == features.shape(0) && base->shape(1) == wide), "base: wrong shape");
    const int steps = static_cast<int>(features.shape(0)), first = decoding_->steps();
    require(steps <= kMaxPosition - c.codebooks - first, "the context ends at position 1048576");
    const int whole = std::max(0, first - c.codebooks + 1);  // the frame that comes next
    const int count = std::max(0, first + steps - c.codebooks + 1) - whole;
    Output<uint16_t> codes = new_array<uint16_t>({codebooks, static_cast<size_t>(count)});
    uint16_t* const out = codes.data();
    const float* const rows = features.data();
    const float* const plain = base ? base->data() : nullptr;
    const nb::gil_scoped_release released;
    const Company company;
    for (int s = 0; s < steps; ++s) {
      const size_t row = static_cast<size_t>(s) * wide;
      decoding_->step(rows + row, plain ? plain + row : nullptr);
      const int frame = first + s - c.codebooks + 1;
      if (frame < 0) continue;
      for (int k = 0; k < c.codebooks; ++k)
        out[static_cast<size_t>(k) * static_cast<size_t>(count) + static_cast<size_t>(frame - whole)] = decoding_->code(0, k, frame);
    }
    return codes;
  }

 private:
  std::unique_ptr<Decoding> decoding_;
};

// notes [notes] and, one note after the other, what is theirs (oscillators.h); sound [channels][samples]
Output<float> py_oscillators(const Input<double>& onsets, const Input<int64_t>& firsts, const Input<int32_t>& partials,
                             const Input<int32_t>& frames, const Input<double>& frequencies,
                             const Input<float>& amplitudes, const Input<float>& bends, int channels, int64_t samples,
                             int64_t start, int hop, double gate, const std::string& isa) {
  const Kernels& kernels = kernels_for(isa);
  require(firsts.size() == onsets.size() && partials.size() == onsets.size() && frames.size() == onsets.size(),
          "notes: sizes differ");
  require(channels >= 1 && channels <= kMaxChannels, "channels: not 1 or 2");
  require(samples >= 0 && samples <= kMaxSamples, "samples: out of range");
  // Sizes are copied, for another thread may write to the arrays while no lock is held.
  const std::vector<double> at(onsets.data(), onsets.data() + onsets.size());
  const std::vector<int64_t> first(firsts.data(), firsts.data() + firsts.size());
  const std::vector<int32_t> heights(partials.data(), partials.data() + partials.size());
  const std::vector<int32_t> lengths(frames.data(), frames.data() + frames.size());
  const OscillatorNotes notes = {at.data(), first.data(), heights.data(), lengths.data(), frequencies.data(),
                                 amplitudes.data(), bends.data(), at.size(), frequencies.size(),
                                 amplitudes.size(), bends.size()};
  Output<float> out = new_array<float>({static_cast<size_t>(channels), static_cast<size_t>(samples)});
  float* const data = out.data();
  const nb::gil_scoped_release released;
  render(kernels, notes, {channels, samples, start, hop, gate}, data);
  return out;
}

// sections [S][5], signal [samples] or [samples][channels], state [S][channels][2]; filtered, and the state after
std::pair<Output<double>, Output<double>> py_biquads(const Input<double>& sections, const Input<double>& signal,
                                                     const Input<double>& state) {
  require(sections.ndim() == 2 && sections.shape(1) == 5 && sections.shape(0) <= kMaxSections, "sections: wrong shape");
  require(state.ndim() == 3 && state.shape(0) == sections.shape(0) && state.shape(2) == 2, "state: wrong shape");
  const size_t channels = state.shape(1);
  require((channels == 1 || channels == 2) && signal.ndim() >= 1, "channels: not 1 or 2");
  const size_t samples = signal.shape(0);
  require(signal.size() == samples * channels, "signal: wrong shape");
  Output<double> out = new_array<double>({samples, channels});
  Output<double> after = new_array<double>({state.shape(0), channels, 2});
  std::copy(state.data(), state.data() + state.size(), after.data());
  {
    const nb::gil_scoped_release released;
    biquads(sections.data(), static_cast<int>(sections.shape(0)), static_cast<int>(channels), signal.data(),
            static_cast<int64_t>(samples), after.data(), out.data());
  }
  return {out, after};
}

}  // namespace
}  // namespace stemwright

NB_MODULE(_engine, m) {
  using namespace nb::literals;
  using namespace stemwright;
  m.attr("max_position") = kMaxPosition;
  nb::exception<NotFinite>(m, "NotFinite", PyExc_ArithmeticError);
  nb::exception<NoThreads>(m, "NoThreads", PyExc_RuntimeError);
  m.def("available_isas", &available_isas, "Instruction sets this machine has kernels for, best first.");
  nb::class_<PyModel>(m, "Model")
      .def(nb::init<const nb::dict&, nb::callable, const std::string&, int>(), "config"_a, "fetch"_a, "isa"_a, "threads"_a)
      .def("adapted", &PyModel::adapted, "rank"_a, "strength"_a, "fetch"_a);
  nb::class_<PyState>(m, "State")
      .def(nb::init<const PyModel&, int, int, const std::vector<std::pair<int, int>>&>(), "model"_a, "batch"_a, "recent"_a,
           "spans"_a)
      .def_prop_ro("position", &PyState::position)
      .def_prop_ro("batch", &PyState::batch)
      .def_prop_ro("cache_bytes", &PyState::cache_bytes)
      .def("prefill", &PyState::prefill, "tokens"_a, "features"_a, "logits"_a)
      .def("fork", &PyState::fork, "rows"_a)
      .def("truncate", &PyState::truncate, "position"_a)
      .def("save", &PyState::save)
      .def_static("restore", &PyState::restore, "model"_a, "data"_a);
  m.def("generate", &py_generate, "context"_a, "features"_a, "frames"_a, "stop"_a, "prefix"_a, "seed"_a, "layer_id"_a,
        "takes"_a, "temperature"_a, "top_k"_a, "top_p"_a, "base"_a.none(), "guidance"_a, "guided_codebooks"_a,
        "progress"_a.none());
  nb::class_<PyEndless>(m, "Endless")
      .def(nb::init<const PyState&, uint64_t, uint32_t, uint32_t, float, int, float, bool, float, int>(), "context"_a,
           "seed"_a, "layer_id"_a, "take"_a, "temperature"_a, "top_k"_a, "top_p"_a, "guided"_a, "guidance"_a,
           "guided_codebooks"_a)
      .def_prop_ro("steps", &PyEndless::steps)
      .def("advance", &PyEndless::advance, "features"_a, "base"_a.none());
  m.def("oscillators", &py_oscillators, "onsets"_a, "firsts"_a, "partials"_a, "frames"_a, "frequencies"_a, "amplitudes"_a,
        "bends"_a, "channels"_a, "samples"_a, "start"_a, "hop"_a, "gate"_a, "isa"_a);
  m.def("biquads", &py_biquads, "sections"_a, "signal"_a, "state"_a);
  bind_probes(m);
  bind_bounds(m);
}
