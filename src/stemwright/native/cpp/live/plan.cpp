#include "plan.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace stemwright::live {

namespace {
constexpr std::size_t kMostInputs = 256;

[[noreturn]] void refuse(int node, const std::string& why) {
  throw std::invalid_argument("plan: node " + std::to_string(node) + " " + why);
}

class Wiring {
 public:
  explicit Wiring(const std::vector<std::unique_ptr<Node>>& nodes) : nodes_(nodes), there_(nodes.size()) {}

  Step step(const Wire& wire) {
    const auto& [id, inputs] = wire;
    Node* node = find(id, id);
    if (there_[id]) refuse(id, "comes twice");
    if (!inputs.empty() && !node->has_inputs()) refuse(id, std::string("is a ") + node->kind() + ", which hears nothing");
    if (inputs.size() > kMostInputs) refuse(id, "hears more than 256 nodes");
    Step made{node, {}};
    for (const int input : inputs) {
      const Node* from = find(input, id);
      if (!there_[input]) refuse(id, "comes before node " + std::to_string(input) + ", which it hears");
      if (std::find(made.inputs.begin(), made.inputs.end(), from) != made.inputs.end()) {
        refuse(id, "hears node " + std::to_string(input) + " twice");
      }
      made.inputs.push_back(from);
    }
    take_outputs(*node);
    there_[id] = true;
    return made;
  }

 private:
  Node* find(int id, int named) const {
    if (id >= 0 && static_cast<std::size_t>(id) < nodes_.size()) return nodes_[id].get();
    if (id == named) refuse(id, "is not there");
    refuse(named, "hears node " + std::to_string(id) + ", which is not there");
  }

  void take_outputs(const Node& node) {
    for (int output = 0; output < 64; ++output) {
      if (!(node.outputs() >> output & 1)) continue;
      if (owners_[output] >= 0) {
        const std::string other = std::to_string(owners_[output]);
        refuse(node.id(), "writes output " + std::to_string(output) + ", as node " + other + " does");
      }
      owners_[output] = node.id();
    }
  }

  const std::vector<std::unique_ptr<Node>>& nodes_;
  std::vector<bool> there_;
  std::vector<int> owners_ = std::vector<int>(64, -1);
};
}  // namespace

std::vector<Step> wired(const std::vector<Wire>& wires, const std::vector<std::unique_ptr<Node>>& nodes) {
  Wiring wiring(nodes);
  std::vector<Step> steps;
  for (const Wire& wire : wires) steps.push_back(wiring.step(wire));
  return steps;
}

}  // namespace stemwright::live
