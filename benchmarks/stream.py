"""How soon a stream sounds, whether it keeps up, and whether its joins and its level are heard.

    python benchmarks/stream.py [--starts 200] [--seconds 600] [--cold 5] [--player flow] [--chunks]

Starts: in a process that has played before, from a prompt to the first block handed to the output, prompts
in turn. Wall clock, and processor time of all threads: on a machine that does other things the second says
more. Cold: from starting the command to the first sample on its standard output. Keeping up: a stream played
LEAD seconds after its first block came, as `playback` does; what is left of a block's time when it comes, by
the wall clock, and as if one core did nothing else. Joins: energy above 8 kHz within 2 ms of where blocks are
joined against that in their middle; there and at phrases' borders against the same tokens decoded at once.
Drift: loudness of each minute against the whole.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.cli.output import lines, table
from stemwright.codec.tone.endless import EndlessTone
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.peaks import true_peak
from stemwright.playback.device import LEAD
from stemwright.producer import bundles
from stemwright.producer.wish import Wish
from stemwright.stream.ahead import Ahead
from stemwright.stream.chosen import PLAYERS
from stemwright.stream.mixing import RATE
from stemwright.stream.phrases import Piece
from stemwright.stream.players import Playing
from stemwright.stream.sounding import LOOKAHEAD, SAMPLES, Audio, Sounding
from stemwright.stream.stream import SIZES, Block, sound, token_blocks

PROMPTS = (
    "slow bossa in G minor, nylon guitar, brushes",
    "funky upbeat groove with slap bass, 108 bpm",
    "dark techno, 132 bpm",
    "sad piano ballad in D minor, no drums",
    "Bill Evans modal jazz",
    "happy pop song in A major with a flute",
)
SPAN = RATE // 500
"""Samples on either side of a place: 2 ms."""


def started(
    prompt: str, seed: int, pool: ThreadPoolExecutor, playing: Playing, sizes: tuple[int, ...] = SIZES
) -> tuple[Ahead, Iterator[tuple[Block, Audio]]]:
    """A stream, to be closed, and its blocks."""
    ahead = Ahead(lambda text: Piece(Wish(prompt=text, seed=seed), Path("stream"), playing.cast), prompt)
    return ahead, sound(token_blocks(ahead, playing.begin(seed, pool), sizes), bundles.tone(), pool)


def starts(count: int, pool: ThreadPoolExecutor, playing: Playing) -> tuple[list[float], list[float]]:
    """Wall and processor milliseconds to the first sound of so many starts."""
    wall, worked = [], []
    for number in range(-len(PROMPTS), count):  # the first of each prompt load what it needs
        before = time.perf_counter(), time.process_time()
        ahead, blocks = started(PROMPTS[number % len(PROMPTS)], number + 1000, pool, playing)
        next(audio for _, audio in blocks if len(audio))
        spent = time.perf_counter() - before[0], time.process_time() - before[1]
        ahead.close()
        if number >= 0:
            wall.append(1000 * spent[0])
            worked.append(1000 * spent[1])
    return wall, worked


def cold(count: int, player: str) -> list[float]:
    """Milliseconds from starting the command to its first samples."""
    found = []
    for number in range(count):
        command = [sys.executable, "-m", "stemwright", "stream", PROMPTS[number % len(PROMPTS)]]
        command += ["--player", player]
        begun = time.perf_counter()
        asked = [*command, "--out", "-", "--seconds", "1"]
        with subprocess.Popen(
            asked, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as run:
            assert run.stdout is not None
            run.stdout.read(48)  # the header, and a sample
            found.append(1000 * (time.perf_counter() - begun))
            run.stdout.read()
    return found


def played(
    seconds: float, pool: ThreadPoolExecutor, playing: Playing, sizes: tuple[int, ...] = SIZES
) -> tuple[dict[str, Any], Audio, list[Block]]:
    """What a long stream came to, its sound and its blocks."""
    begun, worked = time.perf_counter(), time.process_time()
    busy: list[float] = []
    ahead, made = started(PROMPTS[1], 7, pool, playing, sizes)
    parts, blocks, came, had = [], [], [], 0
    for block, audio in made:
        blocks.append(block)
        if len(audio):
            came.append((time.perf_counter() - begun, had / RATE))
            busy.append(time.process_time() - worked)
        parts.append(audio)
        had += len(audio)
        if had >= seconds * RATE:
            break
    ahead.close()
    wall, spent = time.perf_counter() - begun, time.process_time() - worked
    spare = [came[0][0] + LEAD + at - when for when, at in came]
    alone = [busy[0] + LEAD + at - when for when, (_, at) in zip(busy, came, strict=True)]
    facts = {
        "seconds": had / RATE,
        "real-time factor, wall": wall * RATE / had,
        "real-time factor, processor": spent * RATE / had,
        "late blocks": sum(left < 0 for left in spare),
        "blocks": len(spare),
        "least spare, s": min(spare),
        "late blocks on one core of its own": sum(left < 0 for left in alone),
        "least spare there, s": min(alone),
    }
    return facts, np.concatenate(parts), blocks


def realtime(seconds: float, pool: ThreadPoolExecutor, playing: Playing) -> dict[str, Any]:
    """As `played`, but production waits where it is a second ahead, as with a device."""
    ahead, made = started(PROMPTS[1], 7, pool, playing)
    begun, had, late, least = None, 0, 0, float("inf")
    for _, audio in made:
        if not len(audio):
            continue
        now = time.perf_counter()
        begun = now + LEAD if begun is None else begun
        left = begun + had / RATE - now
        late, least = late + (left < 0), min(least, left)
        had += len(audio)
        if had >= seconds * RATE:
            break
        time.sleep(max(0.0, begun + had / RATE - 1.0 - time.perf_counter()))
    ahead.close()
    return {"seconds": had / RATE, "late blocks": late, "least spare, s": least}


def high_band(audio: Audio) -> np.ndarray:
    """What lies above 8 kHz, mono."""
    from stemwright.mix.bus import _pass
    from stemwright.native.biquads import Biquads

    section = np.array([_pass(8000.0, RATE, high=True)] * 2)
    return Biquads(section, 1).push(audio.mean(axis=1))


def joins(audio: Audio, blocks: list[Block]) -> dict[str, float]:
    """Energy at joins against the middle of blocks, in dB."""
    high, ends = high_band(audio), _ends(blocks)
    middles = [(a + b) / 2 for a, b in pairwise(ends[3:])]
    return {"block joins, dB": _energy(high, ends[3:]) - _energy(high, middles)}


def against_whole(blocks: list[Block], pool: ThreadPoolExecutor, phrases: int = 4) -> dict[str, float]:
    """Energy at joins of the layers' sum, before the mix, against the same tokens decoded at once, in dB."""
    blocks = [block for block in blocks if block.phrase.number < phrases]
    played = list({block.phrase.number: block.phrase for block in blocks}.values())
    sounding, parts, phrase = Sounding(bundles.tone(), pool), [], None
    for block in blocks:
        if block.phrase is not phrase:
            phrase = block.phrase
            sounding.follow(phrase)
        parts.append(sum(sound for _, _, sound in sounding.push(block.tokens)))
    whole = np.zeros((0, 2), np.float32)
    for layer, timbre in played[0].timbres.items():
        tone = EndlessTone(bundles.tone(), layer, played[0].state.timebase, timbre, wide=True)
        for each in played:
            tone.follow(each.scores[layer], each.state.timebase, each.start)
        whole = tone.push(np.concatenate([block.tokens[layer] for block in blocks], axis=1)) + (
            whole if len(whole) else 0.0
        )
    streamed, at_once = high_band(np.concatenate(parts)), high_band(whole)
    borders: list[float] = [each.start for each in played[1:]]
    ends = _ends(blocks)[3:-1]
    return {
        "block joins against the whole, dB": _energy(streamed, ends) - _energy(at_once, ends),
        "phrases' borders against the whole, dB": _energy(streamed, borders) - _energy(at_once, borders),
    }


