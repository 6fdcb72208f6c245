"""The table "chords": what stands where in a song's chords, and how it is asked.

Bars are texts as `compose.degrees` has them, triads alone. Subjects:

- *loop*: how a section of so many bars repeats: "4+1" a loop of four bars of which the section's last bar is
  another one; else its phrases of four bars: in "a b a2 c" the third one is the first with two other bars at
  its end.
- *bar*: a bar of a loop, after the two before it, by its place.
- *tail*: a bar that leaves its loop at a section's end, by the bar before and the next section's first chord.
- *relation*: what a section takes from another kind of section: "verse=" its loop, "verse~" its chords in
  another order, "new" neither.
- *end*: the bar before the tonic that ends a song.
- *colour*: the quality that a triad is played as.
- *palette*: which triads there are, by sections.

Each is asked for a family of genres, a mode and a kind of section, from the particular to the general.
"""

from __future__ import annotations

from stemwright.compose.form import family, material

NAME = "chords"
SUBJECTS = ("loop", "bar", "tail", "relation", "end", "colour", "palette")
PHRASE = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LOOPS = (1, 2, 4, 8)
"""Bars that a loop has."""
NEW, SAME, TURNED = "new", "=", "~"
KINDS = ("verse", "chorus", "prechorus", "bridge", "intro", "solo", "outro", "interlude", "breakdown", "")
"""Kinds of sections, in the order in which their chords are decided."""
_OWN = ("interlude", "breakdown")


def kind(name: str) -> str:
    """The kind of a section by its name, one of KINDS."""
    word = material(name)
    return word if word in _OWN else family(name)


def loop_contexts(genre: str, of: str, bars: int) -> list[str]:
    """Where *loop* is asked."""
    return [f"{genre}|{of}|{bars}", f"{of}|{bars}", f"{bars}", f"phrases {-(-bars // PHRASE)}", ""]


def bar_contexts(
    genre: str, mode: str, of: str, length: int, place: int, before: tuple[str, ...], first: str
) -> list[str]:
    """Where *bar* is asked: `length` of the loop, 0 for none, `place` in it, the bars `before` in it, the
    last one last, and its `first` bar.
    """
    if not before:
        return [
            f"{genre}|{mode}|{of}|{length}",
            f"{mode}|{of}|{length}",
            f"{genre}|{mode}|{of}",
            f"{mode}|{of}",
            mode,
        ]
    one, two = before[-1], "|".join(before[-2:])
    at = f"{length}.{place}"
    closing = [f"{mode}|{at}|{one}|first {first}"] if place == length - 1 and length > 2 else []
    return [
        *closing,
        f"{genre}|{mode}|{of}|{at}|{two}",
        f"{mode}|{at}|{two}",
        f"{genre}|{mode}|{at}|{one}",
        f"{mode}|{at}|{one}",
        f"{mode}|{one}",
        mode,
    ]


def tail_contexts(genre: str, mode: str, left: int, before: str, ahead: str) -> list[str]:
    """Where *tail* is asked: `left` bars of the section come after it; `ahead`: the next section's chord."""
    return [
        f"{genre}|{mode}|{left}|{before}|{ahead}",
        f"{mode}|{left}|{before}|{ahead}",
        f"{genre}|{mode}|{left}|{ahead}",
        f"{mode}|{left}|{ahead}",
        f"{mode}|{left}",
    ]


def relation_contexts(genre: str, of: str, others: str) -> list[str]:
    """Where *relation* is asked; `others`: the kinds that may be taken from, "verse chorus"."""
    return [f"{genre}|{of}|{others}", f"{of}|{others}", others]


def end_contexts(genre: str, mode: str, before: str) -> list[str]:
    """Where *end* is asked; `before`: the bar before it."""
    return [f"{genre}|{mode}|{before}", f"{mode}|{before}", f"{genre}|{mode}", mode]


def colour_contexts(genre: str, mode: str, chord: str) -> list[str]:
    """Where *colour* is asked, for a triad's token."""
    triad = chord.partition(":")[2]
    return [f"{genre}|{mode}|{chord}", f"{mode}|{chord}", f"{genre}|:{triad}", f":{triad}"]


def palette_contexts(genre: str, mode: str) -> list[str]:
    """Where *palette* is asked."""
    return [f"{genre}|{mode}", mode]
