"""How good a codec is: what it loses at each bit rate, beside Opus and a floor; codes, silence, speed.

Every sound goes through the codec as it would at run time. Figures are those of `evaluation.reconstruction`
and `evaluation.transients`, and the difference of integrated loudness, each the mean over the sounds of a
kind weighted by their length. *Floor*: the original beside another coded sound of its kind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.assess.codec import opus
from stemwright.assess.codec.levels import at_levels, level_kbit, levels_of
from stemwright.assess.means import Figures, mean, ratio, rounded
from stemwright.assess.recordings import Audio, CodecInput
from stemwright.codec.codec import Codec
from stemwright.codec.tokens import Tokens
from stemwright.errors import UsageError
from stemwright.evaluation import onsets, reconstruction, transients
from stemwright.evaluation.activity import level_db
from stemwright.evaluation.shuffled_pairs import derangement
from stemwright.mix.levels import SILENCE_DB
from stemwright.mix.loudness import integrated_loudness
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.work import machine
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import Cancel, each

QUIET_DB = -60.0
"""Sounds softer than this are passed over: there is nothing in them to compare."""
SILENT_SECONDS = 2
SPEED_SECONDS = 10
SPEED_RUNS = 5
FLOOR = "floor (shuffled)"

Row = dict[str, Any]
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Coder:
    """A way through a codec: `name` and `kbit` stand in the table; `run` takes a sound and its tokens."""

    name: str
    kbit: float
    run: Callable[[Audio, Tokens], Audio]


@dataclass(frozen=True, slots=True)
class Coded:
    """A sound, its tokens, what the codec makes of them (as long), the sound's onsets, and the figures of
    every coder by its name."""

    sound: CodecInput
    tokens: Tokens
    heard: Audio
    attacks: Seconds
    figures: dict[str, Figures]


def assess_codec(
    codec: Codec,
    sounds: Sequence[CodecInput],
    *,
    kbit: Sequence[float] | None = None,
    with_opus: bool = False,
    watch: Watch = unwatched,
) -> tuple[dict[str, Any], list[Coded]]:
    """All figures as plain JSON values, and every sound as it was coded.

    `kbit`: bit rates beside the full one, by default those of a half and a quarter of the levels. A codec of
    another sample rate gets the sounds resampled, and what it makes is resampled back. UsageError where no
    sound is loud enough.
    """
    sounds = [sound for sound in sounds if level_db(sound.audio) > QUIET_DB]
    if not sounds:
        raise UsageError("nothing to measure: every sound is silent; give other ones")
    coders = _coders(codec, kbit, with_opus)
    coded = each(sounds, lambda sound, cancel: _coded(codec, coders, sound, cancel), watch, "codec")
    groups = _groups(coded)
    pairs = [
        (group[i], group[other])
        for group in groups
        if len(group) > 1
        for i, other in enumerate(derangement(len(group)))
    ]
    floors = each(pairs, lambda pair, _: shuffled(*pair), watch, "floor")
    floor_of = {id(first): floor for (first, _), floor in zip(pairs, floors, strict=True)}
    rows = [row for group in groups for row in _rows(group, coders, [floor_of.get(id(c), {}) for c in group])]
    report = {
        "codec": codec.sha256,
        "sounds": len(sounds),
        "seconds": sum(len(s.audio) for s in sounds) / SAMPLE_RATE,
        "rows": rows,
        "unseen": _unseen(rows, coders[0].name),
        "codebooks": codebooks([c.tokens for c in coded], codec.codebook_size),
        "silence_db": silence(codec),
        "speed": speed(codec, watch),
    }
    return rounded(report), coded


def compare(reference: Audio, estimate: Audio, attacks: Seconds) -> Figures:
    """Every figure of a coded sound [N] beside the original [N], whose onsets are `attacks`."""
    made: Figures = dict(reconstruction.evaluate(reference, estimate))
    sharp = transients.evaluate(reference, estimate, attacks, SAMPLE_RATE)
    made |= {name: sharp[name] for name in ("attack_loss_db", "pre_echo_db")}
    loudness = [integrated_loudness(sound, SAMPLE_RATE) for sound in (reference, estimate)]
    made["loudness_lu"] = loudness[1] - loudness[0] if loudness[0] > SILENCE_DB else None
    return made


def codebooks(tokens: Sequence[Tokens], size: int) -> dict[str, Any]:
    """`usage`: share of each level's codes that occur; `perplexity`: exponential of their entropy.

    `frames`: how many there were. Fewer than some ten times the size cannot use all codes.
    """
    levels = np.concatenate(tokens, axis=1)
    counts = [np.bincount(level, minlength=size) for level in levels]
    return {
        "size": size,
        "frames": levels.shape[1],
        "usage": [float(np.mean(count > 0)) for count in counts],
        "perplexity": [_perplexity(count) for count in counts],
    }


def silence(codec: Codec) -> float:
    """Level in dBFS that the codec makes of digital silence, -120 at least."""
    return level_db(codec.decode(codec.encode(np.zeros(SILENT_SECONDS * codec.sample_rate, np.float32))))


def speed(codec: Codec, watch: Watch = unwatched) -> dict[str, Any]:
    """Seconds of one thread over seconds of sound, encoding and decoding: medians of several runs.

    `*_rtf`: wall clock; `*_processor`: processor time, which others on the machine do not lengthen. The sound
    is seeded noise: what a codec computes does not depend on what it hears.
    """
    single = codec if codec.threads == 1 else Codec(codec.bundle, threads=1)
    size = SPEED_SECONDS * single.sample_rate
    noise = 0.1 * np.random.default_rng(0).standard_normal(size).astype(np.float32)
    encode, decode = [], []
    for run in range(SPEED_RUNS + 1):
        start = _clocks()
        tokens = single.encode(noise)
        middle = _clocks()
        single.decode(tokens)
        if run:  # the first one loads the graphs
            encode.append(middle - start)
            decode.append(_clocks() - middle)
        watch("speed", run, SPEED_RUNS)
    found: dict[str, Any] = {"processor": machine.processor(), "threads": 1, "runs": SPEED_RUNS}
    for name, times in (("encode", encode), ("decode", decode)):
        wall, processor = np.median(times, axis=0) / SPEED_SECONDS
        found |= {f"{name}_rtf": float(wall), f"{name}_processor": float(processor)}
    return found


def _clocks() -> npt.NDArray[np.float64]:
    """Wall clock and this thread's processor time, in seconds."""
    return np.array([time.perf_counter(), time.thread_time()])


