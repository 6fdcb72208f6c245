// Decides whether a step runs on all threads or on the caller alone.
//
// When something else keeps a core busy, a team of threads waits at every barrier for the one that is not running, and is
// slower than one thread. Only the clock can tell. Since the number of threads changes no bit, it may change at any
// step: now and then both ways are tried, and the quicker one is kept for a while.
#pragma once
#include <atomic>

namespace stemwright {

// Held by whoever decodes: while several do, each works alone, for the cores are taken. The last one has them all.
class Company {
 public:
  Company() { ++here(); }
  ~Company() { --here(); }
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;
  static bool crowded() { return here() > 1; }

 private:
  static std::atomic<int>& here() {
    static std::atomic<int> count{0};
    return count;
  }
};

class Governor {
 public:
  explicit Governor(int trial) : trial_(trial), left_(trial) {}  // pieces of work in a trial of either way
  // Whether the next piece of work shall run on all threads.
  bool together() const { return together_; }
  // What the piece took, in seconds for one unit of work.
  void took(double seconds);

 private:
  enum class Phase { all, alone, holding };
  void look_back();
  void next_phase();
  void choose();
  void begin(Phase phase, bool together, int pieces);

  static constexpr int kHold = 32, kLongestHold = 1024;   // pieces from one trial to the next
  static constexpr int kStretch = 16;                     // pieces after which a slow stretch is noticed
  static constexpr double kSlow = 1.5;                    // times slower than at the trial: try again at once

  int trial_;
  Phase phase_ = Phase::all;
  bool together_ = true;
  int left_;              // pieces until the phase ends
  double sum_ = 0.0;      // of the pieces counted by count_
  int count_ = 0;         // of this phase; while holding, of this stretch
  double all_ = 0.0, alone_ = 0.0;  // seconds a piece at the last trials
  bool chosen_ = true;              // by the last trial
  int hold_ = kHold;                // doubled each time that a trial changes nothing
};

}  // namespace stemwright
