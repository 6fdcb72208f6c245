#include "arena.h"

#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace stemwright {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

// From calloc, which takes memory from the system only as it is written to.
Arena::Arena(size_t bytes) : raw_(static_cast<char*>(std::calloc(bytes + kHugePage, 1)), &std::free), left_(bytes) {
  if (!raw_) throw std::bad_alloc();
  const uintptr_t start = (reinterpret_cast<uintptr_t>(raw_.get()) + kHugePage - 1) / kHugePage * kHugePage;
  next_ = reinterpret_cast<char*>(start);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  madvise(next_, bytes, MADV_HUGEPAGE);  // a wish: without it everything works as well, slower
#endif
}

char* Arena::take_bytes(size_t bytes) {
  const size_t size = size_of(bytes);
  if (size > left_) throw std::bad_alloc();
  char* block = next_;
  next_ += size;
  left_ -= size;
  return block;
}

}  // namespace stemwright
