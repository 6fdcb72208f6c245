"""Which of the machine's ports are Launchpads: each has several, and one of them takes programmer mode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.live.control.launchpad.models import MODELS, Model

_DAW_OR_DIN = re.compile(r"\b(DAW|DIN)\b", re.IGNORECASE)
_WINDOWS = re.compile(r"^MIDI(?:IN|OUT)(\d+) \((.*)\)")
_FIRST_ON_WINDOWS = re.compile(r"LP(ProMK3|X|MiniMK3) MIDI( \d+)?")
_NUMBERED = re.compile(r"\bLaunchpad [^:]* MIDI (\d+)(?=\s|$)")
_MIDI = re.compile(
    r"\bMIDI\b|\bMI(?= |$)"
)  # Linux cuts names at 31 letters: "Launchpad Mini MK3 LPMiniMK3 MI"
_COUNT = re.compile(r"(?:\s+\d+:\d+| \d+)$|\[\d+\]")
_DIRECTION = re.compile(r" (?:In|Out)\b|\((?:capture|playback)\)", re.IGNORECASE)
_UNIT = re.compile(r"\s(\d+):\d+$|\[(\d+)\]|-(\d+)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """A Launchpad: its two ports' names."""

    model: Model
    source: str
    target: str


def model_of(name: str) -> Model | None:
    """The Launchpad that a port belongs to, by its name; None for something else."""
    for model in MODELS:
        if any(re.search(rf"\b{re.escape(start)}\b", name, re.IGNORECASE) for start in model.ports):
            return model
    return None


def takes_programmer_mode(name: str, model: Model) -> bool:
    """Whether a port of a Launchpad is the MIDI one, by what systems call it.

    Linux and macOS write the device's name of the port, `LPX MIDI In`. Old Linux kernels count ports from 1,
    `Launchpad X MIDI 2`; so does Windows, but for the first one: `LPX MIDI`, `MIDIIN2 (LPX MIDI)`.
    """
    if _DAW_OR_DIN.search(name):
        return False
    if _FIRST_ON_WINDOWS.fullmatch(name):
        return model.midi_port == 1
    number = _WINDOWS.match(name) or _NUMBERED.search(name)
    return int(number[1]) == model.midi_port if number else bool(_MIDI.search(name))


def launchpads(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[list[Found], list[str]]:
    """The Launchpads among the ports of the machine, and a line for each that has no port to be used."""
    found: list[Found] = []
    free = list(outputs)
    for source in inputs:
        model = model_of(source)
        if model is None or not takes_programmer_mode(source, model):
            continue
        target = _partner(source, model, free)
        if target is not None:
            free.remove(target)
            found.append(Found(model, source, target))
    return found, _remarks(inputs, found)


def _partner(source: str, model: Model, outputs: Sequence[str]) -> str | None:
    """The output of the same device: the same name, or that of the same unit, but for its direction."""
    fitting = [n for n in outputs if model_of(n) is model and takes_programmer_mode(n, model)]
    for alike in (_exactly, _unit_of, _bare):
        for target in fitting:
            if alike(target) and alike(target) == alike(source):
                return target
    return None


def _exactly(name: str) -> str:
    return name


def _unit_of(name: str) -> str:
    """What Linux numbers a device with, "" where there is none."""
    number = _UNIT.search(name)
    return next(filter(None, number.groups()), "") if number else ""


def _bare(name: str) -> str:
    windows = _WINDOWS.match(name)
    return _COUNT.sub("", _DIRECTION.sub("", windows[2] if windows else name)).strip()


def _remarks(inputs: Sequence[str], found: Sequence[Found]) -> list[str]:
    used = {one.model for one in found}
    lines: dict[Model, str] = {}
    for name in inputs:
        model = model_of(name)
        if model is not None and model not in used:
            lines[model] = (
                f"{model.name}: {name} is not its MIDI port, which programmer mode needs; "
                "another program may hold that one, or the cable came loose: plug it in again"
            )
    return list(lines.values())


def remark_on(name: str) -> str | None:
    """What to say of a port that a user named, where it is the wrong one of a Launchpad; else None."""
    model = model_of(name)
    if model is None or takes_programmer_mode(name, model):
        return None
    return (
        f"{name} is not the port of a {model.name} for programmer mode; its MIDI port is taken in its place"
    )
