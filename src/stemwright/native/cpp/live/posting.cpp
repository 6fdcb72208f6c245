// Commands are checked on Python's side of the ring: the audio thread takes what comes.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "graph.h"

namespace stemwright::live {

namespace {
constexpr std::int64_t kMostSample = std::int64_t{1} << 60;
constexpr std::uint32_t kMostTicket = 0x7FFFFFFF;

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

void check_common(const Command& command) {
  if (command.op < kSet || command.op > kPulse) refuse("op " + std::to_string(command.op) + " is not known");
  if (command.at > kMostSample) refuse("its sample lies beyond 2^60");
  if (command.ticket > kMostTicket) refuse("its ticket lies beyond 2^31 - 1");
  if ((command.flags & ~std::uint32_t{kOnTime | kLoop | kSoft}) != 0) refuse("a flag is not known");
  if (!std::isfinite(command.value) || !std::isfinite(command.value2)) refuse("a value is not a finite number");
}
}  // namespace

void Graph::check_launch(const Command& command, const Clip& clip) const {
  const double frames = static_cast<double>(clip.frames());
  const double period = command.value2 / std::max(command.divisor, 1u);
  const bool given = (command.flags & kLoop) != 0 && command.value2 > 0;
  if (command.value >= (given ? period : frames)) refuse("the offset lies beyond the clip or its period");
}

Order Graph::order(const Command& command) {
  check_common(command);
  Order made{command, nullptr, nullptr};
  if (command.op == kCancel) {
    if (command.index < 1) refuse("the ticket to cancel is not from 1 on");
    return made;
  }
  if (command.op == kPlan) {
    const auto found = plans_.find(command.index);
    const bool over = found == plans_.end() || (found->second->posted && !found->second->held());
    if (over) refuse("plan " + std::to_string(command.index) + " is not there, or retired");
    made.object = found->second.get();
    return made;
  }
  if (command.op == kAllOff && command.node == kNoNode) return made;
  if (command.node >= nodes_.size()) refuse("node " + std::to_string(command.node) + " is not there");
  made.node = nodes_[command.node].get();
  const std::string why = made.node->refuse(command);
  if (!why.empty()) refuse("node " + std::to_string(command.node) + ": " + why);
  if (command.op == kLaunch) {
    Clip& launched = clip(command.index);
    check_launch(command, launched);
    made.object = &launched;
  }
  return made;
}

std::size_t Graph::post(const Command* commands, std::size_t count) {
  std::vector<Order> orders;
  for (std::size_t i = 0; i < count; ++i) {
    try {
      orders.push_back(order(commands[i]));
    } catch (const std::invalid_argument& error) {
      refuse("command " + std::to_string(i) + ": " + error.what());
    }
  }
  count = audio_.room_for(orders.data(), count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!orders[i].object) continue;
    orders[i].object->hold();
    if (orders[i].command.op == kPlan) static_cast<Plan*>(orders[i].object)->posted = true;
  }
  audio_.post(orders.data(), count);
  return count;
}

}  // namespace stemwright::live
