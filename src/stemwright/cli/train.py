"""`train`: data, check, corpus, widen, tokenize, tone, codec, wide, performer, composer, companion,
evaluate. They need the training extra; nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, table
from stemwright.errors import StemwrightError

_Data = Annotated[Path, typer.Argument(metavar="DATA", help="The data's folder.", show_default=False)]
_Out = Annotated[Path, typer.Argument(metavar="OUT", help="Where the training goes.", show_default=False)]
_Corpus = Annotated[Path, typer.Argument(metavar="CORPUS", help="The corpus's folder.", show_default=False)]
_Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The recipe's seed.")]
_Minutes = Annotated[float, typer.Option("--minutes", metavar="N", help="Wall time to train for.")]
_Steps = Annotated[
    int | None, typer.Option("--steps", metavar="N", help="Steps instead of minutes.", show_default=False)
]
_Device = Annotated[str, typer.Option("--device", metavar="NAME", help="auto, cpu or cuda.")]
_Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads of torch.", show_default=False)
]
_Sources = Annotated[
    Path,
    typer.Option(
        "--sources", metavar="FOLDER", help="Folder with symbolic/ and samples/.", show_default=False
    ),
]
_Samples = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Folder with samples/, to measure how timbres are tuned: once for a data set.",
        show_default=False,
    ),
]
_Hours = Annotated[float, typer.Option("--hours", metavar="N", help="Hours of audio a layer.")]
_Limit = Annotated[
    float | None,
    typer.Option("--minutes", metavar="N", help="Stop after so much wall time.", show_default=False),
]
_Soundfont = Annotated[
    Path | None,
    typer.Option("--soundfont", metavar="FILE", help="Default: the one Debian installs.", show_default=False),
]
_Codec = Annotated[
    Path, typer.Option("--codec", metavar="BUNDLE", help="The codec's bundle.", show_default=False)
]
_From = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a codec's weights.", show_default=False),
]
_KeepTokens = Annotated[
    bool, typer.Option("--keep-tokens", help="Train the decoder alone: what speaks the tokens stays valid.")
]
_FromPerformer = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a performer's weights.", show_default=False),
]
_FromComposer = Annotated[
    Path | None,
    typer.Option("--from", metavar="BUNDLE", help="Begin with a composer's weights.", show_default=False),
]
_NewCodec = Annotated[
    bool, typer.Option("--new-codec", help="Let --from take a performer of another codec's tokens.")
]
_Layer = Annotated[
    str, typer.Option("--layer", metavar="LAYER", help="The layer it plays.", show_default=False)
]
_Processes = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", help="Processes. Default: one a core.", show_default=False),
]
_Replace = Annotated[bool, typer.Option("--replace", help="Replace tokens of another codec.")]
_Performers = Annotated[
    list[str],
    typer.Argument(
        metavar="PERFORMER...", help="Performers' names or their bundles' folders.", show_default=False
    ),
]
_Again = Annotated[bool, typer.Option("--replace", help="Play again what other performers have played.")]
_ItsCodec = Annotated[
    Path | None,
    typer.Option("--codec", metavar="BUNDLE", help="Default: the tokens' own codec.", show_default=False),
]
_Preset = Annotated[str, typer.Option("--preset", metavar="NAME", help="tiny, small or base.")]
_Bundle = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="A performer's name or its bundle's folder.", show_default=False),
]
_Crops = Annotated[int, typer.Option("--crops", metavar="N", help="At most so many pieces of clips.")]
_AllThreads = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", help="Threads of torch and of the engine.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        help="Train your own codec and performers (needs the training extra).", no_args_is_help=True
    )
    example = "Example: stemwright train "
    family.command("data", epilog=example + "data DATA --sources sources --hours 30")(data)
    family.command("check", epilog=example + "check DATA")(check)
    family.command("corpus", epilog=example + "corpus CORPUS --sources sources")(corpus)
    family.command("widen", epilog=example + "widen DATA --sources sources --hours 2")(widen)
    family.command("tone", epilog=example + "tone DATA runs/tone --sources sources --minutes 60")(tone)
    family.command("codec", epilog=example + "codec DATA runs/codec --minutes 40")(codec)
    family.command("tokenize", epilog=example + "tokenize DATA --codec runs/codec/bundle")(tokenize)
    family.command("rehearse", epilog=example + "rehearse DATA runs/drums/bundle runs/bass/bundle --hours 1")(
        rehearse
    )
    family.command("wide", epilog=example + "wide DATA runs/wide --codec runs/codec/bundle")(wide)
    family.command("performer", epilog=example + "performer DATA runs/drums --layer drums --preset tiny")(
        performer
    )
    family.command("composer", epilog=example + "composer CORPUS runs/composer --minutes 60")(composer)
    family.command("companion", epilog=example + "companion CORPUS runs/companion --minutes 60")(companion)
    family.command("evaluate", epilog=example + "evaluate runs/drums/bundle DATA")(evaluate)
    app.add_typer(family, name="train")


def data(
    out: _Data,
    sources: _Sources,
    hours: _Hours = 30.0,
    seed: _Seed = 0,
    workers: _Processes = None,
    minutes: _Limit = None,
    soundfont: _Soundfont = None,
) -> None:
    """Render scores with real samples and a soundfont. Run again, it goes on, or on to more hours."""
    with _training():
        from stemwright.training.build import build_data
    build_data(
        out,
        hours,
        seed,
        sources,
        workers=workers,
        minutes=minutes,
        soundfont=soundfont,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
    )


def check(data: _Data) -> None:
    """Compare every shard of the data with the hashes in its manifest."""
    with _training():
        from stemwright.training.build import check_data
    problems = check_data(data)
    if problems:
        lines(problems)
        raise StemwrightError(
            f"{data}: {len(problems)} shards are not as they were written; delete them and build again"
        )
    lines([f"{data}: every shard is as it was written"])


def corpus(out: _Corpus, sources: _Sources) -> None:
    """Gather the songs that composers learn from: every source with layers, chords and sections."""
    with _training():
        from stemwright.training.corpus.build import build_corpus
    made = build_corpus(
        sources,
        out,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"] * (done % 50 == 0)),
    )
    rows: list[list[object]] = [
        [split, name, of["songs"], of["bars"], sum(of["notes"].values()), of["bars_with_given_chords"]]
        for split, found in made["counts"].items()
        for name, of in found.items()
    ]
    table(["split", "source", "songs", "bars", "notes", "bars with given chords"], rows)


def widen(
    data: _Data,
    sources: _Sources,
    hours: _Hours = 2.0,
    workers: _Processes = None,
    minutes: _Limit = None,
    soundfont: _Soundfont = None,
) -> None:
    """Render clips again at 48 kHz in stereo, for the wide decoder. Run again, it goes on."""
    with _training():
        from stemwright.training.widen import widen_data
    widen_data(
        data,
        sources,
        hours,
        workers=workers,
        minutes=minutes,
        soundfont=soundfont,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
    )


def codec(
    data: _Data,
    out: _Out,
    minutes: _Minutes = 40.0,
    steps: _Steps = None,
    seed: _Seed = 0,
    device: _Device = "auto",
    threads: _Threads = None,
    start: _From = None,
    keep_tokens: _KeepTokens = False,
) -> None:
    """Train a codec and export its bundle. Run again, it goes on from its checkpoint."""
    with _training():
        from stemwright.training.codec.recipe import train_codec
    train_codec(
        data,
        out,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        start=start,
        keep_tokens=keep_tokens,
        report=_say,
    )


def tone(
    data: _Data,
    out: _Out,
    sources: _Samples = None,
    minutes: _Minutes = 60.0,
    steps: _Steps = None,
    seed: _Seed = 0,
    device: _Device = "auto",
    threads: _Threads = None,
    start: _From = None,
    keep_tokens: _KeepTokens = False,
) -> None:
    """Train the tone codec on clips that `train widen` has widened, and export its bundle. Run again, it goes
    on from its checkpoint."""
    with _training():
        from stemwright.training.tone.recipe import train_tone
    train_tone(
        data,
        out,
        sources=sources,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        start=start,
        keep_tokens=keep_tokens,
        report=_say,
    )


def tokenize(data: _Data, codec: _Codec, workers: _Processes = None, replace: _Replace = False) -> None:
    """Turn the data's audio into tokens of a codec. Run again, it goes on where it was."""
    with _training():
        from stemwright.training.tokenize import tokenize_data
    tokenize_data(data, codec, workers=workers, replace=replace, report=_say)


