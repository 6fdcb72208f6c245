"""`live`: a song on a stage, or a script of it on a virtual clock; sessions played again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from stemwright.cli.output import emit_json, lines, quoted, table
from stemwright.cli.watching import watching

_Song = Annotated[Path, typer.Argument(metavar="SONG", help="The song's folder.", show_default=False)]
_Session = Annotated[Path, typer.Argument(metavar="SESSION", help="A session's folder.", show_default=False)]
_Script = Annotated[
    Path,
    typer.Option("--script", metavar="FILE", help="What is done when (docs/live.md).", show_default=False),
]
_OutDir = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="A new folder for the session.", show_default=False)
]
_OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="The WAV file. Default: replay.wav in the session.", show_default=False
    ),
]
_OutSong = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="SONG", help="The new song's folder. Default: SESSION-song.", show_default=False
    ),
]
_Block = Annotated[
    int, typer.Option("--block", metavar="N", help="Samples of a block; the sound is the same for all.")
]
_Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of all that is drawn.")]
_Companions = Annotated[
    str | None,
    typer.Option(
        "--companions",
        metavar="NAME",
        help="Companions: a preset's name or a .toml file.",
        show_default=False,
    ),
]
_Timbre = Annotated[
    str,
    typer.Option("--timbre", metavar="NAME", help="Of companions that play as a lead.", show_default=False),
]
_TimbreModels = Annotated[
    list[str] | None,
    typer.Option(
        "--timbre-model",
        metavar="BUNDLE",
        help="A timbre that an input sounds as, by name or folder: the first is of input 1.",
        show_default=False,
    ),
]
_Heard = Annotated[
    Path | None,
    typer.Option(
        "--input",
        metavar="FILE",
        help="A recording that the inputs hear, an input a channel.",
        show_default=False,
    ),
]
_Adviser = Annotated[
    str | None,
    typer.Option(
        "--adviser", metavar="COMMAND", help="A program that reads words, in JSON lines.", show_default=False
    ),
]
_Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help="jack, jack:SERVER, alsa:NAME, a part of a name, or null. Default: JACK where it runs, else the "
        "usual one.",
        show_default=False,
    ),
]
_Input = Annotated[
    str, typer.Option("--input", metavar="NAME", help="The device that is heard.", show_default=False)
]
_Inputs = Annotated[int, typer.Option("--inputs", metavar="N", help="How many of its channels.")]
_Period = Annotated[int, typer.Option("--period", metavar="N", help="Samples of a block; JACK has its own.")]
_MidiIn = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-in",
        metavar="NAME",
        help="A MIDI port that is heard; the first is port 0.",
        show_default=False,
    ),
]
_MidiOut = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-out",
        metavar="NAME",
        help="A MIDI port that companions play on, the first one's first; the last one gets the clock.",
        show_default=False,
    ),
]
_Launchpads = Annotated[bool, typer.Option("--launchpads/--no-launchpads", help="Look for Launchpads.")]
_Osc = Annotated[
    int | None,
    typer.Option("--osc", metavar="PORT", help="Listen to OSC at a UDP port.", show_default=False),
]
_SessionOut = Annotated[
    Path | None,
    typer.Option(
        "--session", metavar="DIR", help="A new folder. Default: SONG-live/DATE-TIME.", show_default=False
    ),
]
_Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on standard output and nothing else there."),
]
_Cv = Annotated[
    int,
    typer.Option(
        "--cv",
        metavar="N",
        help="How many outputs after the first two carry voltages: pitch and gate of companions, by turns.",
    ),
]
_CvOutput = Annotated[
    int, typer.Option("--output", metavar="N", help="The device's output that is connected, from 1.")
]
_CvInput = Annotated[
    int, typer.Option("--heard", metavar="N", help="The device's input that it is connected to, from 1.")
]
_Measured = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WAY",
        help="output: by a cable, where the input is known; input: the other way round; oscillator: by one "
        "that is tuned to C4 at 0 V.",
    ),
]
MAX_SCRIPT = 1 << 22


class _Family(TyperGroup):
    """The commands of `live`; what is none of their names is the song that is played."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # typer brings its own click
        known = not args or args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["play", *args])


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        cls=_Family,
        help="Play a song live (`live SONG` is `live play`): launch stems, have companions answer, record; "
        "or play a script without any hardware.",
        no_args_is_help=True,
    )
    for command, example in _COMMANDS:
        name = command.__name__.rstrip("_")
        family.command(name, epilog=f"Example: stemwright live {name} {example}")(command)
    app.add_typer(family, name="live")


