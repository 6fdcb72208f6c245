#include "pool.h"

#include <string>

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

void Pool::start() {
  if (!threads_.empty()) return;
  try {
    while (static_cast<int>(threads_.size()) < size_ - 1)
      threads_.emplace_back([this, i = static_cast<int>(threads_.size()) + 1] { serve(i); });
  } catch (const std::exception& error) {  // those that did start must end before their handles go
    end();
    stop_ = false;
    job_ = 0;
    throw NoThreads("the machine gives no " + std::to_string(size_) + " threads (" + error.what() + "): use fewer");
  }
}

void Pool::end() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    ++job_;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::run(bool together, const std::function<void(int, int)>& work) {
  if (size_ == 1 || !together) {
    work(0, 1);
    return;
  }
  start();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = &work;
    ++job_;
  }
  wake_.notify_all();
  work(0, size_);
  barrier(size_);
}

void Pool::barrier(int team) {
  if (team == 1) return;
  const unsigned phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == team) {
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

void Pool::wait_for_job(unsigned seen) {
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

void Pool::serve(int thread) {
  const FloatMode mode;
  for (unsigned seen = 0;;) {
    wait_for_job(seen);
    seen = job_.load(std::memory_order_acquire);
    if (stop_) return;
    (*work_)(thread, size_);
    barrier(size_);
  }
}

}  // namespace stemwright
