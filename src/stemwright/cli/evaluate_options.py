"""Arguments and options of the `evaluate` family."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Places = Annotated[
    list[str],
    typer.Argument(
        metavar="[BUNDLE]... DATA",
        help="Bundles by name or folder, the shipped ones where none is named; last, what to measure on.",
        show_default=False,
    ),
]
Songs = Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of songs.", show_default=False)]
AnySongs = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[SONG]...", help="Folders of songs; none: songs are written.", show_default=False
    ),
]
Styles = Annotated[
    str | None,
    typer.Option(
        "--styles",
        metavar="NAMES",
        help="Styles to write songs of, with commas between. Default: all that the arranger has.",
        show_default=False,
    ),
]
StyleSongs = Annotated[int, typer.Option("--songs", metavar="N", min=1, help="Songs to write of each style.")]
Writers = Annotated[
    str, typer.Option("--writer", metavar="NAMES", help="arranger, composer; both with a comma.")
]
StyleSources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder with symbolic/, as of `train corpus`: real music to stand beside.",
        show_default=False,
    ),
]
Runs = Annotated[
    list[Path], typer.Argument(metavar="RUN...", help="Folders of training runs.", show_default=False)
]
Corpus = Annotated[
    list[str],
    typer.Argument(
        metavar="[BUNDLE]... CORPUS",
        help="Composers by name or folder, the installed one where none is named; last, a corpus.",
        show_default=False,
    ),
]
Count = Annotated[
    int,
    typer.Option("--songs", metavar="N", help="Held-out songs, of all sources in turn."),
]
Bars = Annotated[int, typer.Option("--bars", metavar="N", help="Bars of each song, from its first on.")]
Controls = Annotated[
    int,
    typer.Option("--controls", metavar="N", min=0, help="Songs that are asked for attributes, 0 for none."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="Songs of this source alone.", show_default=False),
]
Splits = Annotated[
    str, typer.Option("--split", metavar="NAMES", help="valid, unseen, train; several with commas.")
]
Clips = Annotated[int, typer.Option("--clips", metavar="N", help="Clips of each kind of sound.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Draws the clips, and seeds performances.")]
Kbit = Annotated[
    str | None,
    typer.Option(
        "--kbit",
        metavar="RATES",
        help="Bit rates beside the full one, e.g. 3,1.5. Default: a half and a quarter of its codebooks.",
        show_default=False,
    ),
]
Opus = Annotated[bool, typer.Option("--opus", help="Measure Opus too (needs opus-tools).")]
Guidance = Annotated[
    str | None,
    typer.Option(
        "--guidance",
        metavar="NUMBERS",
        help="Guidance on the score; several to compare. Default: the bundle's.",
        show_default=False,
    ),
]
Layers = Annotated[str, typer.Option("--layers", metavar="NAMES", help="Layers, with commas between.")]
SolverSteps = Annotated[
    str | None,
    typer.Option(
        "--steps", metavar="NUMBERS", help="Steps of the solver; several to compare.", show_default=False
    ),
]
Order = Annotated[
    int, typer.Option("--order", metavar="N", help="1: Euler's steps; 2: midpoint's, which look twice.")
]
Leaps = Annotated[
    bool, typer.Option("--leaps", help="In as many leaps as there are steps, where the flow has learnt them.")
]
Blocks = Annotated[
    int,
    typer.Option(
        "--blocks", metavar="N", help="So many steps of 40 ms at a time, as in streaming.", min=0, max=100
    ),
]
Temperature = Annotated[
    float | None,
    typer.Option("--temperature", metavar="N", help="Default: the bundle's.", show_default=False),
]
Codec = Annotated[
    str | None,
    typer.Option(
        "--codec",
        metavar="BUNDLE",
        help="The codec that the performers speak, of either kind. Default: the installed one that they do.",
        show_default=False,
    ),
]
Clap = Annotated[
    Path | None,
    typer.Option(
        "--clap",
        metavar="FOLDER",
        help="A CLAP model for the distances, instead of plain statistics (import extra).",
        show_default=False,
    ),
]
Sources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder of the instruments, to render the control (needs the training extra).",
        show_default=False,
    ),
]
Control = Annotated[
    list[str] | None,
    typer.Option(
        "--control",
        metavar="LAYER=FILE",
        help="A recording to stand beside a layer, from the song's start on; repeat it for more layers. "
        "Default: a soundfont plays the same notes, where fluidsynth and one are installed.",
        show_default=False,
    ),
]
Soundfont = Annotated[
    Path | None,
    typer.Option(
        "--soundfont",
        metavar="FILE",
        help="The General MIDI soundfont that plays the control.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the JSON object here too.", show_default=False),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FOLDER", help="Draw pictures there (plot extra).", show_default=False),
]
