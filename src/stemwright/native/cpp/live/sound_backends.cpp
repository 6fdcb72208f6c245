// miniaudio, compiled once, with nothing but playback and capture on the systems that sound.h names.
#define MINIAUDIO_IMPLEMENTATION
#include "miniaudio_only.h"
