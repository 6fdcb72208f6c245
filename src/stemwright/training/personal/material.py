"""A user's files as tokenized clips, which the loop of performers reads like any others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from stemwright.dataset.shards import NewClip, write_shard
from stemwright.dataset.tokenize import encode_shard, load_encoder
from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.exchange.imports import read_piece
from stemwright.song.harmony import Key
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.piece import Piece
from stemwright.song.score import Score
from stemwright.song.state import GlobalState, parse_form
from stemwright.song.timebase import HOP
from stemwright.training.personal.sounds import Sound, read_sound
from stemwright.training.personal.transcribe import transcribed

BARS = 8
LEAST_SECONDS = 60.0
"""Of sound in all."""
HELD = 6
"""One clip of so many is held out, two at least; they are the last of each file."""


@dataclass(frozen=True, slots=True)
class Material:
    """The folder of shards, what to credit, and what to say: a line each."""

    folder: Path
    sources: tuple[str, ...]
    remarks: tuple[str, ...]


def prepare(files: Sequence[Path], midi: Sequence[Path], layer: str, codec: Path, out: Path) -> Material:
    """Read recordings, each with its MIDI file where `midi` is given, else with the notes that are heard
    where they are one voice, and write clips of eight bars with their tokens to `out`. UsageError in one line
    for a file that cannot be learnt from.
    """
    if midi and len(midi) != len(files):
        raise UsageError(
            f"{argument('midi')}: {len(midi)} files for {len(files)} recordings; give one for each, in order"
        )
    sounds = [read_sound(path) for path in files]
    total = sum(sound.seconds for sound in sounds)
    if total < LEAST_SECONDS:
        raise UsageError(f"{files[0]}: {total:.0f} s of sound in all; a style needs a minute, better ten")
    remarks = [line for sound in sounds for line in sound.remarks]
    train: list[NewClip] = []
    valid: list[NewClip] = []
    for index, sound in enumerate(sounds):
        piece, how = _piece(sound, midi[index] if midi else None, layer)
        remarks.append(f"{sound.path.name}: {sound.seconds / 60:.1f} minutes, {how}")
        found = _clips(sound, piece, layer, scored=not how.startswith("timbre only"))
        held = max(1, len(found) // HELD)
        train, valid = train + found[:-held], valid + found[-held:]
    if not train or not valid:
        raise UsageError(f"{files[0]}: too few whole bars to learn from; a style needs a minute, better ten")
    encoder = load_encoder(codec)
    for split, part in (("train", train), ("valid", valid)):
        encode_shard(write_shard(out, layer, split, 0, part).with_suffix(".jsonl"), layer, split, encoder)
    return Material(out, tuple(f"{s.path.name} {s.sha256}" for s in sounds), tuple(remarks))


def _piece(sound: Sound, midi: Path | None, layer: str) -> tuple[Piece, str]:
    """What a recording plays, and how that is known."""
    if midi is not None:
        piece, _ = read_piece(midi)
        score = piece.scores.get(layer)
        if score is None and len(piece.scores) == 1:
            (score,) = piece.scores.values()
        if score is None:
            raise UsageError(
                f"{midi}: has no {layer}, only {', '.join(piece.scores)}; name its track {layer}"
            )
        return Piece(piece.state, {layer: score}), f"notes of {midi.name}"
    bars = int(sound.seconds // 2)
    state = GlobalState(Fraction(120), Meter.parse("4/4"), Key("C"), parse_form(f"verse:{bars}"))
    try:
        score = None if is_drums(layer) else transcribed(sound.audio)
    except StemwrightError as error:
        return Piece(state, {layer: Score(())}), f"timbre only ({error.marked})"
    if score is None:
        return Piece(state, {layer: Score(())}), "timbre only: it is not one voice, and no MIDI was given"
    return Piece(state, {layer: score}), f"one voice, {len(score.notes)} notes were heard"


def _clips(sound: Sound, piece: Piece, layer: str, scored: bool) -> list[NewClip]:
    """Stretches of eight bars as far as both last; what is left at the end is passed over."""
    timebase, out = piece.state.timebase, []
    for first in range(0, piece.state.bars - BARS + 1, BARS):
        part, start = piece.slice(first, BARS), timebase.frames(first)
        frames = part.state.timebase.frames(BARS)
        audio = sound.audio[start * HOP : (start + frames) * HOP]
        if len(audio) < frames * HOP:
            break
        samples = np.rint(np.clip(audio, -1, 1) * 32767).astype("<i2")
        score = part.scores[layer]
        variety = {} if scored else {"score": "none"}
        out.append(NewClip(samples, part.state, score, "", "own", sound.path.name, variety))
    return out
