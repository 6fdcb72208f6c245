// Philox4x32-10 (Salmon et al. 2011): a counter-based generator, checked against the published known answers.
#pragma once
#include <array>
#include <cstdint>

namespace stemwright {

using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

inline PhiloxCounter philox4x32(PhiloxCounter c, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53u} * c[0];
    const uint64_t b = uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return c;
}

// The uniform number in [0, 1) that decides one code: exact in double.
inline double uniform_of(uint64_t seed, uint32_t take, uint32_t layer, uint32_t frame, uint32_t codebook) {
  const PhiloxKey key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  return philox4x32({take, layer, frame, codebook}, key)[0] / 4294967296.0;
}

}  // namespace stemwright
