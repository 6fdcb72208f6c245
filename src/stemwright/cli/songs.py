"""`new`, `song`, `show`: starting a song and looking at it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.layers import described
from stemwright.cli.output import changing, emit_json, lines, played_by, quoted, short, table
from stemwright.cli.prompting import say_prompt
from stemwright.cli.watching import watching
from stemwright.song.layers import named_kind

if TYPE_CHECKING:
    from stemwright.producer.wish import Wish

_Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw all layers over the bars with chords and sections into FILE, .png or .svg.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command(
        "song", epilog="Example: stemwright song my-song --bpm 97.3 --key 'D dorian' --meter 7/8 --seed 7"
    )(song)
    app.command(
        "new", epilog="Example: stemwright new my-song --bpm 112 --key 'F# minor' --form 'intro:4 verse:8'"
    )(new)
    app.command("show", epilog="Example: stemwright show my-song --plot my-song.png")(show)


def new(
    folder: opt.SongDir,
    prompt: opt.Prompt = None,
    bpm: opt.Bpm = None,
    key: opt.KeyName = None,
    meter: opt.MeterName = None,
    form: opt.Form = None,
    length: opt.Length = None,
    style: opt.Style = None,
    seed: opt.SongSeed = None,
    title: opt.Title = None,
    timbre: opt.Timbres = None,
    chords: opt.Chords = None,
    layers: opt.Layers = None,
    amount: opt.Amount = None,
    json: opt.Json = False,
) -> None:
    """Start a song: write its global state into a new folder. Nothing is generated yet."""
    from stemwright.exchange.chartfile import chart_text
    from stemwright.producer.create import create, remark_facts
    from stemwright.producer.wish import Wish
    from stemwright.shown.prompting import prompt_facts
    from stemwright.shown.reports import describe

    with chart_text(chords) as chart:
        wish = Wish(
            bpm, key, meter, form, style, seed, title, tuple(timbre or ()), chart, layers, length, amount,
            prompt,
        )  # fmt: skip
        create(folder, wish)
    facts = describe(folder)
    if json:
        emit_json({**facts, **remark_facts(wish), **prompt_facts(wish)})
    else:
        _say_implied(wish)
        lines([f"{quoted(folder)}: {_headline(facts)}", f"next: stemwright generate {quoted(folder)}"])


def song(
    folder: opt.SongDir,
    prompt: opt.Prompt = None,
    bpm: opt.Bpm = None,
    key: opt.KeyName = None,
    meter: opt.MeterName = None,
    form: opt.Form = None,
    length: opt.Length = None,
    style: opt.Style = None,
    seed: opt.SongSeed = None,
    title: opt.Title = None,
    timbre: opt.Timbres = None,
    chords: opt.Chords = None,
    layers: opt.Layers = None,
    amount: opt.Amount = None,
    composer: opt.Composer = False,
    arranger: opt.Arranger = False,
    style_of: opt.StyleOf = None,
    strength: opt.Strength = 0.8,
    variations: opt.SongVariations = 1,
    json: opt.Json = False,
) -> None:
    """Start a song, generate every layer and mix it, in one go. Run again, it resumes."""
    from stemwright.exchange.chartfile import chart_text
    from stemwright.producer.whole import make_variations
    from stemwright.producer.wish import Wish
    from stemwright.shown.prompting import prompt_facts
    from stemwright.shown.runtimes import require_runtimes

    require_runtimes()
    with chart_text(chords) as chart:
        wish = Wish(
            bpm, key, meter, form, style, seed, title, tuple(timbre or ()), chart, layers, length, amount,
            prompt,
        )  # fmt: skip
        if not json and not (folder / "song.json").exists():
            _say_implied(wish)
        with watching() as watch:
            made = make_variations(
                folder,
                wish,
                variations,
                watch,
                composer=composer,
                arranger=arranger,
                style_of=style_of,
                strength=strength,
            )
    if json:
        first = made[0] if variations == 1 else {"songs": made}
        emit_json({**first, **prompt_facts(wish)})
        return
    for result in made:
        _say_made(result)


def _say_made(result: Mapping[str, Any]) -> None:
    """Where the mix and its stems are, and how long that took."""
    stems = [f"{name:<11}{path}" for name, path in result["stems"].items()]
    spent = result["elapsed_seconds"]
    clock = f"{result['seconds']:.1f} s of music in {spent:.1f} s, real-time factor {result['rtf']:.2f}"
    lines([f"{'mix':<11}{result['mix']}", *stems, *result["remarks"], clock])


def show(folder: opt.SongDir, plot: _Plot = None, json: opt.Json = False) -> None:
    """Show a song: its global state, its chords, its layers and their takes; with --plot as a picture."""
    from stemwright.face.song import Song

    facts = Song(folder).show(plot=plot).to_json()
    if json:
        emit_json(facts)
        return
    asked = [f'prompt: "{facts["prompt"]}"'] if facts["prompt"] else []
    lines([_headline(facts), *asked, "  ".join(f"{s['name']}:{s['bars']}" for s in facts["sections"]), ""])
    if facts["chart"]:
        table(("section", "bar", "chords"), [tuple(line.values()) for line in facts["chart"]])
        lines([""])
    rows = [
        (
            name,
            layer["take"],
            layer["takes"],
            played_by(layer) or None,
            short(layer["tokens_sha256"] or layer["audio_sha256"]),
            short(layer["score_sha256"]),
        )
        for name, layer in facts["layers"].items()
    ]
    table(("layer", "take", "takes", "played by", "object", "score"), rows)
    lines(f"{name}: {said}" for name, layer in facts["layers"].items() if (said := _set(name, layer)))
    lines(facts["remarks"])
    lines(f"picture: {file}" for file in facts.get("pictures", ()))


def _set(name: str, layer: Mapping[str, Any]) -> str:
    """What is not as usual of a layer: its kind, its place in the mix; "" for nothing."""
    kind = layer["kind"] if named_kind(name) != layer["kind"] else None
    return ", ".join(filter(None, (kind, described(layer))))


def _say_implied(wish: Wish) -> None:
    """What the chords and the style decided that was not asked for, and how the chords were read."""
    from stemwright.producer.create import adapted, further, implied, remarks, styled
    from stemwright.producer.prompted import prompted

    say_prompt(wish)
    wish = prompted(wish).wish
    found = implied(wish)
    lines(f"{name}: {value}, from the chords" for name, value in found.items())
    lines(f"{name}: {value}, from the style" for name, value in styled(wish).items() if name not in found)
    lines(f"chords: {remark}" for remark in remarks(wish))
    lines(adapted(wish))
    if usual := further(wish):
        lines([f"layers: the known four; usual in this style, with --layers usual: {', '.join(usual)}"])


def _headline(facts: dict[str, object]) -> str:
    return (
        f"{facts['title']}: {changing(facts, 'bpm')} bpm, {facts['key']}, {changing(facts, 'meter')}, "
        f"{facts['style']}, "
        f"{facts['bars']} bars, {facts['seconds']:.1f} s, seed {facts['seed']}"
    )
