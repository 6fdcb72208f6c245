// ONNX Runtime's C interface, of the library that its Python package brings, opened when it is first asked for.
//
// The declarations are those of ONNX Runtime's public header (onnxruntime_c_api.h, MIT, Copyright Microsoft
// Corporation), for the few functions that are used; the interface only grows at its end, so each has kept its place
// since version 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace stemwright::live::ort {

struct Env;
struct Status;
struct MemoryInfo;
struct Session;
struct Value;
struct SessionOptions;

#ifdef _WIN32
#define STEMWRIGHT_ORT __stdcall
#else
#define STEMWRIGHT_ORT
#endif
template <typename Result, typename... Given>
using Call = Result(STEMWRIGHT_ORT*)(Given...);
using Unused = void*;

constexpr int kWarning = 2, kError = 3;       // levels of the log
constexpr int kFloat = 1;                     // the type of a tensor's numbers
constexpr int kDeviceAllocator = 0, kDefaultMemory = 0;
constexpr int kSequential = 0, kAllOptimizations = 99;

struct Api {
  Unused gap0[2];
  Call<const char*, const Status*> error_message;  // 2
  Call<Status*, int, const char*, Env**> create_env;  // 3
  Unused gap4[4];
  Call<Status*, const Env*, const void*, std::size_t, const SessionOptions*, Session**> create_session_from_array;  // 8
  Call<Status*, Session*, const void*, const char* const*, const Value* const*, std::size_t, const char* const*,
       std::size_t, Value**> run;  // 9
  Call<Status*, SessionOptions**> create_session_options;  // 10
  Unused gap11[2];
  Call<Status*, SessionOptions*, int> set_session_execution_mode;  // 13
  Unused gap14[8];
  Call<Status*, SessionOptions*, int> set_session_log_severity_level;  // 22
  Call<Status*, SessionOptions*, int> set_session_graph_optimization_level;  // 23
  Call<Status*, SessionOptions*, int> set_intra_op_num_threads;  // 24
  Call<Status*, SessionOptions*, int> set_inter_op_num_threads;  // 25
  Unused gap26[23];
  Call<Status*, const MemoryInfo*, void*, std::size_t, const std::int64_t*, std::size_t, int, Value**>
      create_tensor_with_data;  // 49
  Unused gap50[19];
  Call<Status*, int, int, MemoryInfo**> create_cpu_memory_info;  // 69
  Unused gap70[22];
  Call<void, Env*> release_env;  // 92
  Call<void, Status*> release_status;  // 93
  Call<void, MemoryInfo*> release_memory_info;  // 94
  Call<void, Session*> release_session;  // 95
  Call<void, Value*> release_value;  // 96
  Unused gap97[3];
  Call<void, SessionOptions*> release_session_options;  // 100
};
static_assert(offsetof(Api, create_tensor_with_data) == 49 * sizeof(void*));
static_assert(offsetof(Api, release_session_options) == 100 * sizeof(void*));

struct Runtime {
  const Api* api = nullptr;
  Env* env = nullptr;
  MemoryInfo* memory = nullptr;
};

// Of the library in this file, once a process; it stays open. std::invalid_argument where it is none.
const Runtime& runtime(const std::string& path);

// std::invalid_argument with what went wrong, where anything did.
void require(const Api& api, Status* status, const std::string& what);

}  // namespace stemwright::live::ort
