#include "ort_library.h"

#include <map>
#include <mutex>
#include <stdexcept>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace stemwright::live::ort {
namespace {

constexpr std::uint32_t kVersion = 12;  // of the interface: more than is used, less than any package that is taken

struct ApiBase {
  Call<const Api*, std::uint32_t> get_api;
  Call<const char*> version;
};
using GetApiBase = Call<const ApiBase*>;

GetApiBase found(const std::string& path) {
#ifdef _WIN32
  HMODULE file = LoadLibraryA(path.c_str());
  return file ? reinterpret_cast<GetApiBase>(GetProcAddress(file, "OrtGetApiBase")) : nullptr;
#else
  void* file = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  return file ? reinterpret_cast<GetApiBase>(dlsym(file, "OrtGetApiBase")) : nullptr;
#endif
}

Runtime opened(const std::string& path) {
  const GetApiBase base = found(path);
  const Api* api = base ? base()->get_api(kVersion) : nullptr;
  if (!api) throw std::invalid_argument("timbre: " + path + " is not ONNX Runtime: install onnxruntime again");
  Runtime made;
  made.api = api;
  require(*api, api->create_env(kError, "stemwright", &made.env), "ONNX Runtime");
  require(*api, api->create_cpu_memory_info(kDeviceAllocator, kDefaultMemory, &made.memory), "ONNX Runtime");
  return made;
}

std::mutex opening;
std::map<std::string, Runtime> runtimes;

}  // namespace

const Runtime& runtime(const std::string& path) {
  const std::lock_guard<std::mutex> guard(opening);
  const auto known = runtimes.find(path);
  return known != runtimes.end() ? known->second : runtimes.emplace(path, opened(path)).first->second;
}

void require(const Api& api, Status* status, const std::string& what) {
  if (!status) return;
  const std::string said = api.error_message(status);
  api.release_status(status);
  throw std::invalid_argument(what + ": " + said.substr(0, 160));
}

}  // namespace stemwright::live::ort