def play(
    song: _Song,
    device: _Device = None,
    input: _Input = "",
    inputs: _Inputs = 0,
    cv: _Cv = 0,
    period: _Period = 256,
    midi_in: _MidiIn = None,
    midi_out: _MidiOut = None,
    companions: _Companions = None,
    timbre: _Timbre = "",
    timbre_model: _TimbreModels = None,
    adviser: _Adviser = None,
    launchpads: _Launchpads = True,
    osc: _Osc = None,
    session: _SessionOut = None,
    seed: _Seed = 0,
    json: _Json = False,
) -> None:
    """Play a song on a stage: a terminal screen, pads, MIDI, OSC; all of it is logged and can be replayed."""
    from datetime import datetime

    from rich.console import Console

    from stemwright.live.devices import USUAL, Wish, rate_of
    from stemwright.live.session.sets import Wanted, live_set
    from stemwright.live.session.stage import Means
    from stemwright.live.session.stage import play as on_stage

    place = session or song.parent / f"{song.name}-live" / f"{datetime.now():%Y%m%d-%H%M%S}"
    wanted = Wanted(
        companions,
        not midi_out,
        timbre,
        adviser,
        rate_of(device),
        max(inputs, len(timbre_model or ())),
        cv,
        seed=seed,
        device=device or USUAL,
        block=period,
        timbres=tuple(timbre_model or ()),
    )
    means = Means(Wish(device, input, period), tuple(midi_in or ()), tuple(midi_out or ()), launchpads, osc)
    aside = Console(stderr=json)
    with live_set(song, place, wanted, lambda line: aside.print(line, markup=False)) as live:
        on_stage(live, means, aside)
        seconds = live.desk.graph.sample / live.rate
    if json:
        emit_json({"session": str(place), "seconds": round(seconds, 3)})
        return
    lines([f"session: {place}; play it again with: stemwright live replay {quoted(place)}"])


def devices(json: _Json = False) -> None:
    """List sound devices, ports of a JACK server, and MIDI ports."""
    from stemwright.live.devices import listing

    found = listing()
    if json:
        emit_json(
            {
                "sound": [each._asdict() for each in found.sounds],
                "jack": [each._asdict() for each in found.jack],
                "midi_inputs": found.midi_inputs,
                "midi_outputs": found.midi_outputs,
                "notes": found.notes,
            }
        )
        return
    rows = [(f"{each.system}:{each.name}", "out" if each.is_output else "in") for each in found.sounds]
    rows += [(f"jack {each.name}", "in" if each.is_input else "out") for each in found.jack]
    rows += [(f"MIDI {name}", "in") for name in found.midi_inputs]
    rows += [(f"MIDI {name}", "out") for name in found.midi_outputs]
    table(("device or port", "way"), rows)
    lines(found.notes)


def render(
    song: _Song,
    script: _Script,
    out: _OutDir,
    block: _Block = 128,
    companions: _Companions = None,
    timbre: _Timbre = "",
    timbre_model: _TimbreModels = None,
    heard: _Heard = None,
    adviser: _Adviser = None,
    cv: _Cv = 0,
    seed: _Seed = 0,
    json: _Json = False,
) -> None:
    """Play a script on a virtual clock: main.wav, all that was recorded, and the session's log."""
    from stemwright.errors import UsageError
    from stemwright.live.commands import RATE
    from stemwright.live.session.heard import read_inputs
    from stemwright.live.session.offline import render as play
    from stemwright.live.session.script import read_script
    from stemwright.live.session.sets import Wanted, live_set

    if not 1 <= block <= 65536:
        raise UsageError(f"--block {block}: is not from 1 to 65536")
    text = _text(script)
    models = tuple(timbre_model or ())
    sound = None if heard is None else read_inputs(heard, RATE)
    wanted = Wanted(
        companions,
        True,
        timbre,
        adviser,
        RATE,
        len(models) if sound is None else sound.shape[1],
        cv,
        seed=seed,
        is_offline=True,
        timbres=models,
    )
    with watching() as watch, live_set(song, out, wanted, lambda line: None) as live:
        due = read_script(text, str(script), live.opened.columns)
        made = play(live, due, out / "main.wav", block, lambda done, of: watch("live", done, of), sound)
        seconds = live.desk.graph.sample / live.rate
    said = [message.text for message in live.messages]
    facts = {"session": str(out), "main": str(made), "seconds": round(seconds, 3), "said": said}
    if json:
        emit_json(facts)
    else:
        lines([*said, f"{made}: {seconds:.1f} s"])


