// A state as bytes, and back.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "state.h"

namespace stemwright {

// Little-endian words of 8 bytes: version, the fingerprint of model and adapter, retention, position, number of pages, each row's
// pages by number; then the pages, of which one that rows share stands once.
std::vector<char> save(const State& state);

// Throws std::invalid_argument where the bytes are no state of this model, adapter (null: none) and version.
std::unique_ptr<State> restore(std::shared_ptr<const Model> model, const Kernels& kernels, int threads, int max_batch,
                               const char* data, size_t size, std::shared_ptr<const Adapter> adapter = nullptr);

// Throws std::invalid_argument unless the spans ascend within 0..kMaxPosition and 1 <= recent <= window.
void check(const Retention& retention, int window);

}  // namespace stemwright
