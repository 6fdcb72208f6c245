// Runs the engine without Python: reads a model and a request from a file, writes logits and codes. The Arm test builds
// it with a cross compiler and runs it under an emulator.
// Usage: engine_driver ISA THREADS IN OUT
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cpu.h"
#include "generate.h"
#include "state.h"

using namespace stemwright;

namespace {

struct Tensor {
  std::string type;
  size_t rows, columns;
  std::vector<char> bytes;
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
};

// Each tensor: a line "name type rows columns", its bytes, a newline.
std::map<std::string, Tensor> read(const char* path) {
  const std::map<std::string, size_t> sizes = {{"int8", 1}, {"int32", 4}, {"float32", 4}};
  std::ifstream in(path, std::ios::binary);
  std::map<std::string, Tensor> tensors;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    Tensor t;
    words >> name >> t.type >> t.rows >> t.columns;
    t.bytes.resize(t.rows * t.columns * sizes.at(t.type));
    in.read(t.bytes.data(), static_cast<std::streamsize>(t.bytes.size()));
    in.get();
    tensors[name] = std::move(t);
  }
  return tensors;
}

Config read_config(const Tensor& t) {
  const int32_t* n = t.as<int32_t>();
  Config c;
  int* const fields[] = {&c.d_model, &c.layers, &c.heads, &c.kv_heads, &c.head_dim, &c.ffn, &c.codebooks,
                         &c.codebook_size, &c.features, &c.window};
  for (int* field : fields) *field = *n++;
  return c;
}

template <typename T>
void write(std::ofstream& out, const T* data, size_t count) {
  out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(count * sizeof(T)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const Kernels& kernels = kernels_for(argv[1]);
  const int threads = std::stoi(argv[2]);
  const std::map<std::string, Tensor> tensors = read(argv[3]);
  const Config config = read_config(tensors.at("config"));
  const auto model = std::make_shared<const Model>(config, [&](const std::string& name) {
    const Tensor& t = tensors.at(name);
    TensorView view;
    (t.type == "int8" ? view.int8 = t.as<int8_t>() : nullptr);
    (t.type == "float32" ? view.float32 = t.as<float>() : nullptr);
    view.rows = t.rows;
    view.columns = t.columns;
    return view;
  });
  const Tensor& tokens = tensors.at("tokens");
  const float* features = tensors.at("features").as<float>();
  std::ofstream out(argv[4], std::ios::binary);
  State state(model, kernels, 1, threads);
  for (size_t s = 0; s < tokens.rows; ++s) {
    state.step(tokens.as<int32_t>() + s * tokens.columns, features + s * static_cast<size_t>(config.features));
    write(out, state.logits(0), static_cast<size_t>(config.codebooks * config.codebook_size));
  }
  Request request;
  request.features = features;
  request.frames = request.stop = static_cast<int>(tokens.rows) - config.codebooks + 1;
  request.seed = (uint64_t{1} << 63) + 5;
  request.layer_id = 9;
  request.takes = {1};
  std::vector<uint16_t> codes(static_cast<size_t>(config.codebooks * request.frames));
  generate(State(model, kernels, 1, threads), request, [](int) { return true; }, codes.data());
  write(out, codes.data(), codes.size());
  return out.good() ? 0 : 1;
}
