#include "jack_client.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "device.h"

namespace stemwright::live {
namespace {

const jack::Library& opened_library() {
  try {
    return jack::library();
  } catch (const DeviceError&) {
    throw;
  } catch (const std::exception& error) {
    throw DeviceError(error.what());
  }
}

std::string of_server(const std::string& server) { return server.empty() ? "" : " named " + server; }

jack::Client* open_client(const jack::Library& jack, const std::string& name, const std::string& server) {
  int status = 0;
  jack::said();
  jack::Client* const client =
      server.empty() ? jack.client_open(name.c_str(), jack::kNoStartServer, &status)
                     : jack.client_open(name.c_str(), jack::kNoStartServer | jack::kServerName, &status, server.c_str());
  if (client != nullptr) return client;
  const std::string said = jack::said();
  if ((status & jack::kVersionError) != 0) throw DeviceError("JACK: the server's version does not fit the library's" + of_server(server));
  if ((status & (jack::kServerFailed | jack::kServerError | jack::kShmFailure)) != 0)
    throw DeviceError("JACK: no server" + of_server(server) + " is running, or it refuses this user: start one (jackd -d alsa), or choose another device");
  throw DeviceError("JACK: the server" + of_server(server) + " takes no client" + (said.empty() ? "" : " (" + said + ")"));
}

std::vector<JackPort> list_ports(const jack::Library& jack, jack::Client* client) {
  std::vector<JackPort> all;
  for (const bool midi : {false, true})
    for (const bool input : {false, true})
      for (const bool physical : {true, false}) {
        const unsigned long way = input ? jack::kIsInput : jack::kIsOutput;
        const char** const names = jack.get_ports(client, nullptr, midi ? jack::kMidi : jack::kAudio, way | (physical ? jack::kIsPhysical : 0));
        for (const char** name = names; name != nullptr && *name != nullptr; ++name) {
          const std::string text = *name;
          const auto same = [&](const JackPort& port) { return port.name == text; };
          if (std::none_of(all.begin(), all.end(), same)) all.push_back({text, midi, input, physical});
        }
        if (names != nullptr) jack.free(names);
      }
  return all;
}

std::recursive_mutex clients_lock;  // `gone` may ask for something of the client
std::vector<JackClient*> clients;   // all that are open

}  // namespace

JackClient::JackClient(const std::string& name, const std::string& server, std::function<void(const char*)> gone)
    : jack_(opened_library()), gone_(std::move(gone)) {
  const std::lock_guard<std::recursive_mutex> guard(clients_lock);
  close_those_gone();
  client_ = open_client(jack_, name, server);
  clients.push_back(this);
  jack_.on_info_shutdown(client_, [](int, const char* reason, void* self) {
    static_cast<JackClient*>(self)->lose(reason != nullptr ? reason : "no reason given");
  }, this);
}

void JackClient::lose(const char* reason) {
  if (alive_.exchange(false) && gone_) gone_(reason);
}

void JackClient::close_those_gone() {
  if (std::all_of(clients.begin(), clients.end(), [](const JackClient* client) { return client->alive(); })) return;
  for (JackClient* client : std::vector<JackClient*>(clients)) {
    client->lose("another client of this program was thrown out");
    client->close();
  }
}

void JackClient::close() {
  const std::lock_guard<std::recursive_mutex> guard(clients_lock);
  clients.erase(std::remove(clients.begin(), clients.end(), this), clients.end());
  if (client_ != nullptr) jack_.client_close(std::exchange(client_, nullptr));
}

jack::Client* JackClient::get() const {
  if (client_ == nullptr) throw DeviceError("JACK: this device was closed");
  return client_;
}

std::vector<JackPort> JackClient::ports() const {
  const std::lock_guard<std::recursive_mutex> guard(clients_lock);
  return alive() ? list_ports(jack_, get()) : std::vector<JackPort>();
}

}  // namespace stemwright::live
