"""How often the tempo and the key that are told of a recording are right: of songs that the arranger writes
and the sampler plays.

    python benchmarks/heard.py FONT.sf3 [--songs 36] [--seed 2]

Each song has sixteen bars in one of twelve styles, a tempo from 70 to 160 and any key; it is listened to as
if it were added to a song that is up to a quarter slower or faster. Right is a tempo within 0.5% of the true
one, or of that an octave away, and the very key.
"""

import argparse
import random
from collections import Counter
from math import log

import numpy as np
import soxr

from stemwright.compose.arranger import arrange, decide
from stemwright.instruments.events import score_events
from stemwright.instruments.files import open_instrument
from stemwright.instruments.playing import play
from stemwright.recordings.heard import listen
from stemwright.song.harmony import Key
from stemwright.song.layers import is_drums
from stemwright.song.state import GlobalState

STYLES = (
    "pop", "rock", "funk", "jazz", "bossa", "house", "hiphop", "ballad", "reggae", "metal", "blues",
    "country",
)  # fmt: skip
PRESETS = {"drums": "128:0", "bass": "0:33", "harmony": "0:0", "lead": "0:65"}


def song(draw: random.Random, number: int) -> GlobalState:
    """A song of sixteen bars."""
    key = Key.from_pc(draw.randrange(12), draw.choice(["major", "minor"]))
    bpm, style = str(draw.randint(70, 160)), STYLES[number % len(STYLES)]
    state = GlobalState.create(bpm=bpm, key=str(key), form="verse:8 chorus:8", style=style, meter="4/4")
    return decide(state, number)


def parts(state: GlobalState, number: int, players: dict) -> dict[str, np.ndarray]:
    """Each layer in one channel at 24 kHz, and all together, equally loud."""
    out = {}
    for layer, score in arrange(state, tuple(PRESETS), number).scores.items():
        if score.notes:
            events, total = score_events(score, state.timebase), state.frames * 320
            audio = play(players[layer].keyboard, events, total, is_drums(layer), lambda done, of: None).audio
            out[layer] = np.asarray(soxr.resample(audio.mean(axis=1), 48_000, 24_000), np.float32)
    loud = [part / max(float(np.sqrt((part**2).mean())), 1e-9) for part in out.values()]
    return {**out, "band": np.asarray(sum(loud), np.float32) * np.float32(0.05)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("font")
    options.add_argument("--songs", type=int, default=36)
    options.add_argument("--seed", type=int, default=2)
    asked = options.parse_args()
    draw = random.Random(asked.seed)
    players = {
        name: open_instrument(f"{asked.font}#{preset}", is_drums(name)) for name, preset in PRESETS.items()
    }
    seen: Counter[tuple[str, str]] = Counter()
    for number in range(asked.songs):
        state = song(draw, number)
        true = float(state.bpm)
        other = state.with_(bpm=round(true * draw.uniform(0.8, 1.25)))
        for name, audio in parts(state, number, players).items():
            found = listen(audio, other, 0, 24_000)
            octaves = (
                () if found.bpm is None else (abs(log(found.bpm / true) - log(2) * k) for k in (-1, 0, 1))
            )
            seen[name, "none" if found.bpm is None else "bpm" if min(octaves) < 0.005 else "other"] += 1
            seen[
                name, "no key" if found.key is None else "key" if found.key == state.key else "other key"
            ] += 1
    for name in (*PRESETS, "band"):
        print(name, {what: count for (layer, what), count in seen.items() if layer == name})


if __name__ == "__main__":
    main()
