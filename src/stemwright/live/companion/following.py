"""Voices that follow: for each note of their source, notes of their own that end with it."""

from __future__ import annotations

from contextlib import suppress

from stemwright.errors import UsageError
from stemwright.live.companion.choosing import drawn, follow_query, near
from stemwright.live.companion.stage import Stage
from stemwright.live.companion.voice import Voice


def follow(
    stage: Stage, source: Voice, pitch: int, velocity: int, at: int, now: int, latest: int | None
) -> None:
    """All followers of a voice answer a note of it that begins at a sample. `latest`: when that note ends at
    the latest, where this is known.
    """
    for lane, voice in enumerate(stage.voices):
        if not voice.follows or voice is source:
            continue
        wanted = voice.settings.source
        if wanted == source.name or (not wanted and source.is_input):
            voice.answered += 1
            if drawn(stage.settings.seed, lane, voice.answered) < voice.settings.chance:
                _answer(stage, voice, (source.name, pitch), velocity, at, now, latest)


def let_go(stage: Stage, source: Voice, pitch: int, at: int, now: int) -> None:
    """What answers a note that ends at a sample ends with it."""
    for voice in stage.voices:
        voice.forget(now)
        linked = [each for each in voice.played if each.source == (source.name, pitch)]
        stage.end(linked, voice, at, now)
        for each in linked:
            each.source = None


def _answer(
    stage: Stage, voice: Voice, source: tuple[str, int], velocity: int, at: int, now: int, latest: int | None
) -> None:
    own = voice.settings
    begin = stage.place(voice, at)
    tones = stage.tones(begin)
    for _ in range(1 if voice.drums else own.notes):
        voice.forget(now)
        taken = {pitch for name, pitch in stage.ear.companion.held if name == own.instrument}
        taken |= {each.note.pitch for each in voice.played if each.note.end > begin}
        fit = near(own, tones, source[1], taken)
        if not fit and not voice.drums:
            return
        with suppress(UsageError):  # nothing is left to choose from: it stays silent
            event = stage.ear.query(follow_query(own, fit, stage.ear.since(begin), velocity))
            shift = begin - at
            end = None if latest is None else latest + shift
            stage.play(voice, event.pitch, event.velocity, begin, now, source, shift, end)
            stage.ear.catch_up(now)
