"""Arguments and options of `live`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Song = Annotated[Path, typer.Argument(metavar="SONG", help="The song's folder.", show_default=False)]
Session = Annotated[Path, typer.Argument(metavar="SESSION", help="A session's folder.", show_default=False)]
Script = Annotated[
    Path,
    typer.Option("--script", metavar="FILE", help="What is done when (docs/live.md).", show_default=False),
]
OutDir = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="A new folder for the session.", show_default=False)
]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE", help="The WAV file. Default: replay.wav in the session.", show_default=False
    ),
]
OutSong = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="SONG", help="The new song's folder. Default: SESSION-song.", show_default=False
    ),
]
Block = Annotated[
    int, typer.Option("--block", metavar="N", help="Samples of a block; the sound is the same for all.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of all that is drawn.")]
Companions = Annotated[
    str | None,
    typer.Option(
        "--companions",
        metavar="NAME",
        help="Companions: a preset's name or a .toml file.",
        show_default=False,
    ),
]
StyleOf = Annotated[
    str | None,
    typer.Option(
        "--style-of",
        metavar="NAME",
        help="The personal style whose companion plays (personal learn NAME FILES.mid --layer companion).",
        show_default=False,
    ),
]
Timbre = Annotated[
    str,
    typer.Option("--timbre", metavar="NAME", help="Of companions that play as a lead.", show_default=False),
]
TimbreModels = Annotated[
    list[str] | None,
    typer.Option(
        "--timbre-model",
        metavar="BUNDLE",
        help="A timbre that an input sounds as, by name or folder: the first is of input 1.",
        show_default=False,
    ),
]
Heard = Annotated[
    Path | None,
    typer.Option(
        "--input",
        metavar="FILE",
        help="A recording that the inputs hear, an input a channel; those of --cv-in are its last ones.",
        show_default=False,
    ),
]
Adviser = Annotated[
    str | None,
    typer.Option(
        "--adviser", metavar="COMMAND", help="A program that reads words, in JSON lines.", show_default=False
    ),
]
Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help="jack, jack:SERVER, alsa:NAME, a part of a name, or null. Default: JACK where it runs, else the "
        "usual one.",
        show_default=False,
    ),
]
Input = Annotated[
    str, typer.Option("--input", metavar="NAME", help="The device that is heard.", show_default=False)
]
Inputs = Annotated[int, typer.Option("--inputs", metavar="N", help="How many of its channels.")]
Period = Annotated[int, typer.Option("--period", metavar="N", help="Samples of a block; JACK has its own.")]
MidiIn = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-in",
        metavar="NAME",
        help="A MIDI port that is heard; the first is port 0.",
        show_default=False,
    ),
]
MidiOut = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-out",
        metavar="NAME",
        help="A MIDI port that companions play on, the first one's first; the last one gets the clock.",
        show_default=False,
    ),
]
Launchpads = Annotated[bool, typer.Option("--launchpads/--no-launchpads", help="Look for Launchpads.")]
Osc = Annotated[
    int | None,
    typer.Option("--osc", metavar="PORT", help="Listen to OSC at a UDP port.", show_default=False),
]
SessionOut = Annotated[
    Path | None,
    typer.Option(
        "--session", metavar="DIR", help="A new folder. Default: SONG-live/DATE-TIME.", show_default=False
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on standard output and nothing else there."),
]
Cv = Annotated[
    int,
    typer.Option(
        "--cv",
        metavar="N",
        help="How many outputs after the first two carry voltages: pitch and gate of companions, by turns.",
    ),
]
CvIn = Annotated[
    int,
    typer.Option(
        "--cv-in",
        metavar="N",
        help="How many inputs after those of --inputs are voltages of a modular: pitch and gate by turns, "
        "which play the companions of port 0, 1, ...",
    ),
]
Calibrated = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        help="The device whose calibration holds for voltages. Default: they are taken as exact.",
        show_default=False,
    ),
]
CvOutput = Annotated[
    int, typer.Option("--output", metavar="N", help="The device's output that is connected, from 1.")
]
CvInput = Annotated[
    int, typer.Option("--heard", metavar="N", help="The device's input that it is connected to, from 1.")
]
Measured = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="WAY",
        help="output: by a cable, where the input is known; input: the other way round; oscillator: by one "
        "that is tuned to C4 at 0 V.",
    ),
]
