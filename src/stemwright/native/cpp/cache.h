// The key-value cache of one row: pages that states share until one of them writes.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "model.h"

namespace stemwright {

// What one page holds: for every block and key-value head, kPageSlots keys and values as CacheView describes them.
struct PageShape {
  explicit PageShape(const Config& config);
  int kv_heads, head_dim;
  KvType type;
  size_t head_bytes, page_bytes;

  size_t offset(int layer, int kv_head) const { return static_cast<size_t>(layer * kv_heads + kv_head) * head_bytes; }
};

using Page = Aligned<char>;

class RowCache {
 public:
  // Makes the page of `slot` this row's own: a new one, or a copy where others hold it too. Not thread-safe.
  void own(const PageShape& shape, int slot);
  CacheView view(const PageShape& shape, int layer, int kv_head, int slots) const {
    return {bases_.data(), shape.offset(layer, kv_head), slots, shape.head_dim};
  }
  char* head(const PageShape& shape, int slot, int layer, int kv_head) {
    return pages_[static_cast<size_t>(slot / kPageSlots)]->data() + shape.offset(layer, kv_head);
  }
  const std::vector<std::shared_ptr<Page>>& pages() const { return pages_; }
  void append(std::shared_ptr<Page> page);

 private:
  std::vector<std::shared_ptr<Page>> pages_;
  std::vector<const char*> bases_;
};

// Writes one key and value [head_dim] of one head to a slot; `head` is that head's beginning in the slot's page.
void store(const PageShape& shape, const Kernels& kernels, char* head, int slot, const float* key, const float* value);
// Copies what one slot holds to another.
void move(const PageShape& shape, char* from_head, int from, char* to_head, int to);

}  // namespace stemwright
