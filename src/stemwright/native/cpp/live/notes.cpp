#include "notes.h"

#include <cmath>

namespace stemwright::live {

constexpr std::int32_t kNoteBits = 0x000F7F7F;
constexpr double kLongest = 1e9;

std::string Notes::refuse(const Command& command) const {
  if (command.op == kAllOff) return "";
  if (command.op != kNote) return Node::refuse(command);
  if (command.index < 0 || (command.index & ~kNoteBits) != 0) return "a note's pitch, velocity or channel is out of range";
  if (!(command.value >= 0 && command.value <= kLongest) || command.value != std::floor(command.value)) {
    return "a note's length is not a whole number of samples";
  }
  return command.divisor == 0 ? "" : "a note has no divisor";
}

bool Notes::end_after(const Order& order, std::int64_t sample, std::uint32_t which, Host& host) noexcept {
  if (order.command.value <= 0) return true;
  Order end{};
  end.command.at = sample + static_cast<std::int64_t>(order.command.value);
  end.command.op = kNote;
  end.command.node = tag();
  end.command.index = order.command.index & ~0x7F00;
  end.command.divisor = which;
  end.node = this;
  return host.end_later(end);
}

}  // namespace stemwright::live
