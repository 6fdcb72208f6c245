"""`layer`: what a layer is, and its place in the mix; layers added, removed, renamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.families import family_of
from stemwright.cli.output import emit_json, lines, quoted
from stemwright.cli.saying import said
from stemwright.cli.watching import watching
from stemwright.errors import UsageError
from stemwright.song.layers import AUDIO

_Layer = Annotated[str, typer.Argument(metavar="LAYER", help="The layer.", show_default=False)]
_Gain = Annotated[
    float | None,
    typer.Option(
        "--gain",
        metavar="DB",
        help="So much louder than its kind's usual level beside the others, -60 to 24.",
        show_default=False,
    ),
]
_Pan = Annotated[
    str | None,
    typer.Option(
        "--pan",
        metavar="P",
        help="From -1, left, to 1, right; auto: where its kind usually stands.",
        show_default=False,
    ),
]
_Mute = Annotated[
    bool | None,
    typer.Option("--mute/--no-mute", help="Leave it out of mix and stems.", show_default=False),
]
_Solo = Annotated[
    bool | None,
    typer.Option(
        "--solo/--no-solo", help="Mix it alone, with others that are soloed, too.", show_default=False
    ),
]
_Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="What it is written, played and mixed like: drums, bass, harmony or lead. Default: what its "
        "name begins with.",
        show_default=False,
    ),
]
_Timbre = Annotated[
    str | None,
    typer.Option("--timbre", metavar="NAME", help="What its next take is played in.", show_default=False),
]


_Level = Annotated[
    str,
    typer.Argument(
        metavar="DB", help="-60 to 24; with --bars or --section, auto takes it back.", show_default=False
    ),
]
_Bars = Annotated[
    str | None,
    typer.Option("--bars", metavar="A-B", help="Only these bars, counted from 1.", show_default=False),
]
_Section = Annotated[
    str | None,
    typer.Option("--section", metavar="NAME", help="Only sections of this name.", show_default=False),
]
_Audio = Annotated[
    Path | None,
    typer.Option(
        "--audio",
        metavar="FILE",
        help="A recording: WAV, FLAC, OGG, MP3 or AIFF. The layer is of kind audio then, and only mixed.",
        show_default=False,
    ),
]
_Recording = Annotated[
    Path,
    typer.Option("--audio", metavar="FILE", help="WAV, FLAC, OGG, MP3 or AIFF.", show_default=False),
]
_At = Annotated[int, typer.Option("--at", metavar="BAR", help="The bar at which the recording begins.")]
_From = Annotated[
    float,
    typer.Option("--from", metavar="SECONDS", help="Where in the file it begins; what is before is cut off."),
]
_Stretch = Annotated[
    bool,
    typer.Option(
        "--stretch",
        help="Bring it to the song's tempo at the same pitch (needs the package pedalboard).",
    ),
]
_Bpm = Annotated[
    float | None,
    typer.Option(
        "--bpm",
        metavar="N",
        help="With --stretch: the recording's own tempo. Default: as it is heard.",
        show_default=False,
    ),
]
_Place = Annotated[
    str, typer.Argument(metavar="P", help="-1, left, to 1, right, or auto.", show_default=False)
]
_TimbreName = Annotated[
    str, typer.Argument(metavar="NAME", help="A name that `timbres` lists.", show_default=False)
]
_KindName = Annotated[
    str, typer.Argument(metavar="KIND", help="drums, bass, harmony or lead.", show_default=False)
]
_Undo = Annotated[bool, typer.Option("--undo", help="Put the layer back as it was when it was taken out.")]
_NewName = Annotated[
    str, typer.Argument(metavar="NAME", help="Letters a-z, digits, - and _.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        cls=family_of("set"),
        help="Set a layer's level, place, kind or timbre (`layer DIR NAME --gain -3` is `layer set`); add, "
        "remove and rename layers.",
        no_args_is_help=True,
    )
    for command, example in _COMMANDS:
        name = command.__name__.rstrip("_")
        family.command(name, epilog=f"Example: stemwright layer {name} my-song {example}")(said(command))
    app.add_typer(family, name="layer")


def set_(
    folder: opt.SongDir,
    layer: _Layer,
    gain: _Gain = None,
    pan: _Pan = None,
    mute: _Mute = None,
    solo: _Solo = None,
    kind: _Kind = None,
    timbre: _Timbre = None,
    json: opt.Json = False,
) -> None:
    """Set a layer's level, place, kind or timbre, or leave it out of the mix. Its takes stay as they are."""
    from stemwright.face.song import Song

    made = Song(folder).layer(layer, gain=gain, pan=pan, mute=mute, solo=solo, kind=kind, timbre=timbre)
    _say(folder, layer, made.to_json(), json)


