// A number that tells whether two things hold the same bytes: FNV-1a over words of 8 bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stemwright {

struct Fingerprint {
  uint64_t value = 0xCBF29CE484222325u;
  void add(uint64_t word) { value = (value ^ word) * 0x100000001B3u; }
  void add(const void* data, size_t bytes) {
    const char* at = static_cast<const char*>(data);
    add(bytes);
    for (; bytes >= 8; bytes -= 8, at += 8) {
      uint64_t word;
      std::memcpy(&word, at, 8);
      add(word);
    }
    for (; bytes > 0; --bytes) add(static_cast<unsigned char>(*at++));
  }
  template <typename Values>
  void add_all(const Values& values) {
    add(values.data(), values.size() * sizeof(values[0]));
  }
};

}  // namespace stemwright
