"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SongDir = Annotated[Path, typer.Argument(metavar="DIR", help="The song's folder.", show_default=False)]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")
]
StyleOf = Annotated[
    str | None,
    typer.Option(
        "--style-of",
        metavar="NAME",
        help="Play in this personal style; another take of layers that have one, of the same notes without "
        "--seed and --bars. none: without one. Default: as the layer's take is played. "
        "`stemwright personal list` lists them.",
        show_default=False,
    ),
]
Strength = Annotated[
    float,
    typer.Option("--strength", metavar="X", help="How much of the style is heard, 0 (none) to 2."),
]
Composer = Annotated[
    bool,
    typer.Option("--composer", help="Notes by the bundle 'composer'. Default: by the arranger's patterns."),
]
Arranger = Annotated[
    bool,
    typer.Option(
        "--arranger",
        help="Notes by the arranger's patterns. This is the default; but with it, or with --composer, and "
        "--seed or --bars, layers that are named get new notes even where they were given some.",
    ),
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality",
        metavar="NAME",
        help="high: 48 kHz, stereo stems. standard: 24 kHz, mono stems, in half the time. Default: high, "
        "where the takes' bundles can.",
        show_default=False,
    ),
]
Kind = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="KIND",
        help="Of audio files: wav or flac (24 bit), ogg or mp3 (lossy).",
    ),
]
Bpm = Annotated[
    str | None,
    typer.Option(
        "--bpm",
        metavar="N",
        help="Quarter notes a minute, 30 to 300, decimals allowed; '112, 9: 126' changes at bar 9. "
        "Default: 112, or where that is not in the style's range, the middle of it.",
        show_default=False,
    ),
]
KeyName = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="Tonic and mode: 'F# minor', 'Bb', 'D dorian'. Default: F# minor.",
        show_default=False,
    ),
]
MeterName = Annotated[
    str | None,
    typer.Option(
        "--meter",
        metavar="N/D",
        help="Beats a bar over their note value: 4/4, 7/8; '4/4, 9: 3/4' changes at bar 9. "
        "Default: the style's, mostly 4/4.",
        show_default=False,
    ),
]
Form = Annotated[
    str | None,
    typer.Option(
        "--form",
        metavar="FORM",
        help="Sections and their bars or seconds, 'intro:4 verse:20s', or tags, '[Intro] [Verse] [Outro "
        "20s]'; 'auto' draws them from what real songs of the style do. Default: "
        "'intro:4 verse:8 chorus:8 outro:4'.",
        show_default=False,
    ),
]
Length = Annotated[
    str | None,
    typer.Option(
        "--length",
        metavar="TIME",
        help="About how long a song with --form auto should be: 2:30, '2 minutes'. Default: as long as such "
        "songs are.",
        show_default=False,
    ),
]
Chords = Annotated[
    str | None,
    typer.Option(
        "--chords",
        metavar="TEXT",
        help="Bars of chords: 'Am7 | D9 | ii7 V7 | Imaj7 | N.C.'; fewer than the song's start over; "
        "or @FILE, or - for standard input. Default: composed.",
        show_default=False,
    ),
]
Style = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="NAME",
        help="What to play like: pop, rock, funk, jazz, bossa, house, hiphop, ballad, reggae, metal, "
        "blues, country. `stemwright styles` tells of these, of more, as salsa and techno, and of your own "
        "(docs/styles.md). Default: pop.",
        show_default=False,
    ),
]
Timbres = Annotated[
    list[str] | None,
    typer.Option(
        "--timbre",
        metavar="LAYER=NAME",
        help="What a layer is played in; may be repeated. `stemwright timbres` lists the names. Default: "
        "what the style brings.",
        show_default=False,
    ),
]
Amount = Annotated[
    int | None,
    typer.Option(
        "--amount",
        metavar="N",
        help="How much sections that return differ from what they were, 0 to 100 percent. Default: 50.",
        show_default=False,
    ),
]
Layers = Annotated[
    str | None,
    typer.Option(
        "--layers",
        metavar="LIST",
        help="The song's layers: 'drums,bass,lead', with pad, strings, guitar2, keys, brass, percussion, "
        "counter and others (docs/styles.md), or NAME:KIND; 'usual': those that the style usually has. "
        "Default: drums,bass,harmony,lead.",
        show_default=False,
    ),
]
Prompt = Annotated[
    str | None,
    typer.Option(
        "--prompt",
        metavar="TEXT",
        help="What the song is to be like, in English: 'slow bossa in G minor, nylon guitar, no bass' "
        "(docs/prompts.md). Options beside it win. `stemwright explain` tells what is understood.",
        show_default=False,
    ),
]
SongVariations = Annotated[
    int,
    typer.Option(
        "--variations",
        metavar="N",
        help="Make so many songs of the same wish, to choose from: DIR, DIR-2 and so on, each with the next "
        "seed.",
    ),
]
Title = Annotated[
    str | None,
    typer.Option(
        "--title",
        metavar="TEXT",
        help="What files are named after. Default: the folder's name.",
        show_default=False,
    ),
]
SongSeed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="The song's seed. Default: a random one.", show_default=False),
]