def replay(session: _Session, out: _OutFile = None, block: _Block = 4096, json: _Json = False) -> None:
    """Play a session again from its log: the same main, to the last bit."""
    from datetime import datetime

    from stemwright.errors import UsageError
    from stemwright.live.desk.replay import read_log
    from stemwright.live.desk.replay import replay as play
    from stemwright.live.record.broadcast_wave import BroadcastWave

    if not 1 <= block <= 65536:
        raise UsageError(f"--block {block}: is not from 1 to 65536")
    played = read_log(session)
    setup, title = played.setup, str(played.facts.get("song", ""))
    target = session / "replay.wav" if out is None else out
    if target.exists():
        raise UsageError(f"{target}: is there already; give another file with --out")
    with (
        watching() as watch,
        BroadcastWave(target, setup.rate, 2 + setup.cv, datetime(2000, 1, 1), title) as wave,
    ):
        play(
            session,
            lambda desk, sound: wave.write(sound),
            block=block,
            progress=lambda done, of: watch("replay", done, of),
        )
        seconds = wave.frames / setup.rate
    if json:
        emit_json({"session": str(session), "main": str(target), "seconds": round(seconds, 3)})
    else:
        lines([f"{target}: {seconds:.1f} s"])


def keep(session: _Session, out: _OutSong = None, json: _Json = False) -> None:
    """Make a song of a session: its form as it was played, what was recorded as layers."""
    from dataclasses import asdict

    from stemwright.live.keep.song import keep as make

    target = session.with_name(f"{session.resolve().name}-song") if out is None else out
    with watching() as watch:
        made = make(session, target, lambda done, of: watch("keep", done, of))
    if json:
        stems = [{**asdict(stem), "bars": bars} for stem, bars in made.made]
        emit_json({**asdict(made), "made": stems, "song": str(made.song), "session": str(session)})
        return
    lines([f"{made.song}: {made.form}, {made.bars} bars"])
    for what, bars in (("not heard", made.silent), ("played something else", made.other)):
        lines([f"{layer}: {what} in bars {', '.join(spans)}" for layer, spans in bars.items()])
    lines([f"{layer}: recorded, {file}" for layer, file in made.recorded.items()])
    for stem, where in made.made:
        heard = f"heard in bars {', '.join(where)}" if where else "not heard"
        back = f"stemwright restore {quoted(made.song)} {stem.run}"
        name = f"{stem.layer} {stem.row + 1}, {stem.words or 'another'} {stem.seed}"
        lines([f"{name}: made in the set, {heard}; its notes, in the old form: {back}"])
    lines([f"marked: bars {bars}" for bars in made.marked])
    lines(made.remarks)


def calibrate(
    device: _Device = None,
    input: _Input = "",
    output: _CvOutput = 3,
    heard: _CvInput = 1,
    by: _Measured = "output",
    period: _Period = 256,
    json: _Json = False,
) -> None:
    """Measure gain and offset of a DC-coupled channel, for voltages that are in tune; kept by device."""
    import time

    from stemwright.errors import UsageError
    from stemwright.live.cv.measuring import WAYS, Bench, calibrated
    from stemwright.live.cv.store import load, save
    from stemwright.live.devices import USUAL, Wish, open_audio, rate_of

    if by not in WAYS:
        raise UsageError(f"--by {by}: is none of {', '.join(WAYS)}")
    known = load(device or USUAL)

    def wait(seconds: float) -> bool:
        time.sleep(seconds)
        return opened.alive

    bench = Bench(rate_of(device), output, heard, wait)
    opened = open_audio(bench.graph, Wish(device, input, period))
    try:
        after, made = calibrated(bench, known, output, heard, by)
    finally:
        opened.stop()
    file = save(after)
    channel = f"input {heard}" if by == "input" else f"output {output}"
    if json:
        emit_json({"channel": channel, "gain": made.gain, "offset": made.offset, "file": str(file)})
    else:
        lines([f"{channel}: gain {made.gain:.4f}, offset {1000 * made.offset:.1f} mV; kept in {file}"])


def _text(path: Path) -> str:
    """A script's text. UsageError where there is none."""
    from stemwright.errors import UsageError

    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SCRIPT + 1)
        if len(data) > MAX_SCRIPT:
            raise UsageError(f"{path}: is larger than {MAX_SCRIPT} bytes")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text") from None


_COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (play, "my-song --companions answers"),
    (devices, "--json"),
    (render, "my-song --script set.txt --out session"),
    (replay, "session"),
    (keep, "session --out my-song-2"),
    (calibrate, "--device alsa:ES-8 --output 3 --heard 1"),
)
"""Commands in the order in which they are listed, each with an example."""
