// A polyphonic player of clips for notes: pitch -> clip, transposed by a ratio, with a release.
#pragma once

#include <vector>

#include "clip.h"
#include "notes.h"
#include "ramp.h"

namespace stemwright::live {

struct Key {
  Clip* clip = nullptr;  // held as long as the node lives; null: the pitch is silent
  double ratio = 1.0;    // how much faster than recorded
};

class Voices : public Notes {
 public:
  // keys: one a pitch, 128. release: frames; 0: notes sound to the end of their clip (drums).
  Voices(int id, const char* kind, std::vector<Key> keys, int polyphony, int release, int fade);

  const char* kind() const noexcept override { return kind_; }
  void render(const Segment& segment, Host& host) noexcept override;
  void apply(const Order& order, std::int64_t sample, Host& host) noexcept override;
  void leave(std::int64_t sample, Host& host) noexcept override;
  void all_off(std::int64_t sample, Host& host) noexcept override;

 private:
  struct Voice {
    const Clip* clip = nullptr;
    std::uint64_t step = 0;  // frames of the clip a sample, in 1 / 2^32
    std::int64_t begun = 0;
    float level = 0.0f;
    int pitch = 0;
    std::uint32_t number = 0;
    std::int64_t gone_from = -1;  // it fades from here on
    int gone_in = 0;
  };

  void begin(const Order& order, std::int64_t sample, Host& host) noexcept;
  static void fade(Voice& voice, std::int64_t sample, int frames) noexcept;
  Voice& place(std::int64_t sample) noexcept;
  bool add(const Voice& voice, const Segment& segment) noexcept;

  const char* kind_;
  std::vector<Key> keys_;
  int polyphony_, release_, fade_;
  std::vector<Voice> voices_;  // more than may sound, since those that are cut off fade
  std::uint32_t number_ = 0;
};

}  // namespace stemwright::live