def _coders(codec: Codec, kbit: Sequence[float] | None, with_opus: bool) -> list[_Coder]:
    """The codec at its full rate first, then the lower ones, then Opus."""
    parts = (codec.codebooks, codec.codebooks // 2, codec.codebooks // 4)
    wanted = {n for n in parts if n} if kbit is None else {levels_of(codec, rate) for rate in kbit}
    wanted.add(codec.codebooks)
    coders = []
    for levels in sorted(wanted, reverse=True):
        decoder = at_levels(codec, levels)
        rate = levels * level_kbit(codec)
        coders.append(_Coder(f"stemwright {rate:g}", rate, _decoding(decoder)))
    if with_opus:
        opus.require()
        coders += [_Coder(f"opus {rate}", float(rate), _opus(rate)) for rate in opus.KBIT]
    return coders


def _decoding(decoder: Codec) -> Callable[[Audio, Tokens], Audio]:
    return lambda audio, tokens: _resampled(decoder.decode(tokens), decoder.sample_rate, SAMPLE_RATE)


def _opus(rate: int) -> Callable[[Audio, Tokens], Audio]:
    return lambda audio, tokens: opus.through_opus(audio, rate)


def _coded(codec: Codec, coders: list[_Coder], sound: CodecInput, cancel: Cancel) -> Coded:
    tokens = codec.encode(_resampled(sound.audio, SAMPLE_RATE, codec.sample_rate))
    heard = _as_long(coders[0].run(sound.audio, tokens), sound.audio)
    attacks = onsets.detect_onsets(sound.audio, SAMPLE_RATE)
    figures = {coders[0].name: compare(sound.audio, heard, attacks)}
    for coder in coders[1:]:
        if cancel():
            break
        made = _as_long(coder.run(sound.audio, tokens), sound.audio)
        figures[coder.name] = compare(sound.audio, made, attacks)
    return Coded(sound, tokens, heard, attacks, figures)


def shuffled(first: Coded, second: Coded) -> Figures:
    """A sound beside another one as it was coded, both cut to the shorter."""
    size = min(len(first.sound.audio), len(second.heard))
    attacks = first.attacks[first.attacks < size / SAMPLE_RATE]
    return compare(first.sound.audio[:size], second.heard[:size], attacks)


def _groups(coded: Sequence[Coded]) -> list[list[Coded]]:
    """The sounds of each kind and split."""
    found: dict[tuple[str, str], list[Coded]] = {}
    for one in coded:
        found.setdefault((one.sound.kind, one.sound.split), []).append(one)
    return list(found.values())


def _rows(group: list[Coded], coders: list[_Coder], floors: list[Figures]) -> list[Row]:
    """A row a coder, and the floor's where the group holds more than one sound."""
    sound, weights = group[0].sound, [len(c.sound.audio) / SAMPLE_RATE for c in group]
    about = {"kind": sound.kind, "split": sound.split, "sounds": len(group), "seconds": sum(weights)}
    rows = [
        {
            **about,
            "coder": coder.name,
            "kbit": coder.kbit,
            **mean([c.figures[coder.name] for c in group], weights),
        }
        for coder in coders
    ]
    if len(group) > 1:
        rows.append({**about, "coder": FLOOR, "kbit": None, **mean(floors, weights)})
    return rows


def _unseen(rows: list[Row], coder: str) -> list[Row]:
    """Of each kind that both splits have: by what share unseen timbres are farther than seen ones."""
    full = {(row["kind"], row["split"]): row for row in rows if row["coder"] == coder}
    made = []
    for kind in dict.fromkeys(kind for kind, _ in full):
        seen, unseen = full.get((kind, "valid")), full.get((kind, "unseen"))
        if seen is not None and unseen is not None:
            share = ratio(unseen["mel_distance"], seen["mel_distance"])
            made.append({"kind": kind, "farther": None if share is None else share - 1.0})
    return made


def _as_long(audio: Audio, other: Audio) -> Audio:
    """`audio` with as many samples as `other`: cut, or with silence added."""
    return np.pad(audio, (0, max(0, len(other) - len(audio))))[: len(other)]


def _resampled(audio: Audio, rate: int, wanted: int) -> Audio:
    import soxr

    return audio if rate == wanted else np.asarray(soxr.resample(audio, rate, wanted), dtype=np.float32)


def _perplexity(counts: npt.NDArray[np.int64]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))
