#include "bind_devices.h"

NB_MODULE(_live, module) {
  stemwright::live::bind_processor(module);
  stemwright::live::bind_devices(module);
}
