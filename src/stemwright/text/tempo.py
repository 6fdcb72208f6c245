"""Tempo: beats a minute, and the words that musicians use for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.song.tempo import bpm_text, parse_bpm
from stemwright.text.numbers import FIGURES, WORDS, value_of
from stemwright.text.prompt import TAKEN, Prompt, contradiction

TERMS: dict[str, tuple[int, int]] = {
    "grave": (35, 45), "largo": (40, 60), "lento": (45, 60), "larghetto": (60, 66), "adagietto": (65, 80),
    "adagio": (55, 76), "andantino": (80, 108), "andante": (76, 108), "moderato": (98, 120),
    "allegretto": (104, 124), "allegro": (109, 156), "vivace": (140, 176), "prestissimo": (200, 240),
    "presto": (168, 200),
}  # fmt: skip
"""Italian terms: quarter notes a minute, from and to, as metronomes have them."""
PACES: dict[str, int] = {"very slow": -2, "slow": -1, "medium": 0, "fast": 1, "very fast": 2}
_NUMBER = rf"(?P<number>{FIGURES}|{WORDS})"
_UNIT = r"(?:bpm\b|b\.p\.m\.?|beats?[ -](?:per|a)[ -]minute\b)"
_NOTES = {"dotted quarter": Fraction(3, 2), "quarter": Fraction(1), "half": Fraction(2)}
_NOTES |= {"dotted half": Fraction(3), "eighth": Fraction(1, 2)}
_RANGE = re.compile(
    rf"(?<![\w.])(?:between )?(?P<low>{FIGURES}) ?(?:-|to|and) ?(?P<high>{FIGURES}) ?-? ?{_UNIT}"
)
_MARKED = re.compile(
    rf"(?:(?P<dotted>[♩q]\.)|♩|\bq|\b(?P<note>{'|'.join(_NOTES)})(?: notes?)?) ?= ?(?P<number>{FIGURES})"
)
_BPM = re.compile(rf"(?<![\w.]){_NUMBER} ?-? ?(?:ish )?{_UNIT}")
_SAID = re.compile(
    rf"(?:\bbpm|\btempo|\bspeed)(?: of| is| around| about| at| near|[:=])*:? *(?P<number>{FIGURES}|{WORDS})\b"
    r"(?! ?(?:bars?|minutes?|seconds?|/))"
)
_ABOUT = re.compile(
    rf"(?:\bat|\baround|\babout|\broughly|\bapproximately|\bca\.?|~) ?(?P<number>{FIGURES})(?:-?ish)?\b"
    r"(?![ -]?(?:bars?|min|sec|years?|o'?clock|am\b|pm\b|percent|/|:|%|s\b))"
)
_ISH = re.compile(rf"(?<![\w.])(?P<number>{FIGURES})-?ish\b")
_BARE = re.compile(rf"(?P<left>^|[,;.!?(\n]|{TAKEN}) *(?P<number>[0-9]{{2,3}}) *(?=$|[,;.!?)\n]|{TAKEN})")
_TERM = re.compile(rf"\b({'|'.join(sorted(TERMS, key=len, reverse=True))})\b")
_SLOW = r"slow(?:er|ly|ish)?|down-?tempo|unhurried|leisurely|laid[ -]back|lazy|sleepy"
_FAST = r"fast(?:er|ish)?|quick(?:ly)?|up-?tempo|rapid|speedy|brisk|racing|breakneck|high[ -]speed"
_PACE = re.compile(
    rf"\b(?P<very>(?:very|really|super|extremely|so|ultra|painfully|insanely|extra) )?"
    rf"(?:(?P<slow>{_SLOW})|(?P<fast>{_FAST})|(?P<mid>mid[ -]?tempo|medium(?:[ -]tempo)?|moderate(?:ly)?))\b"
    r"(?! (?:build|fade|motion))"
)


@dataclass(frozen=True, slots=True)
class Tempo:
    """`bpm`: exact, as text; `pace`: of `PACES`, where a word says it; `said`: the words."""

    bpm: str | None
    pace: str | None
    said: str


def read_tempo(prompt: Prompt) -> Tempo | None:
    """The tempo that a prompt names in figures or by an Italian term. UsageError for two, or one outside of
    what a song can have.
    """
    found = [*_numbers(prompt)]
    _agree(found)
    terms = [*_terms(prompt)]
    _agree(terms)
    return next(iter(found or terms), None)


def read_bare(prompt: Prompt) -> Tempo | None:
    """A number that stands alone between commas or beside what was understood: "trance, A minor, 138"."""
    numbers = []
    for found in prompt.find(_BARE):
        if 40 <= int(found["number"]) <= 250:
            numbers.append(Tempo(bpm_text(_bpm(found["number"])), None, prompt.take(found, "number")))
    _agree(numbers)
    return numbers[0] if numbers else None


def read_pace(prompt: Prompt) -> tuple[Tempo | None, list[str]]:
    """How fast by words ("slow", "uptempo"), and remarks: where both ways are said, neither counts."""
    paces = []
    for found in prompt.find(_PACE):
        name = "medium" if found["mid"] else "slow" if found["slow"] else "fast"
        name = f"very {name}" if found["very"] and name != "medium" else name
        paces.append(Tempo(None, name, prompt.take(found)))
    ways = {PACES[tempo.pace] > 0: tempo.said for tempo in paces if tempo.pace and PACES[tempo.pace]}
    if len(ways) == 2:
        return None, [f"{ways[False]!r} and {ways[True]!r}: both are said, so neither sets the tempo"]
    return (max(paces, key=lambda tempo: abs(PACES[tempo.pace or "medium"])) if paces else None), []


def _numbers(prompt: Prompt) -> list[Tempo]:
    out = []
    for found in prompt.find(_RANGE):
        middle = (_bpm(found["low"]) + _bpm(found["high"])) / 2
        out.append(Tempo(bpm_text(middle), None, prompt.take(found)))
    for found in prompt.find(_MARKED):
        note = "dotted quarter" if found["dotted"] else found["note"] or "quarter"
        bpm = Fraction(found["number"]) * _NOTES[note]
        out.append(Tempo(bpm_text(_bpm(bpm_text(bpm))), None, prompt.take(found)))
    for pattern in (_BPM, _SAID, _ABOUT, _ISH):
        for found in prompt.find(pattern):
            out.append(Tempo(bpm_text(_bpm(value_of(found["number"]))), None, prompt.take(found)))
    return out


def _terms(prompt: Prompt) -> list[Tempo]:
    out = []
    for found in prompt.find(_TERM):
        low, high = TERMS[found[1]]
        out.append(Tempo(str((low + high) // 2), None, prompt.take(found)))
    return out


def _bpm(text: str) -> Fraction:
    try:
        return parse_bpm(text)
    except UsageError as error:
        raise UsageError(f"prompt: {error.marked}", field="prompt") from None


def _agree(found: list[Tempo]) -> None:
    for tempo in found[1:]:
        if tempo.bpm != found[0].bpm:
            raise contradiction(found[0].said, tempo.said)