def rehearse(
    data: _Data,
    performers: _Performers,
    hours: _Hours = 2.0,
    workers: _Processes = None,
    minutes: _Limit = None,
    replace: _Again = False,
) -> None:
    """Have performers play the clips' scores, for `train tone --keep-tokens`. Run again, it goes on."""
    with _training():
        from stemwright.models import registry
        from stemwright.training.rehearse import rehearse_data
    rehearse_data(
        data,
        [registry.find(name) for name in performers],
        hours,
        workers=workers,
        minutes=minutes,
        replace=replace,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
    )


def wide(
    data: _Data,
    out: _Out,
    codec: _Codec,
    minutes: _Minutes = 40.0,
    steps: _Steps = None,
    seed: _Seed = 0,
    device: _Device = "auto",
    threads: _Threads = None,
) -> None:
    """Train a codec's wide decoder: 48 kHz stereo from the same tokens. Run again, it goes on."""
    with _training():
        from stemwright.training.wide.recipe import train_wide
    train_wide(
        data,
        out,
        codec,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        report=_say,
    )


def performer(
    data: _Data,
    out: _Out,
    layer: _Layer,
    preset: _Preset = "tiny",
    minutes: _Minutes = 60.0,
    steps: _Steps = None,
    seed: _Seed = 0,
    device: _Device = "auto",
    threads: _Threads = None,
    codec: _ItsCodec = None,
    start: _FromPerformer = None,
    new_codec: _NewCodec = False,
) -> None:
    """Train a layer's performer and export its int8 bundle. Run again, it goes on from its checkpoint."""
    with _training():
        from stemwright.training.performer.recipe import train_performer
    train_performer(
        data,
        out,
        layer=layer,
        preset=preset,
        codec=codec,
        start=start,
        new_codec=new_codec,
        minutes=minutes,
        steps=steps,
        seed=seed,
        device=device,
        threads=threads,
        report=_say,
    )


