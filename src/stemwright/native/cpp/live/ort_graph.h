// A graph with one input, one output and a state, run on the calling thread with tensors that were bound before.
#pragma once

#include <string>
#include <vector>

#include "ort_library.h"

namespace stemwright::live::ort {

struct Ends {
  const char* name;
  std::vector<std::int64_t> shape;
};

class StatefulGraph {
 public:
  // `model`: the bytes of an ONNX file that was checked; `state`: how many numbers the tensors `state` and `next` have.
  // std::invalid_argument where it cannot be loaded or does not run; it has run then, and its state is zeros.
  StatefulGraph(const Runtime& runtime, const std::string& model, Ends in, Ends out, std::int64_t state);
  ~StatefulGraph();
  StatefulGraph(const StatefulGraph&) = delete;
  StatefulGraph& operator=(const StatefulGraph&) = delete;

  float* input() noexcept { return in_.data(); }
  const float* output() const noexcept { return out_.data(); }

  // Audio thread: makes the output of the input and moves on. False where ONNX Runtime could not.
  bool run() noexcept;
  void forget() noexcept;  // the state is zeros again

 private:
  Status* step() noexcept;
  Value* bound(std::vector<float>& data, const std::vector<std::int64_t>& shape);
  void release() noexcept;

  const Runtime& runtime_;
  Session* session_ = nullptr;
  std::vector<Value*> values_;
  std::vector<float> in_, out_, states_[2];
  Value *given_ = nullptr, *made_ = nullptr, *state_[2] = {};
  const char* names_[2][2];
  int now_ = 0;  // which state is to be read; the other one is written
};

}  // namespace stemwright::live::ort
