"""A layer as a song holds it, its notes, takes, kind and place in the mix; and its form in `song.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.song import gains as automation
from stemwright.song.fields import expect_fields, expect_int, expect_list, expect_text
from stemwright.song.gains import GAIN_DB, Gains
from stemwright.song.layers import KINDS, check_layer_name, role_of
from stemwright.song.takes import MAX_TAKES, Take, check_timbre, is_sha, take_from_json, take_to_json

PAN = (-1.0, 1.0)
_FIELDS = ("timbre", "score_sha256", "take", "takes")
_SETTINGS = ("kind", "gain_db", "pan", "mute", "solo", "gains")
_NEWEST = {"gains": 5}
"""The schema of settings that are younger than the others, which are of 3."""


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer: the timbre of its next take ("" = the performer's first), its takes, the active one's number.

    `score_sha256`: the score that it was given (imported or composed), which its takes play; or None.
    `kind`: one of `KINDS`; None: what its name says. In the mix, `gain_db`: louder than its kind's level by
    so much; `pan`: -1 left .. 1 right, None: where its kind stands; `mute`: left out; `solo`: only it and
    others that are soloed are heard; `gains`: what is added to `gain_db` from bar to bar. UsageError names
    the field that is wrong.
    """

    timbre: str = ""
    take: int | None = None
    takes: tuple[Take, ...] = ()
    score_sha256: str | None = None
    kind: str | None = None
    gain_db: float = 0.0
    pan: float | None = None
    mute: bool = False
    solo: bool = False
    gains: Gains = ()

    def __post_init__(self) -> None:
        if self.score_sha256 is not None and not is_sha(self.score_sha256):
            raise UsageError(f"score_sha256: {self.score_sha256[:70]!r} should be 64 hex digits")
        check_timbre(self.timbre)
        numbers = [take.take for take in self.takes]
        if any(a >= b for a, b in pairwise(numbers)):
            raise UsageError("takes: should be numbered upwards, each once")
        if self.take is not None and self.take not in numbers:
            raise UsageError(f"take: {self.take} does not exist; there are {len(numbers)} takes")
        if self.kind is not None and self.kind not in KINDS:
            raise UsageError(f"kind: {self.kind[:40]!r} is not known; use {', '.join(KINDS)}")
        object.__setattr__(self, "gain_db", _number("gain_db", self.gain_db, *GAIN_DB))
        if self.pan is not None:
            object.__setattr__(self, "pan", _number("pan", self.pan, *PAN))
        object.__setattr__(self, "gains", automation.checked(self.gains))
        if self.mute and self.solo:
            raise UsageError("solo: the layer is muted; it is either muted or soloed")

    @property
    def settings(self) -> dict[str, Any]:
        """Kind, gain, pan, mute, solo and gains where they are not the default, as `song.json` has them."""
        fields = {"kind": None, "gain_db": 0.0, "pan": None, "mute": False, "solo": False}
        told = {name: getattr(self, name) for name, usual in fields.items() if getattr(self, name) != usual}
        return told | ({"gains": automation.to_json(self.gains)} if self.gains else {})

    @property
    def schema(self) -> int:
        """The oldest schema of `song.json` that holds it."""
        takes = (1 if take.player is None else 5 if take.recorded else 2 for take in self.takes)
        settings = (_NEWEST.get(name, 3) for name in self.settings)
        return max((1, *takes, *settings))

    def role(self, name: str) -> str:
        """What the layer goes by, `name` in its song, wherever a name has to say its kind."""
        return role_of(name, self.kind)

    @property
    def active(self) -> Take | None:
        """The active take, or None where there is none yet."""
        return next((take for take in self.takes if take.take == self.take), None)

    @property
    def score_in_use(self) -> str | None:
        """SHA-256 of the score that it plays: its active take's, else the one given, else None. A recording
        plays none.
        """
        if self.active is None:
            return self.score_sha256
        return None if self.active.recorded else self.active.score_sha256

    @property
    def timbre_in_use(self) -> str:
        """What its performer plays the layer in; "" where that is left to the performer's bundle."""
        return self.active.timbre if self.active and self.active.player is None else self.timbre

    @property
    def next_take(self) -> int:
        """The number the next take gets."""
        return self.takes[-1].take + 1 if self.takes else 1

    def with_take(self, take: Take) -> LayerEntry:
        """This layer with one more take, which becomes the active one."""
        return replace(self, takes=(*self.takes, take)).with_active(take.take)

    def with_score(self, sha: str) -> LayerEntry:
        """This layer with the score that it is given. Unless the active take plays just this one, none is
        active: the notes are still to be performed.
        """
        plays = self.active is not None and self.active.score_sha256 == sha
        return replace(self, score_sha256=sha, take=self.take if plays else None)

    def with_active(self, number: int) -> LayerEntry:
        """This layer with take `number` active; the layer goes on in that take's timbre, if it has one."""
        takes = (take for take in self.takes if take.take == number and take.player is None)
        return replace(self, take=number, timbre=next((take.timbre for take in takes), self.timbre))


def entry_to_json(entry: LayerEntry) -> dict[str, Any]:
    """A layer as `song.json` has it."""
    takes = [take_to_json(take) for take in entry.takes]
    made = {"timbre": entry.timbre, "score_sha256": entry.score_sha256, "take": entry.take, "takes": takes}
    return {**made, **entry.settings}


def entry_from_json(item: object, name: object, schema: int) -> LayerEntry:
    """The layer in a part of a `song.json` of this schema. UsageError naming the field for anything else."""
    where = f"layers.{check_layer_name(name, 'layers')}"
    may = item if isinstance(item, Mapping) else {}
    told = [field for field in _SETTINGS if field in may and schema >= _NEWEST.get(field, 3)]
    fields = expect_fields(item, where, (*_FIELDS, *told))
    given = fields["score_sha256"]
    score = None if given is None else expect_text(given, f"{where}.score_sha256")
    timbre = expect_text(fields["timbre"], f"{where}.timbre")
    active = None if fields["take"] is None else expect_int(fields["take"], f"{where}.take", 1, MAX_TAKES)
    takes = expect_list(fields["takes"], f"{where}.takes")
    settings = {field: _setting(fields[field], field, where) for field in told}
    try:
        made = tuple(take_from_json(take, schema) for take in takes)
        return LayerEntry(timbre, active, made, score, **settings)
    except UsageError as error:
        raise UsageError(f"{where}.{error.marked}") from None


def _setting(value: object, field: str, where: str) -> Any:
    """A setting that is there, and so not the default."""
    if field == "gains":
        if not value:
            raise UsageError(f"{where}.gains: is empty; leave it out")
        return automation.from_json(value, f"{where}.gains")
    if field == "kind":
        return expect_text(value, f"{where}.kind")
    if field in ("mute", "solo"):
        if value is not True:
            raise UsageError(f"{where}.{field}: {shown(value)} should be true, or left out")
        return True
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not -999 < value < 999:
        raise UsageError(f"{where}.{field}: {shown(value)} should be a number")
    return float(value)


def _number(name: str, value: float, low: float, high: float) -> float:
    """A number as `song.json` has it: no whole number, no negative zero."""
    if not low <= value <= high:
        raise UsageError(f"{name}: {value:g} is outside {low:g} to {high:g}")
    return float(value) + 0.0