def composer(
    corpus: _Corpus,
    out: _Out,
    preset: _Preset = "tiny",
    minutes: _Minutes = 60.0,
    steps: _Steps = None,
    start: _FromComposer = None,
    seed: _Seed = 0,
    device: _Device = "auto",
    threads: _Threads = None,
) -> None:
    """Train the composer on a corpus and export its bundle. Run again, it goes on from its checkpoint."""
    with _training():
        from stemwright.training.composer.recipe import train_composer
    train_composer(
        corpus,
        out,
        preset=preset,
        minutes=minutes,
        steps=steps,
        start=start,
        seed=seed,
        device=device,
        threads=threads,
        report=_say,
    )


def companion(
    corpus: _Corpus,
    out: _Out,
    minutes: _Minutes = 60.0,
    steps: _Steps = None,
    seed: _Seed = 0,
    threads: _Threads = None,
) -> None:
    """Train the companion on a corpus and export its bundle. Run again, it goes on from its checkpoint."""
    with _training():
        from stemwright.training.companion.recipe import train_companion
    train_companion(corpus, out, minutes=minutes, steps=steps, seed=seed, threads=threads, report=_say)


def evaluate(
    bundle: _Bundle, data: _Data, crops: _Crops = 64, threads: _AllThreads = None, json: opt.Json = False
) -> None:
    """Measure a performer on the validation split as it is run: in the engine, by type of its cache."""
    with _training():
        from stemwright.training.performer.evaluate import evaluate as measure
    made = measure(bundle, data, crops=crops, threads=threads, say=_hush if json else _say)
    if json:
        emit_json(made)
        return
    _losses(made)


_ROWS = {
    "manifest_float": "manifest, float weights",
    "manifest_int8": "manifest, int8 weights",
    "torch": "PyTorch, int8 weights",
    "engine_float32": "engine, float32 cache",
    "engine_int8": "engine, int8 cache",
}
_CHANGES = {"int8_weights": "int8 weights cost, %", "int8_cache": "int8 cache costs, %"}


def _losses(made: dict[str, Any]) -> None:
    """Nats a token, by codebook; then what int8 costs."""
    books = len(made["tokens"])
    rows: list[list[object]] = []
    for key, title in _ROWS.items():
        if key in made["losses"]:
            row = made["losses"][key]
            rows.append([title, sum(row) / books, *row])
    for key, title in _CHANGES.items():
        if key in made["changes"]:
            rows.append([title, "", *(f"{x:+.3f}" for x in made["changes"][key])])
    table(["nats a token", "mean", *(f"codebook {k + 1}" for k in range(books))], rows)


def _say(line: str) -> None:
    lines([line])


def _hush(line: str) -> None:
    """Nothing: standard output is one JSON object."""


@contextmanager
def _training() -> Iterator[None]:
    """Imports of the training room; a missing package becomes the line that tells how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("stemwright"):
            raise
        raise StemwrightError(
            f"training needs {error.name}: install the training extra: pip install 'stemwright[train]'"
        ) from None
