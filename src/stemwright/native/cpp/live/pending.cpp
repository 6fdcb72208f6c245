#include "pending.h"

#include <algorithm>

namespace stemwright::live {

Pending::Pending() {
  heap_.resize(kPosted + kSpare + kEnds);  // its pages are there before the audio thread needs them
  heap_.clear();
}

bool Pending::later(const Entry& a, const Entry& b) noexcept {
  if (a.due != b.due) return a.due > b.due;
  if (a.posted != b.posted) return a.posted;
  return a.number > b.number;
}

void Pending::add(const Order& order, std::int64_t due, bool posted) noexcept {
  heap_.push_back({order, due, number_++, posted});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void Pending::post(const Order& order, std::int64_t now) noexcept {
  ++posted_;
  add(order, std::max(order.command.at, now), true);
}

void Pending::pass() noexcept {
  ++posted_;
  leave(1);
}

bool Pending::end_later(const Order& order) noexcept {
  if (heap_.size() - posted_ >= kEnds) return false;
  add(order, order.command.at, false);
  return true;
}

Order Pending::take() noexcept {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  if (entry.posted) leave(1);
  return entry.order;
}

void Pending::leave(std::size_t posted) noexcept {
  posted_ -= posted;
  done_.store(done_.load(std::memory_order_relaxed) + posted, std::memory_order_release);
}

void Pending::rebuild(std::size_t size) noexcept {
  heap_.resize(size);
  std::make_heap(heap_.begin(), heap_.end(), later);
}

}  // namespace stemwright::live
