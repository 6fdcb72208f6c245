#include "cache.h"

#include <cstring>

namespace stemwright {
namespace {

// Keys [kPageSlots / 16][head_dim][16], values [kPageSlots][head_dim], then for int8 a scale for each of either.
template <typename T>
struct HeadPage {
  HeadPage(char* start, int head_dim)
      : dim(head_dim),
        keys(reinterpret_cast<T*>(start)),
        values(keys + kPageSlots * head_dim) {}
  T* key(int slot) { return keys + slot / kLanes * kLanes * dim + slot % kLanes; }  // every kLanes-th element
  T* value(int slot) { return values + slot * dim; }
  float* key_scale(int slot) { return reinterpret_cast<float*>(values + kPageSlots * dim) + slot; }
  float* value_scale(int slot) { return key_scale(slot) + kPageSlots; }

  int dim;
  T *keys, *values;
};

template <typename T>
void put(HeadPage<T> page, int slot, const T* key, const T* value) {
  T* to = page.key(slot);
  for (int j = 0; j < page.dim; ++j) to[j * kLanes] = key[j];
  std::memcpy(page.value(slot), value, sizeof(T) * static_cast<size_t>(page.dim));
}

template <typename T>
void copy(HeadPage<T> from, int slot, HeadPage<T> to, int to_slot) {
  const T* source = from.key(slot);
  T* target = to.key(to_slot);
  for (int j = 0; j < from.dim; ++j) target[j * kLanes] = source[j * kLanes];
  std::memcpy(to.value(to_slot), from.value(slot), sizeof(T) * static_cast<size_t>(from.dim));
}

}  // namespace

PageShape::PageShape(const Config& c) : kv_heads(c.kv_heads), head_dim(c.head_dim), type(c.kv_type) {
  const size_t elements = 2 * static_cast<size_t>(kPageSlots) * static_cast<size_t>(head_dim);
  head_bytes = type == KvType::int8 ? elements + 2 * kPageSlots * sizeof(float) : elements * sizeof(float);
  page_bytes = head_bytes * static_cast<size_t>(kv_heads) * static_cast<size_t>(c.layers);
}

void RowCache::own(const PageShape& shape, int slot) {
  const size_t index = static_cast<size_t>(slot / kPageSlots);
  while (pages_.size() <= index) append(std::make_shared<Page>(shape.page_bytes));
  std::shared_ptr<Page>& page = pages_[index];
  if (page.use_count() == 1) {
    // Another state may just have let go of this page in another thread: its reads come before our writes. To take and
    // drop a reference orders them as a fence would, in a way that ThreadSanitizer understands.
    std::shared_ptr<Page>(page).reset();
    return;
  }
  auto copy = std::make_shared<Page>(shape.page_bytes);
  std::memcpy(copy->data(), page->data(), shape.page_bytes);
  page = std::move(copy);
  bases_[index] = page->data();
}

void RowCache::append(std::shared_ptr<Page> page) {
  bases_.push_back(page->data());
  pages_.push_back(std::move(page));
}

void store(const PageShape& shape, const Kernels& kernels, char* head, int slot, const float* key, const float* value) {
  const int in_page = slot % kPageSlots;
  if (shape.type == KvType::float32) {
    put(HeadPage<float>(head, shape.head_dim), in_page, key, value);
    return;
  }
  HeadPage<int8_t> page(head, shape.head_dim);
  int8_t small[2][kMaxHeadDim];
  kernels.quantise(key, shape.head_dim, small[0], page.key_scale(in_page));
  kernels.quantise(value, shape.head_dim, small[1], page.value_scale(in_page));
  put(page, in_page, small[0], small[1]);
}

void move(const PageShape& shape, char* from_head, int from, char* to_head, int to) {
  from %= kPageSlots;
  to %= kPageSlots;
  if (shape.type == KvType::float32) {
    copy(HeadPage<float>(from_head, shape.head_dim), from, HeadPage<float>(to_head, shape.head_dim), to);
    return;
  }
  HeadPage<int8_t> old_page(from_head, shape.head_dim), new_page(to_head, shape.head_dim);
  copy(old_page, from, new_page, to);
  *new_page.key_scale(to) = *old_page.key_scale(from);
  *new_page.value_scale(to) = *old_page.value_scale(from);
}

}  // namespace stemwright
