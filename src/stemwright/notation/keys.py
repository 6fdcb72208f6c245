"""The key of printed music: what a signature leaves open, its chords and its notes tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stemwright.notation.sheet import Bar
from stemwright.song.harmony import Chord, Key
from stemwright.song.pitch import name_at
from stemwright.song.qualities import QUALITIES

_MAJOR = ("", "major", "ionian")


def keys_of(bars: Sequence[Bar]) -> tuple[Key, Key] | None:
    """The major and the minor key of the signature that most bars have; None where there is none."""
    signatures = Counter(bar.fifths for bar in bars if bar.fifths is not None)
    if not signatures:
        return None
    fifths = signatures.most_common(1)[0][0]
    return Key(name_at(fifths), "major"), Key(name_at(fifths + 3), "minor")


def likelier(both: tuple[Key, Key], weights: Sequence[float]) -> Key:
    """The one of a major key and its relative minor whose tonic, fifth and leading tone sound longer; the
    leading tone counts twice, since it is what the two do not share. `weights`: [12], how long each pitch
    class sounds.
    """

    def heard(key: Key) -> float:
        tonic = key.tonic_pc
        return weights[tonic] + weights[(tonic + 7) % 12] + 2 * weights[(tonic + 11) % 12]

    return max(both, key=heard)


def third_of(chord: Chord) -> int | None:
    """3 or 4, the third of a chord with a perfect fifth; None for other chords."""
    tones = QUALITIES[chord.quality]
    return next((tone for tone in (3, 4) if tone in tones), None) if 7 in tones else None


def chosen_key(both: tuple[Key, Key], chords: Sequence[Chord | None], weights: Sequence[float]) -> Key:
    """The major or the minor key of a signature, where a sheet calls every signature major: the last chord
    decides where it is one of the two tonics, and else which tonic sounds longer, or the notes. `chords`: one
    for each beat; `weights`: as of `likelier`.
    """
    tonics = {(key.tonic_pc, key.is_minor): key for key in both}
    heard = [(c.root_pc, third_of(c) == 3) for c in chords if c is not None and third_of(c) is not None]
    if heard and heard[-1] in tonics:
        return tonics[heard[-1]]
    beats = Counter(tonics[chord] for chord in heard if chord in tonics)
    return beats.most_common(1)[0][0] if beats else likelier(both, weights)


def named_key(bars: Sequence[Bar]) -> Key | None:
    """The key of the first signature where its mode is said and is not what programs say of every one."""
    first = next((bar for bar in bars if bar.fifths is not None), None)
    return first.key if first is not None and first.mode not in _MAJOR else None
