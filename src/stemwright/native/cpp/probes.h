// Single parts of the engine as functions of the module, for the tests.
#pragma once
#include <nanobind/nanobind.h>

namespace stemwright {

void bind_probes(nanobind::module_& m);

}  // namespace stemwright
