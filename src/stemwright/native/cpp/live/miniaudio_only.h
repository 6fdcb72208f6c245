// miniaudio (third_party/, v0.11.25, public domain or MIT-0) without what is not used here: files, generators, mixing graphs, other sound systems. JACK is
// ours (jack.h), since miniaudio gives no MIDI ports there.
#pragma once

#define MA_ENABLE_ONLY_SPECIFIC_BACKENDS
#define MA_ENABLE_ALSA
#define MA_ENABLE_PULSEAUDIO
#define MA_ENABLE_COREAUDIO
#define MA_ENABLE_WASAPI
#define MA_ENABLE_NULL
#define MA_NO_DECODING
#define MA_NO_ENCODING
#define MA_NO_GENERATION
#define MA_NO_NODE_GRAPH
#define MA_NO_ENGINE
#define MA_NO_RESOURCE_MANAGER
#include "third_party/miniaudio.h"
