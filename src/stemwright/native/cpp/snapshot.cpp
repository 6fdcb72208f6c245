#include "snapshot.h"

#include <cstring>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace stemwright {
namespace {

constexpr uint64_t kVersion = 1;
constexpr size_t kMaxSpans = 1 << 16;

class Writer {
 public:
  void word(uint64_t value) {
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
  }
  void raw(const char* data, size_t size) { bytes_.insert(bytes_.end(), data, data + size); }
  std::vector<char> take() { return std::move(bytes_); }

 private:
  std::vector<char> bytes_;
};

class Reader {
 public:
  Reader(const char* data, size_t size) : data_(data), left_(size) {}
  uint64_t word() {
    const char* at = raw(8);
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return value;
  }
  uint64_t word(uint64_t most, const char* what) {
    const uint64_t value = word();
    if (value > most) throw std::invalid_argument(what);
    return value;
  }
  const char* raw(size_t size) {
    if (size > left_) throw std::invalid_argument("ends too early");
    const char* at = data_;
    data_ += size;
    left_ -= size;
    return at;
  }
  size_t left() const { return left_; }

 private:
  const char* data_;
  size_t left_;
};

Retention read_retention(Reader& in, int window) {
  Retention retention;
  retention.recent = static_cast<int>(in.word(static_cast<uint64_t>(window), "retention is not of this window"));
  const uint64_t spans = in.word(kMaxSpans, "has too many spans");
  for (uint64_t i = 0; i < spans; ++i) {
    const int first = static_cast<int>(in.word(kMaxPosition, "has a span out of range"));
    const int last = static_cast<int>(in.word(kMaxPosition, "has a span out of range"));
    retention.spans.push_back({first, last});
  }
  if (retention.recent > 0) check(retention, window);
  return retention;
}

std::vector<std::shared_ptr<Page>> read_pages(Reader& in, uint64_t count, const PageShape& shape) {
  if (in.left() != count * shape.page_bytes) throw std::invalid_argument("has the wrong length");
  std::vector<std::shared_ptr<Page>> pages;
  for (uint64_t i = 0; i < count; ++i) {
    pages.push_back(std::make_shared<Page>(shape.page_bytes));
    std::memcpy(pages.back()->data(), in.raw(shape.page_bytes), shape.page_bytes);
  }
  return pages;
}

}  // namespace

void check(const Retention& retention, int window) {
  if (retention.recent < 1 || retention.recent > window) throw std::invalid_argument("recent: out of range");
  if (retention.spans.size() > kMaxSpans) throw std::invalid_argument("spans: too many");
  int last = 0;
  for (const Span& span : retention.spans) {
    if (span.first < last || span.last <= span.first || span.last > kMaxPosition)
      throw std::invalid_argument("spans: must ascend and not overlap");
    last = span.last;
  }
}

std::vector<char> save(const State& state) {
  std::unordered_map<const Page*, uint64_t> numbers;
  std::vector<const Page*> pages;
  for (const RowCache& row : state.rows())
    for (const auto& page : row.pages())
      if (numbers.emplace(page.get(), pages.size()).second) pages.push_back(page.get());
  Writer out;
  out.word(kVersion);
  out.word(fingerprint(state.model(), state.adapter()));
  const Retention& retention = state.slots().retention();
  out.word(static_cast<uint64_t>(retention.recent));
  out.word(retention.spans.size());
  for (const Span& span : retention.spans) {
    out.word(static_cast<uint64_t>(span.first));
    out.word(static_cast<uint64_t>(span.last));
  }
  out.word(static_cast<uint64_t>(state.position()));
  out.word(static_cast<uint64_t>(state.batch()));
  out.word(pages.size());
  for (const RowCache& row : state.rows()) {
    out.word(row.pages().size());
    for (const auto& page : row.pages()) out.word(numbers.at(page.get()));
  }
  for (const Page* page : pages) out.raw(page->data(), page->size());
  return out.take();
}

std::unique_ptr<State> restore(std::shared_ptr<const Model> model, const Kernels& kernels, int threads, int max_batch,
                               const char* data, size_t size, std::shared_ptr<const Adapter> adapter) {
  Reader in(data, size);
  if (in.word() != kVersion) throw std::invalid_argument("is of another engine version");
  if (in.word() != fingerprint(*model, adapter.get())) throw std::invalid_argument("belongs to other weights");
  const Config& config = model->config;
  const PageShape shape(config);
  Retention retention = read_retention(in, config.window);
  const int position = static_cast<int>(in.word(kMaxPosition, "has a position out of range"));
  const int batch = static_cast<int>(in.word(static_cast<uint64_t>(max_batch), "has too many rows"));
  if (batch < 1) throw std::invalid_argument("has no rows");
  const uint64_t count = in.word(in.left() / shape.page_bytes, "has too few bytes");
  Slots slots(config.window, retention);
  slots.skip_to(position);
  const uint64_t needed = static_cast<uint64_t>(round_up(slots.filled(), kPageSlots) / kPageSlots);
  std::vector<std::vector<uint64_t>> tables(static_cast<size_t>(batch));
  for (auto& table : tables) {
    const uint64_t length = in.word(count, "has a bad page table");
    if (length < needed || length > static_cast<uint64_t>(round_up(config.window, kPageSlots) / kPageSlots))
      throw std::invalid_argument("has a bad page table");
    for (uint64_t i = 0; i < length; ++i) {
      table.push_back(in.word());
      if (table.back() >= count) throw std::invalid_argument("has a bad page table");
    }
  }
  const std::vector<std::shared_ptr<Page>> pages = read_pages(in, count, shape);
  std::vector<RowCache> rows(tables.size());
  for (size_t b = 0; b < tables.size(); ++b)
    for (const uint64_t number : tables[b]) rows[b].append(pages[number]);
  auto state = std::make_unique<State>(std::move(model), kernels, batch, threads, Retention{}, std::move(adapter));
  state->assume(std::move(slots), std::move(rows));
  return state;
}

}  // namespace stemwright
