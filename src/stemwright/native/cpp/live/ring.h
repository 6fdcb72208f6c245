// A queue between two threads, one that pushes and one that pops: no locks, no allocation after its making.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace stemwright::live {

template <typename T>
class Ring {
 public:
  // `capacity`: a power of two.
  explicit Ring(std::size_t capacity) : items_(capacity), mask_(capacity - 1) {}

  // For the thread that pushes: how many fit at least.
  std::size_t room() const noexcept {
    return items_.size() - (pushed_.load(std::memory_order_relaxed) - popped_.load(std::memory_order_acquire));
  }

  // The first of them, as many as fit; the other thread sees all of these or none.
  std::size_t push(const T* items, std::size_t count) noexcept {
    count = std::min(count, room());
    const std::size_t pushed = pushed_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i) items_[(pushed + i) & mask_] = items[i];
    pushed_.store(pushed + count, std::memory_order_release);
    return count;
  }
  bool push(const T& item) noexcept { return push(&item, 1) == 1; }

  // For the thread that pops: how many there are at least.
  std::size_t size() const noexcept {
    return pushed_.load(std::memory_order_acquire) - popped_.load(std::memory_order_relaxed);
  }

  std::size_t pop(T* items, std::size_t count) noexcept {
    count = std::min(count, size());
    const std::size_t popped = popped_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i) items[i] = items_[(popped + i) & mask_];
    popped_.store(popped + count, std::memory_order_release);
    return count;
  }
  bool pop(T& item) noexcept { return pop(&item, 1) == 1; }

 private:
  std::vector<T> items_;
  std::size_t mask_;
  alignas(64) std::atomic<std::size_t> pushed_{0};
  alignas(64) std::atomic<std::size_t> popped_{0};
};

}  // namespace stemwright::live
