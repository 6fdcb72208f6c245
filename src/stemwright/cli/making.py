"""`generate` and `mix`: making layers, and sound from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.changed import DryRun, said_changed
from stemwright.cli.output import emit_json, in_options, lines, played_by, short
from stemwright.cli.saying import said
from stemwright.cli.watching import watching

_Layers = Annotated[
    list[str] | None,
    typer.Argument(metavar="[LAYER]...", help="Layers to make; all where none is named.", show_default=False),
]
_Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        help="Make another take, with this seed. Default: derived from the song's.",
        show_default=False,
    ),
]
_Bars = Annotated[
    str | None,
    typer.Option(
        "--bars", metavar="A-B", help="Make only these bars again, counted from 1.", show_default=False
    ),
]
_Timbre = Annotated[
    str | None,
    typer.Option(
        "--timbre",
        metavar="NAME",
        help="Make another take of the layer named, in this timbre; without --seed, of the same notes. "
        "`stemwright timbres` lists the names.",
        show_default=False,
    ),
]
_Player = Annotated[
    str | None,
    typer.Option(
        "--player",
        metavar="sampler:FILE[#PRESET]|flow",
        help="Make another take of the layers named, played by the sampler from an SFZ, SF2 or SF3 file, or "
        "by the flow model; without --seed and --bars, of the same notes. PRESET: 0:24 or a name. Default: "
        "the first; for drums, a kit.",
        show_default=False,
    ),
]
_Prompt = Annotated[
    str | None,
    typer.Option(
        "--prompt",
        metavar="TEXT",
        help="Make another take of the layers named by a flow model that was trained with captions, which "
        "sounds as these words say: 'warm dark bass, dry'; without --seed and --bars, of the same notes. The "
        "shipped one knows no words yet.",
        show_default=False,
    ),
]
_Players = Annotated[
    list[str] | None,
    typer.Option(
        "--player",
        metavar="LAYER=sampler:FILE[#PRESET]",
        help="Play this layer's notes by the sampler, for this mix only; may be repeated.",
        show_default=False,
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Where the mix goes: .wav, .flac, .ogg or .mp3. Default: renders/ in the song.",
        show_default=False,
    ),
]
_Stems = Annotated[bool, typer.Option("--stems", help="Write the stems too.")]
_StemsMaster = Annotated[
    bool,
    typer.Option(
        "--stems-master",
        help="Write the stems as they are under the master's filter and gain, so that they add up to the "
        "mastered mix.",
    ),
]
_Master = Annotated[
    str,
    typer.Option(
        "--master",
        metavar="NAME",
        help="streaming: -14 LUFS, true peak at most -1 dBTP. club: -9 LUFS, -1 dBTP, with gentle bus "
        "compression, and tilt EQ where lows and highs are out of balance. none: the plain sum of the "
        "stems, with the headroom that it has; no gain, no limiter.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("generate", epilog="Example: stemwright generate my-song lead --seed 7 --bars 5-8")(
        said(generate)
    )
    app.command("perform", epilog="Example: stemwright perform my-song harmony")(said(perform))
    app.command("mix", epilog="Example: stemwright mix my-song --stems --out my-song.flac")(said(mix))


def generate(
    folder: opt.SongDir,
    layers: _Layers = None,
    seed: _Seed = None,
    bars: _Bars = None,
    timbre: _Timbre = None,
    composer: opt.Composer = False,
    arranger: opt.Arranger = False,
    player: _Player = None,
    style_of: opt.StyleOf = None,
    strength: opt.Strength = 0.8,
    prompt: _Prompt = None,
    dry_run: DryRun = False,
    json: opt.Json = False,
) -> None:
    """Write and perform the layers that are missing; resumes by itself. With --seed, --timbre or --player,
    another take; the other layers stay as they are.
    """
    from stemwright.face.song import Song

    names = layers or ()
    if dry_run:
        planned = Song(folder).planned(
            *names,
            seed=seed,
            bars=bars,
            timbre=timbre,
            composer=composer,
            arranger=arranger,
            player=player,
            style_of=style_of,
            strength=strength,
            prompt=prompt,
        )
        said_changed(folder, planned.to_json(), json)
        return
    with watching() as watch:
        made = Song(folder).generate(
            *names,
            seed=seed,
            bars=bars,
            timbre=timbre,
            composer=composer,
            arranger=arranger,
            player=player,
            style_of=style_of,
            strength=strength,
            prompt=prompt,
            progress=watch,
        )
    say_made(
        made.to_json(),
        json,
        "nothing is missing; --seed N makes another take, --timbre NAME or --player another sound of it",
    )


def perform(folder: opt.SongDir, layers: _Layers = None, json: opt.Json = False) -> None:
    """Play the notes of the active takes again, where another performer is installed by now: another take of
    the same notes. What a sampler played stays.
    """
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).perform(*(layers or ()), progress=watch)
    say_made(made.to_json(), json, "all takes are by the performers that are installed")


def say_made(facts: dict[str, Any], json: bool, nothing: str) -> None:
    """What there is now; `nothing`: what to say where nothing was made."""
    made = in_options(facts)
    if json:
        emit_json(made)
        return
    for name, layer in made["layers"].items():
        sha = short(layer["tokens_sha256"] or layer["audio_sha256"])
        lines([f"{name:<10}take {layer['take']}  {sha}  {layer['how']}  {played_by(layer)}".rstrip()])
        lines(f"{'':<10}{line}" for line in layer["remarks"])
    lines(f"left out: {why}" for why in made["left_out"].values())
    lines(made["remarks"])
    if made["run"] is None:
        lines([] if made["remarks"] else [nothing])
    else:
        audio, spent, rtf = made["audio_seconds"], made["seconds"], made["rtf"]
        lines([f"{audio:.1f} s of music in {spent:.1f} s, real-time factor {rtf:.2f}"])


def mix(
    folder: opt.SongDir,
    out: _Out = None,
    stems: _Stems = False,
    kind: opt.Kind = "wav",
    quality: opt.Quality = None,
    master: _Master = "streaming",
    stems_master: _StemsMaster = False,
    player: _Players = None,
    json: opt.Json = False,
) -> None:
    """Render the active takes and mix them, to a master of your choice. What was decoded before is not
    decoded again.
    """
    from stemwright.face.song import Song

    with watching() as watch:
        mixed = Song(folder).mix(
            out=out,
            stems=stems,
            kind=kind,
            quality=quality,
            master=master,
            stems_master=stems_master,
            player=player,
            progress=watch,
        )
    made = mixed.to_json()
    if json:
        emit_json(made)
        return
    lines([f"{'mix':<10}{made['mix']}", *(f"{name:<10}{path}" for name, path in made["stems"].items())])
    lines(made["remarks"])
    loudness, peak = made["loudness_lufs"], made["true_peak_dbtp"]
    lines([f"{made['seconds']:.1f} s, {loudness:.1f} LUFS, true peak {peak:.1f} dBTP"])
