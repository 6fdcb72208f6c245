// Which kernels this machine can run.
#pragma once
#include <string>
#include <vector>

#include "kernels.h"

namespace stemwright {

std::vector<std::string> available_isas();         // best first
const Kernels& kernels_for(const std::string& isa);  // throws std::invalid_argument

// Round to nearest, denormals kept, for the calling thread while it lives.
class FloatMode {
 public:
  FloatMode();
  ~FloatMode();
  FloatMode(const FloatMode&) = delete;
  FloatMode& operator=(const FloatMode&) = delete;

 private:
  unsigned long long saved_;
};

}  // namespace stemwright
