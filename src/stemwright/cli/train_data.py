"""`train data|mixes|check|corpus|widen|tokenize|rehearse`: what models are trained on."""

from __future__ import annotations

from stemwright.cli import train_needs as needs
from stemwright.cli import train_options as arg
from stemwright.cli.output import lines, table
from stemwright.cli.train_needs import say
from stemwright.cli.watching import counting
from stemwright.errors import StemwrightError, few


def data(
    out: arg.Data,
    sources: arg.Sources,
    hours: arg.Hours = 30.0,
    seed: arg.Seed = 0,
    workers: arg.Processes = None,
    minutes: arg.Limit = None,
    soundfont: arg.Soundfont = None,
) -> None:
    """Render scores with recorded instruments and a soundfont: those of known sets, and your own MIDI,
    MusicXML, SFZ and SF2 files. Run again, it goes on, or on to more hours.
    """
    with needs.training():
        from stemwright.dataset.build import build_data
    build_data(
        out,
        hours,
        seed,
        sources,
        workers=workers,
        minutes=minutes,
        soundfont=soundfont,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
        say=say,
    )


def mixes(
    out: arg.Mixes,
    sources: arg.Sources,
    songs: arg.MixCount = 900,
    seed: arg.Seed = 0,
    workers: arg.Processes = None,
    soundfont: arg.Soundfont = None,
) -> None:
    """Render whole mixes with human timing, and where their beats are: what the beat tracker learns from. Run
    again, it goes on, or on to more songs.
    """
    with needs.training():
        from stemwright.dataset.mixes.build import build_mixes
    build_mixes(
        out,
        songs,
        seed,
        sources,
        workers=workers,
        soundfont=soundfont,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
        say=say,
    )


def check(data: arg.Data) -> None:
    """Compare every shard of the data with the hashes in its manifest."""
    with needs.training():
        from stemwright.dataset.build import check_data
    problems = check_data(data)
    if problems:
        lines(problems)
        raise StemwrightError(
            f"{data}: {len(problems)} shards are not as they were written; delete them and build again"
        )
    lines([f"{data}: every shard is as it was written"])


def corpus(out: arg.Corpus, sources: arg.Sources, arranged: arg.Arranged = 0) -> None:
    """Gather the songs that composers learn from: every source with layers, chords and sections. Run again,
    it goes on where it was.
    """
    with needs.training():
        from stemwright.corpus.build import build_corpus
    with counting("reading", 50) as progress:
        made = build_corpus(sources, out, progress=progress, arranged=arranged)
    others = f"more, which {out / 'manifest.json'} names"
    lines(f"passed over: {line}" for line in few(made["skipped"], others))
    rows: list[list[object]] = [
        [split, name, of["songs"], of["bars"], sum(of["notes"].values()), of["bars_with_given_chords"]]
        for split, found in made["counts"].items()
        for name, of in found.items()
    ]
    table(["split", "source", "songs", "bars", "notes", "bars with given chords"], rows)


def widen(
    data: arg.Data,
    sources: arg.Sources,
    hours: arg.Hours = 2.0,
    workers: arg.Processes = None,
    minutes: arg.Limit = None,
    soundfont: arg.Soundfont = None,
) -> None:
    """Render clips again at 48 kHz in stereo, for the wide decoder. Run again, it goes on."""
    with needs.training():
        from stemwright.dataset.widen import widen_data
    widen_data(
        data,
        sources,
        hours,
        workers=workers,
        minutes=minutes,
        soundfont=soundfont,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
    )


def tokenize(
    data: arg.Data,
    codec: arg.Codec,
    workers: arg.Processes = None,
    replace: arg.Replace = False,
) -> None:
    """Turn the data's audio into tokens of a codec. Run again, it goes on where it was."""
    with needs.training():
        from stemwright.dataset.tokenize import tokenize_data
    tokenize_data(data, codec, workers=workers, replace=replace, report=say)


def rehearse(
    data: arg.Data,
    performers: arg.Performers,
    hours: arg.Hours = 2.0,
    workers: arg.Processes = None,
    minutes: arg.Limit = None,
    replace: arg.Again = False,
) -> None:
    """Have performers play the clips' scores, for `train tone --keep-tokens`. Run again, it goes on."""
    with needs.training():
        from stemwright.dataset.rehearse import rehearse_data
        from stemwright.models import registry
    rehearse_data(
        data,
        [registry.find(name) for name in performers],
        hours,
        workers=workers,
        minutes=minutes,
        replace=replace,
        progress=lambda done, total, what: lines([f"{done}/{total} {what}"]),
    )
