#include "ort_graph.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace stemwright::live::ort {

namespace {
constexpr int kWarmUp = 4;  // runs after which ONNX Runtime's arena has all that it needs

std::size_t count(const std::vector<std::int64_t>& shape) {
  return static_cast<std::size_t>(
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<std::int64_t>()));
}

Session* opened(const Runtime& runtime, const std::string& model) {
  const Api& api = *runtime.api;
  SessionOptions* options = nullptr;
  require(api, api.create_session_options(&options), "timbre");
  Session* session = nullptr;
  Status* status = api.set_session_execution_mode(options, kSequential);
  if (!status) status = api.set_intra_op_num_threads(options, 1);
  if (!status) status = api.set_inter_op_num_threads(options, 1);
  if (!status) status = api.set_session_log_severity_level(options, kError);
  if (!status) status = api.set_session_graph_optimization_level(options, kAllOptimizations);
  if (!status) status = api.create_session_from_array(runtime.env, model.data(), model.size(), options, &session);
  api.release_session_options(options);
  require(api, status, "timbre: its graph cannot be loaded");
  return session;
}
}  // namespace

StatefulGraph::StatefulGraph(const Runtime& runtime, const std::string& model, Ends in, Ends out, std::int64_t state)
    : runtime_(runtime), in_(count(in.shape)), out_(count(out.shape)), names_{{in.name, "state"}, {out.name, "next"}} {
  session_ = opened(runtime, model);
  try {
    given_ = bound(in_, in.shape);
    made_ = bound(out_, out.shape);
    for (int i = 0; i < 2; ++i) {
      states_[i].resize(static_cast<std::size_t>(state));
      state_[i] = bound(states_[i], {1, state});
    }
    for (int i = 0; i < kWarmUp; ++i) require(*runtime_.api, step(), "timbre: its graph does not run");
  } catch (...) {
    release();
    throw;
  }
  forget();
}

StatefulGraph::~StatefulGraph() { release(); }

void StatefulGraph::release() noexcept {
  for (Value* value : values_) runtime_.api->release_value(value);
  runtime_.api->release_session(session_);
}

Value* StatefulGraph::bound(std::vector<float>& data, const std::vector<std::int64_t>& shape) {
  Value* made = nullptr;
  require(*runtime_.api,
          runtime_.api->create_tensor_with_data(runtime_.memory, data.data(), data.size() * sizeof(float), shape.data(),
                                                shape.size(), kFloat, &made),
          "timbre");
  values_.push_back(made);
  return made;
}

Status* StatefulGraph::step() noexcept {
  const Value* given[2] = {given_, state_[now_]};
  Value* made[2] = {made_, state_[1 - now_]};
  Status* status = runtime_.api->run(session_, nullptr, names_[0], given, 2, names_[1], 2, made);
  now_ = 1 - now_;
  return status;
}

bool StatefulGraph::run() noexcept {
  Status* status = step();
  if (!status) return true;
  runtime_.api->release_status(status);
  return false;
}

void StatefulGraph::forget() noexcept {
  for (auto& state : states_) std::fill(state.begin(), state.end(), 0.0f);
  std::fill(in_.begin(), in_.end(), 0.0f);
  std::fill(out_.begin(), out_.end(), 0.0f);
  now_ = 0;
}

}  // namespace stemwright::live::ort