def _ends(blocks: list[Block]) -> list[float]:
    """Frames at which blocks' sounds end."""
    return [block.first + next(iter(block.tokens.values())).shape[1] - LOOKAHEAD for block in blocks]


def _energy(high: np.ndarray, frames: list[float]) -> float:
    """Mean energy around places, the loudest tenth left out, which holds strokes; in dB."""
    spans = [high[max(0, round(at * SAMPLES) - SPAN) : round(at * SAMPLES) + SPAN] for at in frames]
    powers = sorted(float(np.square(span).mean()) for span in spans if len(span) == 2 * SPAN)
    return float(10 * np.log10(np.mean(powers[: max(1, len(powers) * 9 // 10)]) + 1e-15))


def drift(audio: Audio) -> dict[str, Any]:
    """Loudness of minutes, or of what there is in tenths, and the true peak."""
    each = min(60 * RATE, max(4 * RATE, len(audio) // 10))
    parts = [audio[at : at + each] for at in range(0, len(audio) - each + 1, each)]
    by_minute = [integrated_loudness(part, RATE) for part in parts]
    return {
        "loudness, LUFS": integrated_loudness(audio, RATE),
        "loudest part less the quietest, dB": max(by_minute) - min(by_minute),
        "last part less the first, dB": by_minute[-1] - by_minute[0],
        "true peak, dBTP": true_peak(audio),
    }


def spread(name: str, values: list[float]) -> tuple[object, ...]:
    """A row of the table of starts."""
    p = np.percentile(values, [50, 90, 99])
    return (name, len(values), *(round(float(value), 1) for value in (*p, max(values))))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--cold", type=int, default=5)
    parser.add_argument("--realtime", type=float, default=0.0, help="seconds to be played in real time")
    parser.add_argument("--chunks", action="store_true", help="also the cost of other sizes of blocks")
    parser.add_argument("--player", choices=list(PLAYERS), default="performers")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    playing = PLAYERS[asked.player]
    pool = ThreadPoolExecutor(2)
    found: dict[str, Any] = {}
    if asked.starts:
        wall, worked = starts(asked.starts, pool, playing)
        rows = [spread("wall, ms", wall), spread("processor, ms", worked)]
        if asked.cold:
            rows.append(spread("cold command, ms", cold(asked.cold, asked.player)))
        table(("first sound", "starts", "p50", "p90", "p99", "most"), rows)
        found["starts"] = rows
    if asked.seconds:
        facts, audio, blocks = played(asked.seconds, pool, playing)
        found["long"] = {**facts, **joins(audio, blocks), **against_whole(blocks, pool), **drift(audio)}
        lines([""])
        table(("long stream", ""), [(name, float(value)) for name, value in found["long"].items()])
    if asked.realtime:
        found["realtime"] = realtime(asked.realtime, pool, playing)
        lines([""])
        table(("in real time", ""), [(name, float(value)) for name, value in found["realtime"].items()])
    if asked.chunks:
        rows = []
        for size in (9, 18, 27, 36, 54, 75):
            facts, _, _ = played(20.0, pool, playing, (size,))
            rows.append((size, *(facts[f"real-time factor, {kind}"] for kind in ("processor", "wall"))))
        lines([""])
        table(("frames a block", "processor", "wall"), rows)
        found["chunks"] = rows
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