def _say(folder: Path, layer: str, facts: Mapping[str, Any], json: bool) -> None:
    """How a layer is now."""
    if json:
        emit_json(facts)
        return
    told = described(facts) or f"mixed as {facts['kind']} usually is"
    lines([f"{layer}: {told}; hear it with: stemwright mix {quoted(folder)}", *facts["remarks"]])


def mute(folder: opt.SongDir, layer: _Layer, json: opt.Json = False) -> None:
    """Leave a layer out of mix and stems."""
    set_(folder, layer, mute=True, json=json)


def unmute(folder: opt.SongDir, layer: _Layer, json: opt.Json = False) -> None:
    """Have a layer in mix and stems again."""
    set_(folder, layer, mute=False, json=json)


def solo(folder: opt.SongDir, layer: _Layer, json: opt.Json = False) -> None:
    """Mix a layer alone, with others that are soloed, too."""
    set_(folder, layer, solo=True, json=json)


def unsolo(folder: opt.SongDir, layer: _Layer, json: opt.Json = False) -> None:
    """Mix a layer with the others again."""
    set_(folder, layer, solo=False, json=json)


def gain(
    folder: opt.SongDir,
    layer: _Layer,
    level: _Level,
    bars: _Bars = None,
    section: _Section = None,
    json: opt.Json = False,
) -> None:
    """Set how much louder a layer is than its kind usually is; or some bars of it than the layer is."""
    from stemwright.face.song import Song

    song = Song(folder)
    whole = bars is None and section is None
    made = song.layer(layer, gain=level) if whole else song.gain(layer, level, bars=bars, section=section)  # type: ignore[arg-type]
    _say(folder, layer, made.to_json(), json)


def pan(folder: opt.SongDir, layer: _Layer, place: _Place, json: opt.Json = False) -> None:
    """Set where a layer stands between left and right."""
    set_(folder, layer, pan=place, json=json)


def timbre(folder: opt.SongDir, layer: _Layer, name: _TimbreName, json: opt.Json = False) -> None:
    """Set what a layer's next take is played in."""
    set_(folder, layer, timbre=name, json=json)


def kind(folder: opt.SongDir, layer: _Layer, name: _KindName, json: opt.Json = False) -> None:
    """Set what a layer is written, played and mixed like: drums, bass, harmony or lead."""
    set_(folder, layer, kind=name, json=json)


def add(
    folder: opt.SongDir,
    layer: _Layer,
    kind: _Kind = None,
    timbre: _Timbre = None,
    audio: _Audio = None,
    at: _At = 1,
    start: _From = 0.0,
    gain: _Gain = None,
    stretch: _Stretch = False,
    bpm: _Bpm = None,
    json: opt.Json = False,
) -> None:
    """Add a layer, which `generate` then makes: a known part (pad, brass...) or one of any kind. With
    --audio, a recording.
    """
    from stemwright.face.song import Song

    if audio is not None:
        if timbre is not None or kind not in (None, AUDIO):
            raise UsageError(
                "--audio: a recording's layer is of kind audio and has no timbre; drop the other"
            )
        with watching() as watch:
            made = Song(folder).add_recording(
                layer, audio, at=at, start=start, gain=gain or 0.0, stretch=stretch, bpm=bpm, progress=watch
            )
        _say_recorded(layer, made.to_json(), json)
        return
    if gain is not None or stretch or bpm is not None or at != 1 or start:
        raise UsageError("--at, --from, --gain, --stretch, --bpm: are for a recording; add --audio FILE")
    facts = Song(folder).add_layer(layer, kind=kind, timbre=timbre).to_json()
    if json:
        emit_json(facts)
    else:
        lines(
            [f"{layer}: is new, of kind {facts['kind']}; next: stemwright generate {quoted(folder)} {layer}"]
        )


