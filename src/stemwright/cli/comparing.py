"""`diff`: what is not the same in two runs, branches, takes or songs, in few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines
from stemwright.cli.watching import watching

_FIRST = Annotated[
    str | None,
    typer.Argument(
        metavar="[A]",
        help="A run's number, a branch, a take (lead@2) or a song's folder. Default: the last change, before "
        "and after.",
        show_default=False,
    ),
]
_SECOND = Annotated[
    str | None, typer.Argument(metavar="[B]", help="As A. Default: the song now.", show_default=False)
]
_SOUND = Annotated[
    bool, typer.Option("--sound", help="Decode takes that differ, and tell their level and loudness.")
]
_PLOT = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw the notes into this .png or .svg: what stays grey, what is new blue, what is gone red.",
        show_default=False,
    ),
]
SHOWN = 12
"""Lines of chords, or of one layer's bars, that are told; more are counted."""
_UNITS = {"gain_db": " dB"}
_WORDS = {"gain_db": "gain", "bpm": "tempo"}


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("diff", epilog="Example: stemwright diff my-song 4 7 --plot changes.png")(diff)


def diff(
    folder: opt.SongDir,
    a: _FIRST = None,
    b: _SECOND = None,
    sound: _SOUND = False,
    plot: _PLOT = None,
    json: opt.Json = False,
) -> None:
    """Tell what differs: state, chords and notes by bar, takes, tokens by bar, places in the mix.

    Bars are counted as they are; where there are more or fewer, they are matched by what they hold.
    """
    from stemwright.face.song import Song

    with watching() as watch:
        facts = Song(folder).diff(a, b, sound=sound, plot=plot, progress=watch).to_json()
    if json:
        emit_json(facts)
    else:
        lines(told(facts))
        lines(f"picture: {file}" for file in facts.get("pictures", ()))


def told(facts: Mapping[str, Any]) -> Iterator[str]:
    """The differences for people, a line each."""
    yield f"{facts['before']} -> {facts['after']}"
    if facts["same"]:
        yield "nothing differs"
    for name, (before, after) in facts["state"].items():
        simple = all(isinstance(value, str | int | float) for value in (before, after))
        yield (
            f"{_WORDS.get(name, name)}: {_value(before)} -> {_value(after)}" if simple else f"{name}: differs"
        )
    if facts["inserted"]:
        yield f"bars {_bars(facts['inserted'])}: are new ({_count(facts)})"
    if facts["deleted"]:
        yield f"bars {_bars(facts['deleted'])} of before: are gone ({_count(facts)})"
    yield from _chords(facts["chords"])
    for layer in facts["layers"]:
        yield from _layer(layer)
    yield from _lyrics(facts["lyrics"])


def _bars(bars: Iterable[int]) -> str:
    """Bars as "3, 5-8"."""
    from stemwright.song.midi_bars import bars_text

    return bars_text(bars)


def _count(facts: Mapping[str, Any]) -> str:
    return f"{facts['bars']['before']} bars before, {facts['bars']['after']} after"


def _chords(changes: list[Mapping[str, Any]]) -> Iterator[str]:
    both = [each for each in changes if each["before"] is not None and each["after"] is not None]
    for side, words in ((0, "are decided now"), (1, "are no more decided")):
        if both and not any(each["chords"][side] for each in both):
            yield f"chords: {words}"
            return
    for each in both[:SHOWN]:
        yield f"chords, bar {each['after']}: {' -> '.join(each['chords'])}"
    if len(both) > SHOWN:
        more = [each["after"] for each in both[SHOWN:]]
        yield f"chords: and of {len(more)} more bars, {_bars(more)}"


def _lyrics(changes: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in changes[:SHOWN]:
        before, after = each["before"], each["after"]
        line = after or before
        told = {
            "new": f"+ {line['text']}",
            "gone": f"- {line['text']}",
            "words": f"{before and before['text']} -> {line['text']}",
            "moved": f"from bar {before and before['bar']}: {line['text']}",
            "sung": f"sung at other places: {line['text']}",
        }
        yield f"lyrics, bar {line['bar']}: {told[each['how']]}"
    if len(changes) > SHOWN:
        yield f"lyrics: and {len(changes) - SHOWN} more lines"


def _layer(layer: Mapping[str, Any]) -> Iterator[str]:
    head = {"renamed": f"was called {layer['was']}", "new": "is new", "gone": "is gone"}.get(layer["how"])
    parts = [head] if head else []
    for name, (before, after) in layer["settings"].items():
        parts.append(f"{_WORDS.get(name, name)} {_value(before)} -> {_value(after)}{_UNITS.get(name, '')}")
    notes = layer["notes"]
    if notes:
        parts.append(f"notes: {_counted(notes)}{_where(notes)}")
    if layer["tokens"]:
        parts.append(_tokens(layer["tokens"]))
    elif layer["sound"] and layer["how"] in ("same", "renamed") and "take" not in layer["settings"]:
        parts.append("sounds otherwise")
    if layer["levels"]:
        parts.append(_levels(layer["levels"]))
    yield f"{layer['layer']}: {'; '.join(parts)}"
    if 1 < len(notes) <= SHOWN and any(bar["removed"] or bar["changed"] for bar in notes):
        for bar in notes:
            number = f"bar {bar['after']}" if bar["after"] is not None else f"bar {bar['before']} of before"
            yield f"  {number}: {_counted([bar])}"


def _counted(bars: list[Mapping[str, Any]]) -> str:
    """ "3 new, 2 gone, 4 changed (pitch 3, velocity 1)"."""
    changed = [each for bar in bars for each in bar["changed"]]
    what = Counter(name for each in changed for name in each["what"])
    counts = {
        "new": sum(len(bar["added"]) for bar in bars),
        "gone": sum(len(bar["removed"]) for bar in bars),
        "changed": len(changed),
    }
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    text += f" ({', '.join(f'{name} {count}' for name, count in what.items())})" if changed else ""
    return text


def _where(bars: list[Mapping[str, Any]]) -> str:
    there = [bar["after"] for bar in bars if bar["after"] is not None]
    gone = [bar["before"] for bar in bars if bar["after"] is None]
    parts = [f"bars {_bars(there)}"] if there else []
    parts += [f"bars {_bars(gone)} of before"] if gone else []
    return f", {', '.join(parts)}"


def _tokens(tokens: Mapping[str, Any]) -> str:
    moved = {each["bar"]: each["from"] for each in tokens["moved"]}
    other = [bar for bar in tokens["bars"] if bar not in moved]
    parts = [f"other in bars {_bars(other)}"] if other else []
    parts += [f"moved into bars {_bars(moved)}"] if moved else []
    return f"tokens: {', '.join(parts) or 'the same in every bar'} of {tokens['of']}"


def _levels(levels: list[Mapping[str, float] | None]) -> str:
    both = [
        "none" if each is None else f"{each['rms_db']:.1f} dB RMS, {each['loudness_lufs']:.1f} LUFS"
        for each in levels
    ]
    return f"level {both[0]} -> {both[1]}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value in (None, "") else str(value)
