"""Which layers a prompt wants and which not: "no drums", "only bass and drums", "drumless"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.song.layers import LAYERS
from stemwright.text.instruments import instrument_of, names
from stemwright.text.prompt import Prompt, contradiction

_WORDS = {
    "drums": "drums", "drum": "drums", "drum kit": "drums", "drumming": "drums", "beats": "drums",
    "beat": "drums", "percussion": "drums", "drummer": "drums", "bass": "bass", "bassline": "bass",
    "bass line": "bass", "basslines": "bass", "harmony": "harmony", "harmonies": "harmony",
    "chords": "harmony", "keys": "harmony", "keyboards": "harmony", "comping": "harmony",
    "accompaniment": "harmony", "lead": "lead", "leads": "lead", "melody": "lead", "melodies": "lead",
    "topline": "lead", "lead line": "lead",
}  # fmt: skip
"""What layers are called."""
NOT_SUNG = "vocals|vocal|voices|singing|singer|lyrics|words"
_LAYER = "|".join(sorted(_WORDS, key=len, reverse=True))


def _items(more: str) -> str:
    """Names in a row. Each blank has one place in the pattern, so that no text takes long to fail."""
    item = rf"(?:(?:the|a|an|any) )?(?:{more})(?![\w-])"
    return rf"{item}(?:(?:,? (?:(?:and|or|nor|&|\+) )?(?:(?:no|without) )?|/|,){item})*"


_NO = r"(?:no|without|minus|w/o|sans|zero|not any|drop|skip|lose|leave out|leaving out|remove|hold)"
_WITHOUT = re.compile(rf"(?<![\w-]){_NO} (?P<items>{_items(_LAYER)})(?![\w-])")
_UNSUNG = re.compile(rf"\b{_NO} (?:any )?(?:{NOT_SUNG})\b|\binstrumental\b")
_LESS = re.compile(r"\b(?P<layer>drum|bass|beat|percussion)-?less\b")
_STARTS = re.compile(r"(?:start|begin|open)\w*(?: off)? with (?:just )?$")
_THEN = re.compile(r" (?:then|at first|at the (?:start|beginning)|until)\b")


@dataclass(frozen=True, slots=True)
class Band:
    """`without`: layers that are not wanted -> the words; `only`: the sole ones that are, None where nothing
    says so, and the words; `unsung`: words that ask for what is always so, no singing.
    """

    without: dict[str, str]
    only: tuple[str, ...] | None
    said: str
    unsung: tuple[str, ...]


def read_band(prompt: Prompt) -> Band:
    """What a prompt says of layers. UsageError where one is wanted and not. Instruments of "only" are left
    for who reads them.
    """
    without: dict[str, str] = {}
    for match in prompt.find(_WITHOUT):
        for item in re.findall(rf"(?<![\w-])(?:{_LAYER})(?![\w-])", match["items"]):
            without.setdefault(_WORDS[item], f"no {item}")
        prompt.take(match)
    for match in prompt.find(_LESS):
        layer = "bass" if match["layer"] == "bass" else "drums"
        without.setdefault(layer, prompt.take(match))
    unsung = tuple(prompt.take(match) for match in prompt.find(_UNSUNG))
    only, said = _only(prompt)
    for layer in only or ():
        if layer in without:
            raise contradiction(said, without[layer])
    return Band(without, only, said, unsung)


def read_mentions(prompt: Prompt) -> dict[str, str]:
    """The layers that a prompt mentions as wanted: "with a bass", and the words."""
    found: dict[str, str] = {}
    for match in prompt.find(re.compile(rf"(?<![\w-])(?:{_LAYER})(?![\w-])")):
        found.setdefault(_WORDS[match[0]], prompt.take(match))
    return found


def _only(prompt: Prompt) -> tuple[tuple[str, ...] | None, str]:
    known = "|".join(re.escape(name) for name in sorted((*_WORDS, *names()), key=len, reverse=True))
    pattern = re.compile(
        rf"\b(?:(?P<head>only|just|nothing but|solely|unaccompanied|solo) (?P<items>{_items(known)})(?![\w-])"
        rf"|(?P<items2>{_items(known)})(?![\w-]) (?P<tail>only|alone|by itself))"
    )
    for match in prompt.find(pattern):
        items = match["items"] or match["items2"]
        if _STARTS.search(prompt.low[: match.start()]) or _THEN.match(prompt.low, match.end()):
            continue
        listed = re.findall(rf"(?<![\w-])(?:{known})(?![\w-])", items)
        layers = [_layer_of(item) for item in listed]
        if match["head"] == "solo" and len(layers) > 1:
            continue
        said = prompt.written(*match.span())
        group = "items" if match["items"] else "items2"
        _take_all_but_instruments(prompt, match, group)
        return tuple(layer for layer in LAYERS if layer in layers), " ".join(said.split())
    return None, ""


def _take_all_but_instruments(prompt: Prompt, match: re.Match[str], group: str) -> None:
    head = "head" if match["head"] else "tail"
    start = match.start(group)
    plain = re.compile(rf"(?<![\w-])(?:{_LAYER})(?![\w-])")
    for item in list(plain.finditer(match[group])):
        if instrument_of(item[0]) is None:
            prompt.take_span(start + item.start(), start + item.end())
    prompt.take(match, head)


def _layer_of(item: str) -> str:
    if item in _WORDS:
        return _WORDS[item]
    found = instrument_of(item)
    assert found is not None
    return found.layer
