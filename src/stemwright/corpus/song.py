"""A song of the corpus, and the line of JSON that it is on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.layers import check_layer_name, ordered
from stemwright.song.piece import Piece
from stemwright.song.score import MAX_NOTES, Note, Score
from stemwright.song.state import GlobalState

TIMINGS = ("grid", "human")
CHORDS = ("given", "found", "none")
LAYERS_BY = ("given", "guessed")
_TEXTS = ("source", "name", "timing", "chords", "layers")
_FIELDS = (*_TEXTS, "composer", "state", "scores")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSong(Piece):
    """A piece, where it is from and who wrote it.

    `timing`: "grid" as printed, "human" as played. `chords`: "given" by the data, "found" from the notes, or
    "none". `layers`: "given" by the data, or "guessed" from the tracks of a MIDI file.
    """

    source: str
    name: str
    composers: tuple[str, ...] = ()
    timing: str = "grid"
    chords: str = "none"
    layers: str = "given"

    def line(self) -> str:
        """The song as one line of JSON; one song has exactly one such line."""
        record = {
            "source": self.source,
            "name": self.name,
            "composer": list(self.composers),
            "state": self.state.to_json(),
            "timing": self.timing,
            "scores": {layer: _rows(self.scores[layer]) for layer in ordered(set(self.scores))},
            "chords": self.chords,
            "layers": self.layers,
        }
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def from_line(line: str, where: str) -> CorpusSong:
    """The song of a line. UsageError, beginning with `where`, for anything that is not one."""
    try:
        return from_record(json.loads(line))
    except (UsageError, ValueError, RecursionError) as error:
        raise UsageError(f"{where}: is not a song of a corpus ({error}); build the corpus again") from None


def _rows(score: Score) -> list[list[int]]:
    return [[n.onset, n.duration, n.pitch, n.velocity] for n in score.notes]


def from_record(record: Any) -> CorpusSong:
    """The song that the JSON of a line is. UsageError for anything that is not one."""
    if not isinstance(record, Mapping) or set(record) != set(_FIELDS):
        raise UsageError(f"should have the fields {', '.join(_FIELDS)}")
    texts = [_text(record[name], name) for name in _TEXTS]
    for value, known, name in zip(texts[2:], (TIMINGS, CHORDS, LAYERS_BY), _TEXTS[2:], strict=True):
        if value not in known:
            raise UsageError(f"{name}: {value[:40]!r} is not one of {', '.join(known)}")
    people, scores = record["composer"], record["scores"]
    if not isinstance(people, list) or not isinstance(scores, Mapping):
        raise UsageError("composer should be a list and scores an object")
    source, name, timing, chords, layers = texts
    return CorpusSong(
        GlobalState.from_json(record["state"]),
        {check_layer_name(layer, "scores"): _score(rows, str(layer)) for layer, rows in scores.items()},
        source=source,
        name=name,
        composers=tuple(_text(person, "composer") for person in people),
        timing=timing,
        chords=chords,
        layers=layers,
    )


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}: should be a text")
    return value


def _score(rows: object, layer: str) -> Score:
    if not isinstance(rows, list) or len(rows) > MAX_NOTES:
        raise UsageError(f"scores.{layer}: should be a list of at most {MAX_NOTES} notes")
    notes = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4 or any(type(value) is not int for value in row):
            raise UsageError(f"scores.{layer}: a note should be four whole numbers")
        notes.append(Note(*row))
    return Score.from_notes(notes)
