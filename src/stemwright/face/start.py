"""Starting a song, opening one, and making a whole one in a single call."""

from __future__ import annotations

from dataclasses import replace

from stemwright.face import arguments as arg
from stemwright.face.results import MadeSong
from stemwright.face.song import Song
from stemwright.producer.create import create
from stemwright.producer.wish import Wish
from stemwright.work.progress import Watch, unwatched


def new(
    path: arg.Place,
    *,
    bpm: arg.Tempo | None = None,
    key: str | None = None,
    meter: arg.Meters | None = None,
    form: arg.Form | None = None,
    length: str | None = None,
    style: str | None = None,
    seed: int | None = None,
    title: str | None = None,
    timbre: arg.Named | None = None,
    chords: arg.Chart | None = None,
    layers: arg.Texts | None = None,
    amount: int | None = None,
    prompt: str | None = None,
) -> Song:
    """Start a song in a new folder; nothing is generated yet. Defaults are the command line's. `prompt`: what
    it is to be like, in English; other arguments win over it.

    UsageError for a wrong wish or a taken folder; nothing is left behind then.
    """
    where = arg.path(path)
    with arg.chart(chords) as chart:
        wished = _wish(bpm, key, meter, form, length, style, seed, title, timbre, chart, layers, amount)
        create(where, replace(wished, prompt=arg.text("prompt", prompt)))
    return Song(where)


def open(path: arg.Place) -> Song:
    """The song in a folder. UsageError where there is none."""
    from stemwright.producer.workspace import reading

    return Song(reading(arg.path(path)).path)


def make_song(
    path: arg.Place,
    *,
    bpm: arg.Tempo | None = None,
    key: str | None = None,
    meter: arg.Meters | None = None,
    form: arg.Form | None = None,
    length: str | None = None,
    style: str | None = None,
    seed: int | None = None,
    title: str | None = None,
    timbre: arg.Named | None = None,
    chords: arg.Chart | None = None,
    layers: arg.Texts | None = None,
    amount: int | None = None,
    prompt: str | None = None,
    composer: bool = False,
    arranger: bool = False,
    style_of: str | None = None,
    strength: float = 0.8,
    progress: Watch = unwatched,
) -> MadeSong:
    """Start a song, generate every layer and mix it with its stems. Called again, it resumes. `prompt`: as of
    `new`. `style_of`, `strength`: a personal style; a new song without `style` gets its chords and patterns,
    if it has learnt notes.

    UsageError where the song exists with other parameters, StemwrightError, before anything is written, where
    ONNX Runtime or the engine cannot be loaded. `composer`, `arranger`, `progress`: as in `Song.generate`.
    """
    from stemwright.producer.whole import make_song as make
    from stemwright.shown.runtimes import require_runtimes

    require_runtimes()
    where = arg.path(path)
    with arg.chart(chords) as chart:
        wished = _wish(bpm, key, meter, form, length, style, seed, title, timbre, chart, layers, amount)
        wished = replace(wished, prompt=arg.text("prompt", prompt))
        made = make(
            where,
            wished,
            progress,
            composer=composer,
            arranger=arranger,
            style_of=arg.text("style_of", style_of),
            strength=strength,
        )
        return MadeSong.read(made)


def _wish(
    bpm: arg.Tempo | None,
    key: str | None,
    meter: arg.Meters | None,
    form: arg.Form | None,
    length: str | None,
    style: str | None,
    seed: int | None,
    title: str | None,
    timbre: arg.Named | None,
    chords: str | None,
    layers: arg.Texts | None,
    amount: int | None,
) -> Wish:
    """What was asked of a new song, as text."""
    return Wish(
        bpm=arg.bpm_text(bpm),
        key=arg.text("key", key),
        meter=arg.meter_text(meter),
        form=arg.form_text(form),
        length=arg.text("length", length),
        style=arg.text("style", style),
        seed=arg.whole("seed", seed),
        title=arg.text("title", title),
        timbres=arg.named(timbre),
        chords=chords,
        layers=None if layers is None else ",".join(arg.texts(layers)),
        amount=arg.whole("amount", amount),
    )
