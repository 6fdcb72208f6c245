// The metronome's two sounds.
#pragma once

#include <vector>

namespace stemwright::live {

constexpr int kClickAccent = 76, kClickBeat = 77;  // pitches, as of the wood blocks of General MIDI

// Left and right of each frame.
std::vector<float> click(int rate, bool accent);

}  // namespace stemwright::live
