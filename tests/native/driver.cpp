// Does all that the engine offers, without Python: for other processors under an emulator, and for sanitizers.
// Reads a model and what to do with it from a file; writes what came out as named arrays (tests/native/driver.py).
// Usage: engine_driver ISA THREADS IN OUT
#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "cpu.h"
#include "driver_arrays.h"
#include "driver_oscillators.h"
#include "generate.h"
#include "snapshot.h"
#include "state.h"

using namespace stemwright;

namespace {

constexpr int kLast = 45;        // a step after the cache has gone round twice
constexpr int kGuided = 24;      // frames that are made with guidance
constexpr int kDamaged = 100;    // saved states that are damaged and read

using Arrays = std::map<std::string, Array>;
using Logits = std::vector<float>;

size_t size(int n) { return static_cast<size_t>(n); }

// With `norm`, every norm has these weights instead of its own.
std::shared_ptr<const Model> read_model(const Arrays& arrays, KvType cache, const Logits* norm = nullptr) {
  const int32_t* n = arrays.at("config").as<int32_t>();
  Config c;
  int* const fields[] = {&c.d_model, &c.layers, &c.heads, &c.kv_heads, &c.head_dim, &c.ffn, &c.codebooks,
                         &c.codebook_size, &c.features, &c.window};
  for (int* field : fields) *field = *n++;
  c.kv_type = cache;
  return std::make_shared<const Model>(c, [&](const std::string& name) {
    const Array& a = arrays.at(name);
    TensorView view;
    if (a.type == "int8") view.int8 = a.as<int8_t>();
    if (a.type == "float32") view.float32 = a.as<float>();
    view.rows = a.rows;
    view.columns = a.columns;
    if (norm != nullptr && name.find("norm") != std::string::npos) view.float32 = norm->data();
    return view;
  });
}

class Driver {
 public:
  Driver(const Arrays& in, KvType cache, const Kernels& kernels, int threads)
      : in_(in),
        cache_(cache),
        model_(read_model(in, cache)),
        kernels_(kernels),
        threads_(threads),
        steps_(static_cast<int>(in.at("tokens").rows)),
        frames_(steps_ - model_->config.codebooks + 1),
        row_(size(model_->config.codebooks * model_->config.codebook_size)) {}

  void write_all(std::ostream& out) const {
    const auto write = [&](const char* name, const auto& values, size_t columns) {
      write_array(out, (cache_ == KvType::int8 ? "int8." : "float32.") + std::string(name), values, columns);
    };
    write("steps", in_steps(), row_);
    write("prefill", in_chunks(steps_), row_);
    write("chunks", in_chunks(7), row_);
    write("forked", forked(), row_);
    write("neighbours", neighbours(), row_);
    write("truncated", truncated(), row_);
    write("restored", restored(), row_);
    write("kept", kept(), row_);
    write("codes", codes(0, frames_, 1.0f, {1}), size(frames_));
    write("continued", codes(20, frames_, 1.0f, {1}), size(frames_));
    write("guided", codes(0, kGuided, 2.5f, {2, 1}), size(kGuided));
    write("adapted", adapted(), row_);
    write("damaged", damaged(), 2);
    write("overflows", overflows(), 1);
  }

 private:
  std::unique_ptr<State> state(int batch = 1, Retention retention = {}) const {
    return std::make_unique<State>(model_, kernels_, batch, threads_, std::move(retention));
  }

  // Steps [first, last) of every row of a state with the same input; adds the last row's logits to `made`.
  void step(State& s, int first, int last, Logits& made, const char* tokens = "tokens") const {
    for (int i = first; i < last; ++i) {
      std::vector<int32_t> codes;
      Logits features;
      for (int b = 0; b < s.batch(); ++b) {
        append(codes, in_.at(tokens), i);
        append(features, in_.at("features"), i);
      }
      s.step(codes.data(), features.data());
      made.insert(made.end(), s.logits(s.batch() - 1), s.logits(s.batch() - 1) + row_);
    }
  }
  template <typename T>
  static void append(std::vector<T>& to, const Array& from, int row) {
    const T* data = from.row<T>(size(row));
    to.insert(to.end(), data, data + from.columns);
  }

  Logits in_steps() const {
    Logits made;
    step(*state(), 0, steps_, made);
    return made;
  }

  Logits in_chunks(int chunk) const {
    const auto s = state();
    Logits made(size(steps_) * row_);
    for (int first = 0; first < steps_; first += chunk)
      s->prefill(in_.at("tokens").row<int32_t>(size(first)), in_.at("features").row<float>(size(first)),
                 std::min(chunk, steps_ - first), made.data() + size(first) * row_);
    return made;
  }

  // A fork goes its own way; then the state it came from goes on as if nothing had been.
  Logits forked() const {
    Logits made, elsewhere;
    const auto s = state();
    step(*s, 0, 30, made);
    step(*s->fork({0, 0}), 30, kLast, elsewhere, "other_tokens");
    step(*s, 30, kLast, made);
    made.insert(made.end(), elsewhere.begin(), elsewhere.end());
    return made;
  }

  // Two forks of one state, in two threads at once: pages are shared until either writes to them.
  Logits neighbours() const {
    Logits before, made, other;
    auto s = state();
    step(*s, 0, 10, before);
    const auto one = s->fork({0}), two = s->fork({0});
    s.reset();
    std::thread beside([&] { step(*two, 10, 25, other, "other_tokens"); });
    step(*one, 10, 25, made);
    beside.join();
    made.insert(made.end(), other.begin(), other.end());
    return made;
  }

  Logits truncated() const {
    Logits before, made;
    const auto s = state();
    step(*s, 0, model_->config.window - 2, before, "other_tokens");
    s->truncate(0);
    step(*s, 0, model_->config.window, before);
    s->truncate(12);
    step(*s, 12, kLast, made);
    return made;
  }

