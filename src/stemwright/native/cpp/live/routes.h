// The short ways: what comes from the device, sums, what goes to the device, and the main.
#pragma once

#include "limiter.h"
#include "node.h"

namespace stemwright::live {

// Two of the device's channels, or one on both sides; may take a constant voltage out.
class Input : public Node {
 public:
  Input(int id, int rate, int left, int right, bool steady);

  const char* kind() const noexcept override { return "input"; }
  void render(const Segment& segment, Host& host) noexcept override;
  void leave(std::int64_t, Host&) noexcept override { before_[0] = before_[1] = held_[0] = held_[1] = 0.0; }

 private:
  int rate_, channels_[2];
  bool steady_;
  double pole_, before_[2] = {}, held_[2] = {};
  std::int64_t told_;
  int bad_ = 0;
};

class Sum : public Node {
 public:
  using Node::Node;
  const char* kind() const noexcept override { return "sum"; }
  bool has_inputs() const noexcept override { return true; }
  void render(const Segment& segment, Host&) noexcept override { mix(segment); }
};

// To two of the device's channels, such as those of headphones.
class Output : public Node {
 public:
  Output(int id, int left, int right) : Node(id), channels_{left, right} {}
  const char* kind() const noexcept override { return "output"; }
  bool has_inputs() const noexcept override { return true; }
  std::uint64_t outputs() const noexcept override;
  void render(const Segment& segment, Host& host) noexcept override;

 private:
  int channels_[2];
};

// To the device's first two channels, limited.
class Main : public Node {
 public:
  Main(int id, int rate) : Node(id), limiter_(rate) {}
  const char* kind() const noexcept override { return "main"; }
  bool has_inputs() const noexcept override { return true; }
  std::uint64_t outputs() const noexcept override { return 3; }
  void render(const Segment& segment, Host& host) noexcept override;
  void leave(std::int64_t, Host&) noexcept override { limiter_.forget(); }

 private:
  Limiter limiter_;
};

// One of the device's channels as a voltage: a level that is held, and pulses.
class Cv : public Node {
 public:
  Cv(int id, int channel) : Node(id), channel_(channel) {}
  const char* kind() const noexcept override { return "cv"; }
  std::uint64_t outputs() const noexcept override { return std::uint64_t{1} << channel_; }
  std::string refuse(const Command& command) const override;
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;

 private:
  float at(std::int64_t sample) const noexcept;

  int channel_;
  double from_ = 0.0, to_ = 0.0, glide_ = 0.0;
  std::int64_t start_ = 0;
  float pulse_ = 0.0f;
  std::int64_t pulse_end_ = 0;
};

}  // namespace stemwright::live
