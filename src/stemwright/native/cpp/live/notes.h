// What nodes have in common that hold notes: ALL_OFF reaches each, whether in the plan or not.
#pragma once

#include "node.h"

namespace stemwright::live {

struct Note {
  int pitch, velocity, channel;
  explicit Note(std::int32_t packed) noexcept
      : pitch(packed & 0x7F), velocity(packed >> 8 & 0x7F), channel(packed >> 16 & 0x0F) {}
};

struct MidiSink;

class Notes : public Node {
 public:
  using Node::Node;
  std::string refuse(const Command& command) const override;
  virtual void all_off(std::int64_t sample, Host& host) noexcept = 0;

  Notes* next = nullptr;  // the one made before it; set before the audio thread knows this one

 protected:
  // Its note ends after as many samples as its command says; false where too many wait for their end.
  bool end_after(const Order& order, std::int64_t sample, std::uint32_t which, Host& host) noexcept;
  static bool is_end(const Order& order) noexcept { return order.command.divisor != 0; }
  static std::uint32_t which(const Order& order) noexcept { return order.command.divisor; }
};

}  // namespace stemwright::live
