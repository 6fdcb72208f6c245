// A channel of the mixer: what flows in, high-passed, low-passed, with its gain, mute and balance.
#pragma once

#include "filter.h"
#include "node.h"

namespace stemwright::live {

class Strip : public Node {
 public:
  enum Parameter { kGain, kPan, kMute, kLowPass, kHighPass, kParameters };

  Strip(int id, int rate, int fade);

  const char* kind() const noexcept override { return "strip"; }
  bool has_inputs() const noexcept override { return true; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void leave(std::int64_t sample, Host& host) noexcept override;

 private:
  int rate_;
  Ramp gain_, pan_, open_;
  Filter high_pass_, low_pass_;
};

}  // namespace stemwright::live
