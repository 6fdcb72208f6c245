// What all nodes of the graph are: they take orders between segments and render one segment after the other.
//
// Nothing in a node may depend on where segments begin, so that all block sizes give equal bytes: what changes does so
// at absolute samples. Everything here but `refuse` is of the audio thread: no locks, no allocation, no throwing.
#pragma once

#include <cstdint>
#include <string>

#include "command.h"
#include "meter.h"

namespace stemwright::live {

constexpr int kSegment = 256;  // frames that a node renders at once, at most
constexpr float kMostLevel = 256.0f;  // nothing gets louder, so that sums stay finite whatever is wired and set

// What a node may ask of the graph.
struct Host {
  virtual void report(What what, std::int64_t at, const Node* node, std::uint32_t ticket, std::int32_t index,
                      double value) noexcept = 0;
  virtual bool end_later(const Order& order) noexcept = 0;

 protected:
  ~Host() = default;
};

struct Segment {
  std::int64_t start;  // its first sample
  int frames;
  const float* const* in;  // the device's inputs from this segment's first frame on; null: silence
  float* const* out;       // the device's outputs; each is written by at most one node
  const Node* const* inputs;
  int count;

  std::int64_t end() const noexcept { return start + frames; }
};

class Node {
 public:
  explicit Node(int id) : id_(id) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  int id() const noexcept { return id_; }
  std::uint16_t tag() const noexcept { return static_cast<std::uint16_t>(id_); }

  // The control side's, of what never changes.
  virtual const char* kind() const noexcept = 0;
  virtual bool has_inputs() const noexcept { return false; }     // whether other nodes may flow into it
  virtual std::uint64_t outputs() const noexcept { return 0; }   // the device's outputs that it writes, a bit each
  virtual std::string refuse(const Command& command) const;      // why it cannot take this; empty where it can

  virtual void render(const Segment& segment, Host& host) noexcept = 0;
  virtual void apply(const Order&, std::int64_t, Host&) noexcept {}  // at this sample, the next to be rendered
  virtual void leave(std::int64_t, Host&) noexcept {}                // no longer in the plan from this sample on

  alignas(64) float sound[2][kSegment] = {};
  Meter meter;
  std::uint64_t mark = 0;  // of the audio thread, when plans are swapped

 protected:
  // `sound` becomes the sum of what flows in, rounded once, in the order of the plan.
  void mix(const Segment& segment) noexcept;

 private:
  int id_;
};

}  // namespace stemwright::live
