"""Words read by the table: "darker, more tension for two minutes, then a bit brighter over 8 bars"."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

from stemwright.live.vibe.parameters import PARAMETERS, defaults, parameter
from stemwright.live.vibe.request import BY, HOLD, TO, UNITS, Change, Request, Span, Stage
from stemwright.live.vibe.vocabulary import MORE, NOUN, Word, vocabulary

MAX_TEXT = 500
"""Characters that are read; what comes after them is not."""
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-z]+(?:['-][a-z]+)*|[,;.!]")
_NEAR = 0.84
"""How alike a mistyped word must be to a known one."""
_BREAKS = (",", ";", ".", "!", "and", "but")


@dataclass(slots=True)
class _How:
    """What was said before a word about how it is meant."""

    steps: float | None = None
    less: bool = False
    more: bool = False
    too: bool = False
    negated: bool = False
    none: bool = False
    most: bool = False
    keep: bool = False


@dataclass(slots=True)
class _Draft:
    """A stage that is being read. `hold`: parameters that are not to move."""

    by: dict[str, float] = field(default_factory=dict)
    to: dict[str, float] = field(default_factory=dict)
    hold: dict[str, None] = field(default_factory=dict)
    over: Span | None = None
    lasts: Span | None = None

    def stage(self) -> Stage:
        """The stage, in the order of the parameters."""
        changes = []
        for name, entry in PARAMETERS.items():
            span = entry.high - entry.low
            if name in self.to:
                changes.append(Change(name, TO, self.to[name]))
            elif name in self.by:
                changes.append(Change(name, BY, min(max(self.by[name] * entry.step, -span), span)))
            elif name in self.hold:
                changes.append(Change(name, HOLD))
        return Stage(tuple(changes), self.over, self.lasts)


def read(text: str) -> Request:
    """What a text asks for. What is not understood is in `unknown`; nothing raises."""
    lower = text[:MAX_TEXT].lower().replace("’", "'")
    return _Reader(_TOKEN.findall(lower)).read()


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at = tokens, 0
        self._words = vocabulary()
        self._unknown: list[str] = []
        self._how = _How()

    def read(self) -> Request:
        drafts = [_Draft()]
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if self._words.roles.get(token) == "then":
                drafts.append(_Draft())
                self._how = _How()
            else:
                self._token(self._spelled(token), drafts[-1])
        stages = tuple(stage for draft in drafts if (stage := draft.stage()).changes)
        return Request(stages, tuple(dict.fromkeys(self._unknown)))

    def _token(self, token: str, draft: _Draft) -> None:
        words, role = self._words, self._words.roles.get(token, "")
        if token in _BREAKS:
            self._how = _How()
        elif role in ("for", "over") and (span := self._span()) is not None:
            if role == "for":
                draft.lasts = span
            else:
                draft.over = span
        elif role == "reset":
            draft.to.update(defaults())
        elif token in words.words:
            self._moves(words.words[token], draft)
        elif token in words.speeds:
            draft.over = Span(float(words.speeds[token]), "bars")
        elif token in words.intensities:
            self._how.steps = words.intensities[token]
        elif role:
            self._role(role)
        elif token not in words.filler and token not in words.numbers and token not in words.units:
            self._unknown.append(token)

    def _role(self, role: str) -> None:
        how = self._how
        how.more |= role == "more"
        how.less |= role == "less"
        how.too |= role == "too"
        how.negated |= role == "not"
        how.none |= role == "none"
        how.most |= role == "most"
        how.keep |= role == "keep"

    def _moves(self, word: Word, draft: _Draft) -> None:
        how, self._how = self._how, _How()
        still = how.keep and word.kind == NOUN  # "keep the swing"
        if still or (how.negated and (word.kind == MORE or how.more or how.less)):  # "not louder"
            draft.hold.update(dict.fromkeys(word.moves))
            return
        if word.kind == NOUN and (how.none or how.most):  # "no swing", "maximum energy"
            for name, steps in word.moves.items():
                if abs(steps) >= 1.0:
                    entry = parameter(name)
                    draft.to[name] = entry.low if (steps > 0) == how.none else entry.high
            return
        factor = 1.0 if how.steps is None else how.steps
        if how.too and how.negated and how.steps is None:  # "not too loud"
            factor = 0.5
        if how.less or how.too or how.negated or how.none:
            factor = -factor
        for name, steps in word.moves.items():
            draft.by[name] = draft.by.get(name, 0.0) + factor * steps

    def _span(self) -> Span | None:
        """The span that the next words say, which are taken; None, and nothing taken, where they say none."""
        amount, at = None, self._at
        while at < len(self._tokens):
            token = self._tokens[at]
            number = self._words.numbers.get(token)
            if number is None and token[0].isdigit():
                number = float(token)
            if number is not None:
                # "half a minute", "a couple": a part and an article are one number
                amount = number if amount is None or amount == 1 else amount * number
            elif token in self._words.units:
                self._at = at + 1
                return _span(1.0 if amount is None else amount, self._words.units[token])
            elif token not in ("of", "the", "next"):
                return None
            at += 1
        return None

    def _spelled(self, token: str) -> str:
        """A word, or the known one that it is a slip of."""
        words = self._words
        if len(token) < 5 or token in words.filler:
            return token
        known = words.known()
        if token in known:
            return token
        near = difflib.get_close_matches(token, known, 1, _NEAR)
        return near[0] if near else token


def _span(amount: float, unit: str) -> Span:
    if unit == "minutes":
        amount, unit = amount * 60, "seconds"
    return Span(min(amount, UNITS[unit]), unit)
