// A few threads that run one function together and meet at barriers.
#pragma once
#include <functional>
#include <memory>
#include <stdexcept>

namespace stemwright {

struct NoThreads : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int size() const { return size_; }
  // Starts the threads, if they have not yet; NoThreads where the machine gives no more.
  void start();
  // Calls work(thread, team) on every thread of the team, the caller being thread 0, and returns when all are done. The
  // team is all threads (`together`) or the caller alone. `work` must not throw.
  void run(bool together, const std::function<void(int thread, int team)>& work);
  // Inside `work`: waits for the whole team.
  void barrier(int team);

 private:
  class Team;
  void leave_behind();

  int size_;
  std::unique_ptr<Team> team_;
};

// The share [first, last) of `count` things that thread `index` of `threads` does.
struct Share {
  int first, last;
};
inline Share share_of(int count, int index, int threads) {
  return {static_cast<int>(static_cast<long>(count) * index / threads),
          static_cast<int>(static_cast<long>(count) * (index + 1) / threads)};
}

}  // namespace stemwright
