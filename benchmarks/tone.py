"""What the tone codec's decoder costs: processor seconds a second of sound, one thread, by layer.

    OMP_NUM_THREADS=1 python benchmarks/tone.py DATA [--bundle BUNDLE] [--clips 6]

Held-out clips of training data (docs/training.md) are encoded and decoded, once to warm up and once to be
timed, at 24 kHz mono and at 48 kHz stereo in turn; medians over the clips are printed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.hearing import ToneEncoder
from stemwright.dataset.shards import Clip, clips
from stemwright.models import find, load_bundle
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import SAMPLE_RATE


def cost(clip: Clip, encoder: ToneEncoder, decoder: ToneDecoder, wide: bool) -> float:
    """Processor seconds a second of a clip's sound."""
    sound = clip.audio().astype(np.float32) / np.float32(32767)
    part = Part(clip.layer, encoder.encode(sound), clip.score(), clip.state().timebase, clip.timbre)
    decoder.decode(part, wide=wide)
    start = time.process_time()
    decoder.decode(part, wide=wide)
    return (time.process_time() - start) * SAMPLE_RATE / len(sound)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--bundle", default="tone")
    parser.add_argument("--clips", type=int, default=6)
    options = parser.parse_args()
    bundle = load_bundle(find(options.bundle), kind="tone")
    encoder, decoder = ToneEncoder(bundle), ToneDecoder(bundle)
    print(f"{'layer':8} {'24 kHz':>8} {'48 kHz':>8}")
    for layer in LAYERS:
        found = clips(options.data, layer, "valid")[: options.clips]
        costs = [[cost(clip, encoder, decoder, wide) for clip in found] for wide in (False, True)]
        print(f"{layer:8} " + " ".join(f"{statistics.median(row):8.4f}" for row in costs))


if __name__ == "__main__":
    main()
