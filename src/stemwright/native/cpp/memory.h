// A zeroed, 64-byte aligned array; large ones take memory only as they are written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace stemwright {

template <typename T>
class Aligned {
 public:
  Aligned() = default;
  explicit Aligned(size_t size) : raw_(std::calloc(size * sizeof(T) + 64, 1), &std::free), size_(size) {
    if (!raw_) throw std::bad_alloc();
    const uintptr_t address = (reinterpret_cast<uintptr_t>(raw_.get()) + 63) / 64 * 64;
    data_ = reinterpret_cast<T*>(address);
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<void, void (*)(void*)> raw_{nullptr, &std::free};
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace stemwright