  Logits restored() const {
    Logits before, made;
    const auto s = state(2);
    step(*s, 0, 30, before);
    const std::vector<char> bytes = save(*s);
    step(*restore(model_, kernels_, threads_, 2, bytes.data(), bytes.size()), 30, kLast, made);
    return made;
  }

  Retention retention() const {
    const Array& spans = in_.at("spans");
    Retention retention;
    retention.recent = *in_.at("recent").as<int32_t>();
    for (size_t i = 0; i < spans.rows; ++i)
      retention.spans.push_back({spans.row<int32_t>(i)[0], spans.row<int32_t>(i)[1]});
    return retention;
  }

  Logits kept() const {
    Logits made;
    step(*state(1, retention()), 0, steps_, made);
    return made;
  }

  // With a side branch: a step at a time, then the same prefilled, saved on the way.
  Logits adapted() const {
    const auto side = std::make_shared<const Adapter>(
        model_->config, static_cast<int>(in_.at("blocks.0.q.a").rows), 0.75f, [&](const std::string& name) {
          const Array& a = in_.at(name);
          return TensorView{nullptr, a.as<float>(), a.rows, a.columns};
        });
    Logits made;
    const auto steps = std::make_unique<State>(model_, kernels_, 1, threads_, Retention{}, side);
    step(*steps, 0, 30, made);
    const std::vector<char> bytes = save(*steps);
    const auto s = restore(model_, kernels_, threads_, 1, bytes.data(), bytes.size(), side);
    Logits after(size(steps_ - 30) * row_);
    s->prefill(in_.at("tokens").row<int32_t>(30), in_.at("features").row<float>(30), steps_ - 30, after.data());
    made.insert(made.end(), after.begin(), after.end());
    return made;
  }

  // The first `stop` frames of a layer; the first `prefix` of these are given, in the array "prefix".
  std::vector<uint16_t> codes(int prefix, int stop, float guidance, std::vector<uint32_t> takes) const {
    const Config& c = model_->config;
    std::vector<uint16_t> given;
    for (int k = 0; k < c.codebooks; ++k) {
      const uint16_t* row = in_.at("prefix").row<uint16_t>(size(k));
      given.insert(given.end(), row, row + prefix);
    }
    const auto context = state(guidance == 1.0f ? 1 : 2);
    for (int s = 0; s < prefix; ++s) {
      std::vector<int32_t> heard;
      for (int k = 0; k < c.codebooks; ++k)
        heard.push_back(s <= k ? c.codebook_size : given[size(k * prefix + s - 1 - k)]);
      context->prefill(heard.data(), in_.at("features").row<float>(size(s)), 1, nullptr);
    }
    Request request;
    request.features = in_.at("features").as<float>();
    request.base = guidance == 1.0f ? nullptr : in_.at("base").as<float>();
    request.frames = frames_;
    request.stop = stop;
    request.prefix = given.data();
    request.prefix_frames = prefix;
    const Sampling sampling = {0.9f, 64, 1.0f};
    request.drawing = {guidance != 1.0f, guidance, 65535, (uint64_t{1} << 63) + 5, 9, std::move(takes), sampling};
    std::vector<uint16_t> made(request.drawing.takes.size() * size(c.codebooks * stop));
    generate(*context, request, [](int) { return true; }, made.data());
    return made;
  }

  // Saved states with bytes changed or missing are refused, or give a state that can be used: [restored, refused].
  std::vector<int32_t> damaged() const {
    Logits before;
    const auto s = state(2, retention());
    step(*s, 0, 30, before);
    const std::vector<char> whole = save(*s);
    std::vector<int32_t> counts = {0, 0};
    uint32_t random = 1;
    const auto draw = [&](size_t below) { return (random = random * 1664525u + 1013904223u) / 256 % below; };
    for (int i = 0; i < kDamaged; ++i) {
      std::vector<char> bytes = whole;
      for (size_t n = draw(3) + 1; n > 0; --n) {
        const size_t at = draw(draw(2) == 0 ? 256 : bytes.size());
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << draw(8)));
      }
      if (draw(4) == 0) bytes.resize(draw(bytes.size()));
      ++counts[usable(bytes) ? 0 : 1];
    }
    return counts;
  }

  bool usable(const std::vector<char>& bytes) const {
    try {
      const auto s = restore(model_, kernels_, threads_, 8, bytes.data(), bytes.size());
      Logits ignored;
      if (s->position() < kMaxPosition) step(*s->fork({0}), 5, 6, ignored);
      if (s->reaches(s->position() / 2)) s->truncate(s->position() / 2);
      save(*s);
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  }

  // Weights whose products are too large for a float: noticed, whatever the cache makes of them. [whether it was]
  std::vector<int32_t> overflows() const {
    const Logits huge(size(model_->config.d_model), 1e38f);
    Driver other(in_, cache_, kernels_, threads_);
    other.model_ = read_model(in_, cache_, &huge);
    other.in_chunks(9);
    try {
      other.codes(0, frames_, 1.0f, {1});
      return {0};
    } catch (const NotFinite&) {
      return {1};
    }
  }

  const Arrays& in_;
  KvType cache_;
  std::shared_ptr<const Model> model_;
  const Kernels& kernels_;
  int threads_, steps_, frames_;
  size_t row_;  // logits of one row
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const Arrays in = read_arrays(argv[3]);
  std::ofstream out(argv[4], std::ios::binary);
  for (const KvType cache : {KvType::float32, KvType::int8})
    Driver(in, cache, kernels_for(argv[1]), std::stoi(argv[2])).write_all(out);
  OscillatorDriver(in, kernels_for(argv[1])).write_all(out);
  return out.good() ? 0 : 1;
}
