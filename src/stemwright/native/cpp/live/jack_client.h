// A client of a JACK server that outlives the server without harm.
//
// libjack has one state for a whole process. Where a client is opened after the server died, or threw one of ours out,
// it frees all clients that are still there, and whoever closes one of these later frees it twice. So before one is
// opened, those that are gone are closed here.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "jack_library.h"

namespace stemwright::live {

struct JackPort {
  std::string name;
  bool midi, input, physical;  // input: what can be connected to
};

class JackClient {
 public:
  // `server`: "" for JACK's default one. `gone`: called once, from a thread of libjack's or from the next constructor.
  // DeviceError: no JACK, no server that takes a client.
  JackClient(const std::string& name, const std::string& server, std::function<void(const char* reason)> gone);
  ~JackClient() { close(); }
  JackClient(const JackClient&) = delete;
  JackClient& operator=(const JackClient&) = delete;

  const jack::Library& jack() const { return jack_; }
  jack::Client* get() const;  // DeviceError where it is closed
  bool alive() const { return alive_.load(std::memory_order_acquire); }
  std::vector<JackPort> ports() const;  // none once the server is gone
  void close();

 private:
  static void close_those_gone();
  void lose(const char* reason);

  const jack::Library& jack_;
  jack::Client* client_ = nullptr;
  std::function<void(const char*)> gone_;
  std::atomic<bool> alive_{true};
};

}  // namespace stemwright::live
