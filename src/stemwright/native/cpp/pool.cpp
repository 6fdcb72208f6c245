#include "pool.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cpu.h"

namespace stemwright {
namespace {

constexpr int kSpins = 200;   // before a waiting thread gives way to others
constexpr int kYields = 500;  // before an idle thread goes to sleep

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

// The threads and what they meet at.
class Pool::Team {
 public:
  explicit Team(int size);
  ~Team() { end(); }
  void run(const std::function<void(int, int)>& work);
  void barrier();
  bool is_here() const { return process_ == getpid(); }

 private:
  void serve(int thread);
  void wait_for_job(unsigned seen);
  void end();

  const int size_;
  const pid_t process_ = getpid();
  const std::function<void(int, int)>* work_ = nullptr;
  std::atomic<unsigned> job_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> phase_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

Pool::Team::Team(int size) : size_(size) {
  try {
    for (int i = 1; i < size_; ++i) threads_.emplace_back([this, i] { serve(i); });
  } catch (const std::exception& error) {  // those that did start must end before their handles go
    end();
    throw NoThreads("the machine gives no " + std::to_string(size_) + " threads (" + error.what() + "): use fewer");
  }
}

void Pool::Team::end() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    ++job_;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pool::Team::run(const std::function<void(int, int)>& work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = &work;
    ++job_;
  }
  wake_.notify_all();
  work(0, size_);
  barrier();
}

void Pool::Team::barrier() {
  const unsigned phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    return;
  }
  for (int spin = 0; phase_.load(std::memory_order_acquire) == phase; ++spin) {
    if (spin < kSpins)
      pause();
    else
      std::this_thread::yield();
  }
}

void Pool::Team::wait_for_job(unsigned seen) {
  for (int spin = 0; spin < kSpins + kYields; ++spin) {
    if (job_.load(std::memory_order_acquire) != seen) return;
    if (spin < kSpins)
      pause();
    else
      std::this_thread::yield();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait(lock, [this, seen] { return job_.load(std::memory_order_acquire) != seen; });
}

void Pool::Team::serve(int thread) {
  const FloatMode mode;
  for (unsigned seen = 0;;) {
    wait_for_job(seen);
    seen = job_.load(std::memory_order_acquire);
    if (stop_) return;
    (*work_)(thread, size_);
    barrier();
  }
}

Pool::Pool(int threads) : size_(threads) {}

Pool::~Pool() { leave_behind(); }

// A process that was forked off has the team's memory but not its threads: to wait for them would be for ever.
void Pool::leave_behind() {
  if (team_ && !team_->is_here()) team_.release();
}

void Pool::start() {
  leave_behind();
  if (!team_ && size_ > 1) team_ = std::make_unique<Team>(size_);
}

void Pool::run(bool together, const std::function<void(int, int)>& work) {
  if (size_ == 1 || !together) {
    work(0, 1);
    return;
  }
  start();
  team_->run(work);
}

void Pool::barrier(int team) {
  if (team > 1) team_->barrier();
}

}  // namespace stemwright
