"""How good a tone codec is: held-out clips to tokens, and back with their scores.

There is no waveform to be true to: phases are free by design, so signal-to-noise ratios say nothing.
Measured are mel distance, attacks, level, brightness and, of held notes, roughness and partials over rest:

- *rendering*: the clip itself, the control;
- *tone*: the clip through the codec;
- *rolled*: its tokens moved by 2.8 s, with its own score: what the decoder plays whatever the tokens say;
- *floor*: the clip beside another coded clip of its layer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stemwright.assess.codec.coders import Tone
from stemwright.assess.codec.measuring import FLOOR, QUIET_DB, codebooks
from stemwright.assess.means import Figures, mean, rounded
from stemwright.assess.performer.measuring import ROLL, ROLLED
from stemwright.assess.recordings import Audio
from stemwright.assess.stem import SINGLE
from stemwright.codec.tokens import Tokens
from stemwright.errors import UsageError
from stemwright.evaluation import colour, onsets, reconstruction, stereo, sustain, transients
from stemwright.evaluation.activity import level_db
from stemwright.evaluation.reference import Reference
from stemwright.evaluation.shuffled_pairs import derangement
from stemwright.evaluation.timing import note_spans
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.timebase import FRAME_RATE, SAMPLE_RATE
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import Cancel, each

RENDERING, TONE = "rendering", "tone"
SPEED_RUNS = 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Toned:
    """A clip, its tokens, what the codec makes of them (as long), and the figures of every row."""

    reference: Reference
    tokens: Tokens
    heard: Audio
    figures: dict[str, Figures]


def assess_tone(
    tone: Tone, references: Sequence[Reference], watch: Watch = unwatched
) -> tuple[dict[str, Any], list[Toned]]:
    """All figures as plain JSON values, and every clip as it was coded. UsageError where no clip is loud
    enough.
    """
    loud = [reference for reference in references if level_db(reference.audio) > QUIET_DB]
    if not loud:
        raise UsageError("nothing to measure: every clip is silent; give other ones")
    coded = each(loud, lambda reference, cancel: _toned(tone, reference, cancel), watch, "tone")
    report = {
        "codec": tone.bundle.sha256,
        "kind": "tone",
        "kbit": tone.decoder.codebooks * FRAME_RATE * float(np.log2(tone.decoder.codebook_size)) / 1000,
        "sounds": len(loud),
        "seconds": sum(len(reference.audio) for reference in loud) / SAMPLE_RATE,
        "rows": [row for group in _groups(coded) for row in _rows(group)],
        "codebooks": codebooks([one.tokens for one in coded], tone.decoder.codebook_size),
        "speed": _speed(tone, loud[0], watch),
    }
    return rounded(report), coded


def beside(reference: Reference, sound: Audio) -> Figures:
    """Every figure of a sound [N] beside a clip as long."""
    attacks = onsets.detect_onsets(reference.audio, SAMPLE_RATE)
    made: Figures = {"mel_distance": reconstruction.mel_distance(reference.audio, sound)}
    made["attack_loss_db"] = transients.evaluate(reference.audio, sound, attacks, SAMPLE_RATE)[
        "attack_loss_db"
    ]
    made |= colour.evaluate(reference.audio, sound)
    if not is_drums(reference.layer):
        spans = note_spans(reference.score, reference.state.timebase)
        pitches = [note.pitch for note in reference.score.notes]
        held = sustain.evaluate(sound, spans, pitches, kind_of(reference.layer) in SINGLE)
        made |= {name: held[name] for name in ("roughness_db", "partials_db")}
    return made


def _toned(tone: Tone, reference: Reference, cancel: Cancel) -> Toned:
    tokens = tone.encode(reference.audio)
    heard = tone.decode(tokens, reference)[: len(reference.audio)]
    figures = {RENDERING: beside(reference, reference.audio), TONE: beside(reference, heard)}
    if not cancel():
        sides = tone.sound(tokens, reference, wide=True)
        figures[TONE]["side_db"] = stereo.side_over_middle_db(sides)
        moved = tone.decode(np.roll(tokens, ROLL, axis=1), reference)
        figures[ROLLED] = beside(reference, moved[: len(reference.audio)])
    return Toned(reference, tokens, heard, figures)


def _groups(coded: Sequence[Toned]) -> list[list[Toned]]:
    """The clips of each layer and split."""
    found: dict[tuple[str, str], list[Toned]] = {}
    for one in coded:
        found.setdefault((one.reference.layer, one.reference.split), []).append(one)
    return list(found.values())


def _rows(group: list[Toned]) -> list[Row]:
    """Means over clips, a row of each kind, and the floor's where the group holds more than one clip."""
    first = group[0].reference
    about = {"kind": first.layer, "split": first.split, "sounds": len(group)}
    rows: list[Row] = [
        {**about, "coder": name, **mean([one.figures[name] for one in group])}
        for name in (RENDERING, TONE, ROLLED)
    ]
    if len(group) > 1:
        others = [group[i] for i in derangement(len(group))]
        floors = [_shuffled(one, other) for one, other in zip(group, others, strict=True)]
        rows.append({**about, "coder": FLOOR, **mean(floors)})
    return rows


def _shuffled(one: Toned, other: Toned) -> Figures:
    """A clip beside another as it was coded, both cut to the shorter."""
    size = min(len(one.heard), len(other.heard))
    clip, sound = one.reference.audio[:size], other.heard[:size]
    return {"mel_distance": reconstruction.mel_distance(clip, sound), **colour.evaluate(clip, sound)}


def _speed(tone: Tone, reference: Reference, watch: Watch) -> dict[str, Any]:
    """Processor seconds of one thread over seconds of sound, of one clip: medians of several runs."""
    seconds = len(reference.audio) / SAMPLE_RATE
    times = []
    for run in range(SPEED_RUNS):
        marks = [time.thread_time()]
        tokens = tone.encode(reference.audio)
        marks.append(time.thread_time())
        for wide in (False, True):
            tone.sound(tokens, reference, wide=wide)
            marks.append(time.thread_time())
        times.append(np.diff(marks) / seconds)
        watch("speed", run + 1, SPEED_RUNS)
    encode, decode, wide_ = np.median(times, axis=0)
    return {"runs": SPEED_RUNS, "encode": float(encode), "decode": float(decode), "decode_wide": float(wide_)}
