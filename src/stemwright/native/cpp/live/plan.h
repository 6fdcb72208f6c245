// A plan: which node hears which, in the order of rendering.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "node.h"

namespace stemwright::live {

struct Step {
  Node* node;
  std::vector<const Node*> inputs;
};

struct Plan : Held {
  int id = 0;
  bool posted = false;  // of the control side: it is freed once it was posted and nothing holds it
  std::vector<Step> steps;
};

// What Python gives for one step: a node, and those that flow into it.
using Wire = std::pair<int, std::vector<int>>;

// std::invalid_argument where a node is not there, comes twice or before what flows into it, hears nothing by its
// kind, or writes a device's output that another one writes.
std::vector<Step> wired(const std::vector<Wire>& wires, const std::vector<std::unique_ptr<Node>>& nodes);

}  // namespace stemwright::live
