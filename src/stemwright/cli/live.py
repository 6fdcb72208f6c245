"""`live`: a song on a stage, or a script of it on a virtual clock; sessions played again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from stemwright.cli import live_options as opt
from stemwright.cli.families import family_of
from stemwright.cli.output import emit_json, lines, quoted, table
from stemwright.cli.watching import watching

MAX_SCRIPT = 1 << 22


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        cls=family_of("play"),
        help="Play a song live (`live SONG` is `live play`): launch stems, have companions answer, record; "
        "or play a script without any hardware.",
        no_args_is_help=True,
    )
    for command, example in _COMMANDS:
        name = command.__name__.rstrip("_")
        family.command(name, epilog=f"Example: stemwright live {name} {example}")(command)
    app.add_typer(family, name="live")


def play(
    song: opt.Song,
    device: opt.Device = None,
    input: opt.Input = "",
    inputs: opt.Inputs = 0,
    cv: opt.Cv = 0,
    cv_in: opt.CvIn = 0,
    period: opt.Period = 256,
    midi_in: opt.MidiIn = None,
    midi_out: opt.MidiOut = None,
    companions: opt.Companions = None,
    style_of: opt.StyleOf = None,
    timbre: opt.Timbre = "",
    timbre_model: opt.TimbreModels = None,
    adviser: opt.Adviser = None,
    launchpads: opt.Launchpads = True,
    osc: opt.Osc = None,
    session: opt.SessionOut = None,
    seed: opt.Seed = 0,
    json: opt.Json = False,
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
        cv_in,
        seed=seed,
        device=device or USUAL,
        timbres=tuple(timbre_model or ()),
        style_of=style_of,
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


def devices(json: opt.Json = False) -> None:
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
    song: opt.Song,
    script: opt.Script,
    out: opt.OutDir,
    block: opt.Block = 128,
    companions: opt.Companions = None,
    style_of: opt.StyleOf = None,
    timbre: opt.Timbre = "",
    timbre_model: opt.TimbreModels = None,
    heard: opt.Heard = None,
    adviser: opt.Adviser = None,
    cv: opt.Cv = 0,
    cv_in: opt.CvIn = 0,
    device: opt.Calibrated = "",
    seed: opt.Seed = 0,
    json: opt.Json = False,
) -> None:
    """Play a script on a virtual clock: main.wav, all that was recorded, and the session's log."""
    from stemwright.errors import UsageError
    from stemwright.live.commands import RATE
    from stemwright.live.session.heard import read_inputs, sound_inputs
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
        len(models) if sound is None else sound_inputs(sound, cv_in, heard),
        cv,
        cv_in,
        seed=seed,
        is_offline=True,
        device=device,
        timbres=models,
        style_of=style_of,
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


def replay(
    session: opt.Session, out: opt.OutFile = None, block: opt.Block = 4096, json: opt.Json = False
) -> None:
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


def keep(session: opt.Session, out: opt.OutSong = None, json: opt.Json = False) -> None:
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
    device: opt.Device = None,
    input: opt.Input = "",
    output: opt.CvOutput = 3,
    heard: opt.CvInput = 1,
    by: opt.Measured = "output",
    period: opt.Period = 256,
    json: opt.Json = False,
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
