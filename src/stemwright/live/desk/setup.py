"""What a desk is made of, as the first line of a session's log has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.song.layers import check_layer_name

MAX_COLUMNS, MAX_PLAYERS = 64, 16
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class InputTimbre:
    """An input that sounds as another instrument. ``input``: counted from 0; ``bundle``: its name or folder;
    ``sha256``: its identity, so that a log is played with the very same; ``seed``: of how it wanders.
    """

    input: int
    bundle: str
    sha256: str
    seed: int = 0

    @classmethod
    def from_json(cls, value: object) -> InputTimbre:
        """Of plain values. UsageError where they are none."""
        names = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping) or set(value) != set(names):
            raise UsageError(f"setup.timbres: {shown(value)} should have {', '.join(names)}")
        numbers = (value["input"], value["seed"])
        texts = (value["bundle"], value["sha256"])
        if not all(type(each) is int and 0 <= each < 2**63 for each in numbers) or not all(
            isinstance(each, str) for each in texts
        ):
            raise UsageError(f"setup.timbres: {shown(value)} is of other types than it should be")
        if not _SHA.fullmatch(value["sha256"]):
            raise UsageError("setup.timbres: sha256 should be 64 hexadecimal digits")
        return cls(*(value[name] for name in names))


@dataclass(frozen=True, slots=True)
class Setup:
    """``columns``: the layers that stems are launched in. ``players``: companions, each with a MIDI port and
    a sound of its own. ``inputs``: of the device, heard on the desk; ``cv``: outputs of the device, after the
    first two, that carry voltages; ``cv_inputs``: inputs after those that are heard, pitch and gate by turns.
    ``buffer``: seconds that a recording may wait for the disk. ``timbres``: of inputs, each of one at most.
    ``watches``: whether direct current at inputs is told; logs from before that was done have it false.
    UsageError names the field that is wrong.
    """

    rate: int = 48_000
    columns: tuple[str, ...] = ()
    players: int = 0
    inputs: int = 0
    cv: int = 0
    buffer: float = 10.0
    timbres: tuple[InputTimbre, ...] = ()
    cv_inputs: int = 0
    watches: bool = True

    def __post_init__(self) -> None:
        if len(self.columns) > MAX_COLUMNS or len(set(self.columns)) != len(self.columns):
            raise UsageError(f"setup.columns: should be at most {MAX_COLUMNS} names, each once")
        for name in self.columns:
            check_layer_name(name, "setup.columns")
        for field, most in (("players", MAX_PLAYERS), ("inputs", 32), ("cv", 32), ("cv_inputs", 32)):
            if not 0 <= getattr(self, field) <= most:
                raise UsageError(f"setup.{field}: {shown(getattr(self, field))} is not from 0 to {most}")
        if self.cv_inputs % 2:
            raise UsageError(f"setup.cv_inputs: {self.cv_inputs} is odd; give pitch and gate, two by two")
        if not 8000 <= self.rate <= 192_000:
            raise UsageError(f"setup.rate: {shown(self.rate)} Hz is not from 8000 to 192000")
        if not 0.5 <= self.buffer <= 60:
            raise UsageError(f"setup.buffer: {shown(self.buffer)} s is not from .5 to 60")
        turned = [timbre.input for timbre in self.timbres]
        if len(set(turned)) != len(turned) or not all(0 <= number < self.inputs for number in turned):
            raise UsageError(
                f"setup.timbres: inputs {shown(turned)} should be of {self.inputs}, counted from 0, each once"
            )

    @property
    def heard(self) -> int:
        """Inputs of the device: those for sound, then those for voltages."""
        return self.inputs + self.cv_inputs

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **{field.name: getattr(self, field.name) for field in fields(self)},
            "columns": [*self.columns],
            "timbres": [asdict(timbre) for timbre in self.timbres],
        }

    @classmethod
    def from_json(cls, value: object) -> Setup:
        """The setup of plain values; logs from before there were timbres and voltages that come in have none.
        UsageError where they are none."""
        if isinstance(value, Mapping):
            value = {"timbres": [], "cv_inputs": 0, "watches": False, **value}
        if not isinstance(value, Mapping) or set(value) != {field.name for field in fields(cls)}:
            raise UsageError(f"setup: {shown(value)} should have {', '.join(f.name for f in fields(cls))}")
        columns = value["columns"]
        if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
            raise UsageError("setup.columns: should be a list of names")
        for name in ("rate", "players", "inputs", "cv", "cv_inputs"):
            if type(value[name]) is not int:
                raise UsageError(f"setup.{name}: {shown(value[name])} should be a whole number")
        if type(value["buffer"]) not in (int, float):
            raise UsageError(f"setup.buffer: {shown(value['buffer'])} should be a number")
        if type(value["watches"]) is not bool:
            raise UsageError(f"setup.watches: {shown(value['watches'])} should be true or false")
        if not isinstance(value["timbres"], list):
            raise UsageError("setup.timbres: should be a list")
        timbres = tuple(InputTimbre.from_json(each) for each in value["timbres"])
        return cls(**{**value, "columns": tuple(columns), "timbres": timbres})
