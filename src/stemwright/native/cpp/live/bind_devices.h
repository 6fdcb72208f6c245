// The devices in the Python module `_live`. What a graph is derived from must be known there first.
#pragma once

#include <nanobind/nanobind.h>

namespace stemwright::live {

void bind_processor(nanobind::module_& module);
void bind_devices(nanobind::module_& module);

}  // namespace stemwright::live