def take(
    folder: opt.SongDir,
    layer: _Layer,
    audio: _Recording,
    at: _At = 1,
    start: _From = 0.0,
    stretch: _Stretch = False,
    bpm: _Bpm = None,
    json: opt.Json = False,
) -> None:
    """Give a layer of kind audio another take, a recording; those before stay."""
    from stemwright.face.song import Song

    with watching() as watch:
        made = Song(folder).take_recording(
            layer, audio, at=at, start=start, stretch=stretch, bpm=bpm, progress=watch
        )
    _say_recorded(layer, made.to_json(), json)


def _say_recorded(layer: str, facts: Mapping[str, Any], json: bool) -> None:
    if json:
        emit_json(facts)
    else:
        lines([f"{layer}: take {facts['take']} is the recording", *facts["remarks"]])


def remove(folder: opt.SongDir, layer: _Layer, undo: _Undo = False, json: opt.Json = False) -> None:
    """Take a layer out of the song; with --undo it comes back. Its notes and takes are kept."""
    from stemwright.face.song import Song

    song = Song(folder)
    facts = (song.bring_back(layer) if undo else song.remove(layer)).to_json()
    if json:
        emit_json(facts)
    elif undo:
        lines([f"{layer}: is back with {facts['takes']} take(s)"])
    else:
        back = f"stemwright layer remove {quoted(folder)} {layer} --undo"
        lines([f"{layer}: is taken out; back again with: {back}"])


def rename(folder: opt.SongDir, layer: _Layer, name: _NewName, json: opt.Json = False) -> None:
    """Give a layer another name. It keeps its kind, its notes and its takes."""
    from stemwright.face.song import Song

    facts = Song(folder).rename_layer(layer, name).to_json()
    if json:
        emit_json(facts)
    else:
        lines([f"{layer}: is called {name} now, of kind {facts['kind']}"])


_COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (set_, "bass --gain -3 --pan 0.2"),
    (add, "voice --audio take.wav --at 5"),
    (take, "voice --audio take-2.wav --at 5"),
    (remove, "pad"),
    (rename, "lead solo"),
    (mute, "lead"),
    (unmute, "lead"),
    (solo, "drums"),
    (unsolo, "drums"),
    (gain, "bass --section verse -- -3"),
    (pan, "harmony -- -0.5"),
    (timbre, "lead flute"),
    (kind, "choir harmony"),
)
"""Commands in the order in which they are listed, each with an example."""


def _automation(gains: Sequence[Mapping[str, Any]]) -> list[str]:
    """What of a layer's bars is not as loud as the layer: "-6 dB in bars 5-8, +3 dB from bar 20 on"."""
    told = []
    for index, step in enumerate(gains):
        last = gains[index + 1]["bar"] - 1 if index + 1 < len(gains) else None
        where = f"from bar {step['bar']} on" if last is None else f"in bars {step['bar']}-{last}"
        told += [f"{step['gain_db']:+g} dB {where}"] if step["gain_db"] else []
    return told


def described(facts: Mapping[str, Any]) -> str:
    """What of a layer's place in the mix is not as usual: "gain -3 dB, pan +0.2, muted"; "" for nothing."""
    told = [f"gain {facts['gain_db']:+g} dB"] if facts["gain_db"] else []
    told += _automation(facts["gains"])
    told += [f"pan {facts['pan']:+g}"] if facts["pan"] is not None else []
    told += [word for field, word in (("mute", "muted"), ("solo", "soloed")) if facts[field]]
    return ", ".join(told)
