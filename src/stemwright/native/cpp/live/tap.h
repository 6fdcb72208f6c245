// A recorder's tap: what flows in flows out, and from RECORD on goes into a ring that Python reads.
#pragma once

#include <atomic>
#include <vector>

#include "node.h"

namespace stemwright::live {

class Tap : public Node {
 public:
  Tap(int id, int rate, std::int64_t frames);

  const char* kind() const noexcept override { return "tap"; }
  bool has_inputs() const noexcept override { return true; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void leave(std::int64_t sample, Host& host) noexcept override;

  // Control side.
  std::int64_t waiting() const noexcept;
  void read(float* to, std::int64_t frames) noexcept;  // of those waiting, pairs of left and right

 private:
  void stop(Host& host) noexcept;
  void tell(Host& host, std::int64_t frames) noexcept;

  std::int64_t rate_, size_;
  std::vector<float> ring_;
  bool recording_ = false;
  std::int64_t lost_ = 0, lost_from_ = 0;
  alignas(64) std::atomic<std::int64_t> written_{0};
  alignas(64) std::atomic<std::int64_t> read_{0};
};

}  // namespace stemwright::live
