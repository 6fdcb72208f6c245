// The devices in the Python module `_live`, which must know Processor already.
#pragma once

#include <nanobind/nanobind.h>

namespace stemwright::live {

void bind_devices(nanobind::module_& module);

}  // namespace stemwright::live
