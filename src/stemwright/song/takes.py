"""Takes: a layer's results, each a performer's tokens, a sampler's sound or a recording, and their form in
`song.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemwright.errors import UsageError
from stemwright.song.fields import expect_fields, expect_int, expect_text

MAX_SEED = 2**64 - 1
MAX_TAKES = 10_000
_SHA = re.compile(r"[0-9a-f]{64}")
_TIMBRE = re.compile(r"(?!.*\.\.)[A-Za-z0-9 ._()+&'-]{0,64}")
_SHA_FIELDS = ("score_sha256", "tokens_sha256", "bundle_sha256")
_TAKE_FIELDS = ("take", "seed", "timbre", *_SHA_FIELDS, "frames", "run")
_SAMPLED_FIELDS = ("take", "seed", "score_sha256", "audio_sha256", "player", "frames", "run")
_PLAYER_FIELDS = ("kind", "name", "preset", "sha256")
SAMPLER, RECORDING = "sampler", "recording"
_SINCE = {SAMPLER: 2, RECORDING: 5}
"""The schema since which a take may be by each kind of player."""
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Sampled:
    """The file that a take's sound is from: its name and preset ("" for none), which only people read, and
    the SHA-256 of all that it sounds from. `kind`: `SAMPLER`, which played a score, or `RECORDING`, whose
    preset tells how it was stretched.
    """

    name: str
    preset: str
    sha256: str
    kind: str = SAMPLER

    def __post_init__(self) -> None:
        if self.kind not in _SINCE:
            raise UsageError(f"player.kind: {self.kind[:40]!r} is not known here; update Stemwright")
        if not is_sha(self.sha256):
            raise UsageError(f"player.sha256: {self.sha256[:70]!r} should be 64 hex digits")
        for field_name, text in (("name", self.name), ("preset", self.preset)):
            if len(text) > _MAX_NAME or not text.isprintable() or text != text.strip():
                raise UsageError(f"player.{field_name}: {text[:40]!r} is not allowed; use printable letters")
        if not self.name or "/" in self.name or "\\" in self.name:
            raise UsageError(f"player.name: {self.name[:40]!r} is not a file's name")

    def __str__(self) -> str:
        return f"{self.name} {self.preset}".rstrip()


@dataclass(frozen=True, slots=True)
class Take:
    """One generated result of a layer: its number (from 1), seed and timbre, what it is made of, its run.

    Either a performer's, with `tokens_sha256` and `bundle_sha256`; or a sampler's or a recording, with
    `audio_sha256` and `player`, and no timbre. A recording's score is empty.
    """

    take: int
    seed: int
    timbre: str
    score_sha256: str
    tokens_sha256: str | None
    bundle_sha256: str | None
    frames: int
    run: int
    audio_sha256: str | None = None
    player: Sampled | None = None

    @property
    def content_sha256(self) -> str:
        """SHA-256 of what it is: tokens or sound."""
        sha = self.audio_sha256 if self.tokens_sha256 is None else self.tokens_sha256
        assert sha is not None
        return sha

    @property
    def kind(self) -> str:
        """What its object is: "tokens" or "audio"."""
        return "tokens" if self.player is None else "audio"

    @property
    def recorded(self) -> bool:
        """Whether it is a recording: sound without notes."""
        return self.player is not None and self.player.kind == RECORDING

    def __post_init__(self) -> None:
        sampled = self.player is not None
        names = ("score_sha256", "audio_sha256") if sampled else _SHA_FIELDS
        for name in names:
            if not is_sha(getattr(self, name) or ""):
                raise UsageError(f"{name}: {str(getattr(self, name))[:70]!r} should be 64 hex digits")
        made = (self.tokens_sha256, self.bundle_sha256, self.timbre or None)
        if any(other is not None for other in (made if sampled else (self.audio_sha256,))):
            raise UsageError("player: a take is either a performer's or a sampler's")
        check_timbre(self.timbre)
        expect_int(self.take, "take", 1, MAX_TAKES)
        expect_int(self.seed, "seed", 0, MAX_SEED)
        expect_int(self.frames, "frames", 1, 2**31)
        expect_int(self.run, "run", 1, 2**31)


def take_to_json(take: Take) -> dict[str, Any]:
    """A take as `song.json` has it."""
    if take.player is None:
        return {name: getattr(take, name) for name in _TAKE_FIELDS}
    player = {name: getattr(take.player, name) for name in _PLAYER_FIELDS}
    return {name: getattr(take, name) for name in _SAMPLED_FIELDS} | {"player": player}


def take_from_json(item: object, schema: int) -> Take:
    """The take in a part of a `song.json` of this schema. UsageError naming the field for anything else."""
    if schema > 1 and isinstance(item, Mapping) and "player" in item:
        return _sampled_from_json(item, schema)
    fields = expect_fields(item, "takes", _TAKE_FIELDS)
    for name in ("timbre", *_SHA_FIELDS):
        expect_text(fields[name], f"takes.{name}")
    return Take(**fields)


def _sampled_from_json(item: Mapping[str, Any], schema: int) -> Take:
    fields = expect_fields(item, "takes", _SAMPLED_FIELDS)
    for name in ("score_sha256", "audio_sha256"):
        expect_text(fields[name], f"takes.{name}")
    player = expect_fields(fields["player"], "takes.player", _PLAYER_FIELDS)
    texts = {name: expect_text(player[name], f"takes.player.{name}") for name in _PLAYER_FIELDS}
    kind = texts["kind"]
    if _SINCE.get(kind, schema + 1) > schema:
        raise UsageError(f"takes.player.kind: {kind[:40]!r} is not known here; update Stemwright")
    given = {**fields, "player": Sampled(**texts)}
    return Take(timbre="", tokens_sha256=None, bundle_sha256=None, **given)


def is_sha(text: str) -> bool:
    """Whether `text` is 64 hex digits."""
    return _SHA.fullmatch(text) is not None


def check_timbre(timbre: str) -> None:
    """UsageError unless `timbre` may be the name of one."""
    if not _TIMBRE.fullmatch(timbre):
        raise UsageError(
            f"timbre: {timbre[:40]!r} is not allowed; use letters, digits, blank, . _ -", field="timbre"
        )
