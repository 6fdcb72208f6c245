// NumPy arrays in and out of the Python bindings.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <vector>

namespace stemwright {

template <typename T>
using Input = nanobind::ndarray<const T, nanobind::c_contig, nanobind::device::cpu>;
template <typename T>
using Output = nanobind::ndarray<nanobind::numpy, T>;

inline void require(bool good, const char* what) {
  if (!good) throw std::invalid_argument(what);
}

template <typename T>
Output<T> new_array(const std::vector<size_t>& shape) {
  size_t count = 1;
  for (const size_t n : shape) count *= n;
  T* data = new T[count > 0 ? count : 1]();
  nanobind::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return Output<T>(data, shape.size(), shape.data(), owner);
}

}  // namespace stemwright
