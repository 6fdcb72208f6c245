// A column of the launcher: one clip at a time, looping or once.
//
// A launch begins at its very sample, at full level unless it is to be soft; what it replaces fades, and so does what
// is stopped. A loop's period may be a fraction of frames: pass k begins k periods after the first one, rounded, so
// that it never drifts. Where a period is shorter than its clip, the cut end fades over the beginning of the next pass.
#pragma once

#include "clip.h"
#include "node.h"
#include "ramp.h"

namespace stemwright::live {

class Player : public Node {
 public:
  Player(int id, int fade) : Node(id), fade_(fade) {}

  const char* kind() const noexcept override { return "player"; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void leave(std::int64_t sample, Host& host) noexcept override;

 private:
  static constexpr int kFading = 8;

  struct Sounding {
    Clip* clip = nullptr;
    std::uint32_t ticket = 0;
    bool loops = false, soft = false;
    std::int64_t begun = 0;    // when it was launched
    std::int64_t pass = 0;     // where the clip's first frame lies
    std::int64_t next = 0;     // where the next pass begins
    std::int64_t earlier = 0;  // frames of the pass before this one; 0: there was none
    std::int64_t whole = 0, rest = 0, divisor = 1, left = 0;  // the period, and what rounding left over
    std::int64_t faded_from = -1;
  };

  void begin(const Order& order, std::int64_t sample) noexcept;
  void fade(std::int64_t sample) noexcept;
  static void next_pass(Sounding& playing) noexcept;
  bool add(Sounding& playing, const Segment& segment) noexcept;  // false where it is over
  void add_run(const Sounding& playing, const Segment& segment, std::int64_t from, std::int64_t to) noexcept;
  float level(const Sounding& playing, std::int64_t sample) const noexcept;
  void end(Sounding& playing, std::int64_t sample, Host& host) noexcept;

  int fade_;
  Sounding now_;
  Sounding fading_[kFading];
};

}  // namespace stemwright::live
