// What this machine allows, as functions of the module, for the benchmarks.
#pragma once
#include <nanobind/nanobind.h>

namespace stemwright {

void bind_bounds(nanobind::module_& m);

}  // namespace stemwright
