// What crosses between Python and the audio thread, as bytes; src/stemwright/native/live_commands.py mirrors it.
#pragma once

#include <atomic>
#include <cstdint>

namespace stemwright::live {

enum Op : std::uint16_t {
  kSet = 1,      // index: parameter, value
  kLaunch = 2,   // index: clip, value: offset in frames, value2 / divisor: period of the loop in frames (0: the clip's)
  kStop = 3,
  kNote = 4,     // index: pitch | velocity << 8 | channel << 16, value: samples until its end (0: a NOTE of velocity 0)
  kMidi = 5,     // index: up to three bytes, the first one lowest
  kPlan = 6,     // index: plan
  kCancel = 7,   // index: ticket
  kRecord = 8,   // index: 1 on, 0 off
  kAllOff = 9,   // a node, or all of them
  kPulse = 10,   // value: level, value2: samples until the held level is back
};

enum Flag : std::uint32_t {
  kOnTime = 1,  // dropped and reported where its sample is over
  kLoop = 2,    // LAUNCH: over and over
  kSoft = 4,    // LAUNCH: fades in
};

enum What : std::uint16_t {
  kApplied = 1,
  kLate = 2,
  kEnded = 3,
  kOverrun = 4,   // value: frames that a recorder lost from `at` on
  kXrun = 5,      // index: how many blocks came too late, value: frames lost
  kDropped = 6,   // index: one of Lost, value: how many
  kRetired = 7,   // index: plan
  kBadInput = 8,  // value: samples of an input that were no numbers, or beyond every level
  kFailed = 9,    // index: one of Failure; a timbre is silent
};

enum Lost : std::int32_t { kLostReports = 1, kLostMidiOut = 2, kLostMidiIn = 3, kLostNotes = 4 };

enum Failure : std::int32_t { kRefused = 1, kNoNumbers = 2 };  // its graph did not run; it gave what is no number

constexpr std::uint16_t kNoNode = 0xFFFF;

struct Command {
  std::int64_t at;
  std::uint16_t op;
  std::uint16_t node;
  std::uint32_t ticket;
  std::int32_t index;
  std::uint32_t flags;
  double value;
  double value2;
  std::uint32_t divisor;
  std::uint32_t unused;
};
static_assert(sizeof(Command) == 48);

struct Report {
  std::int64_t at;
  std::uint16_t what;
  std::uint16_t node;
  std::uint32_t ticket;
  std::int32_t index;
  std::uint32_t op;
  double value;
};
static_assert(sizeof(Report) == 32);

struct MidiRecord {
  std::int64_t sample;
  std::uint16_t port;
  std::uint16_t length;
  std::uint8_t bytes[12];
};
static_assert(sizeof(MidiRecord) == 24);

class Node;

// What the audio thread uses and the control side may free once nothing holds it any more.
struct Held {
  std::atomic<int> holds{0};
  void hold() noexcept { holds.fetch_add(1, std::memory_order_relaxed); }
  bool let_go() noexcept { return holds.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  bool held() const noexcept { return holds.load(std::memory_order_acquire) > 0; }
};

// A command with what it names looked up, as it goes through the ring.
struct Order {
  Command command;
  Node* node;
  Held* object;  // LAUNCH: the clip, PLAN: the plan; held while the order lives
};

}  // namespace stemwright::live
