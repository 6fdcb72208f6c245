// Orders that wait for their sample, on the audio thread; one whose sample is over when it comes is due at once. Equal
// samples: ends of notes first, so that none ends a note that begins there, then as they were posted. Who posts keeps to the limits, by `done`.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "command.h"

namespace stemwright::live {

class Pending {
 public:
  static constexpr std::size_t kPosted = 32768;
  static constexpr std::size_t kSpare = 1024;  // beyond, for what is to hold at once: it finds room when all else waits
  static constexpr std::size_t kEnds = 8192;

  Pending();
  void post(const Order& order, std::int64_t now) noexcept;
  void pass() noexcept;  // an order that was posted and did not have to wait
  bool end_later(const Order& order) noexcept;  // false where too many notes wait for their end
  std::uint64_t done() const noexcept { return done_.load(std::memory_order_acquire); }  // any thread: of all posted
  bool empty() const noexcept { return heap_.empty(); }
  std::int64_t next() const noexcept { return heap_.front().due; }
  Order take() noexcept;

  // Takes posted orders of a ticket out, and gives each to `drop`; how many there were.
  template <typename Drop>
  int cancel(std::uint32_t ticket, const Drop& drop) noexcept {
    const std::size_t before = heap_.size();
    std::size_t kept = 0;
    for (Entry& entry : heap_) {
      if (entry.posted && entry.order.command.ticket == ticket) {
        drop(entry.order);
      } else {
        heap_[kept++] = entry;
      }
    }
    if (kept == before) return 0;
    leave(before - kept);
    rebuild(kept);
    return static_cast<int>(before - kept);
  }

 private:
  struct Entry {
    Order order;
    std::int64_t due;
    std::uint64_t number;
    bool posted;
  };
  static bool later(const Entry& a, const Entry& b) noexcept;
  void add(const Order& order, std::int64_t due, bool posted) noexcept;
  void leave(std::size_t posted) noexcept;
  void rebuild(std::size_t size) noexcept;

  std::vector<Entry> heap_;
  std::uint64_t number_ = 0;
  std::size_t posted_ = 0;
  std::atomic<std::uint64_t> done_{0};
};

}  // namespace stemwright::live
