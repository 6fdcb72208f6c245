"""`evaluate`: how good a codec, a performer or a song is, in figures and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stemwright.cli import evaluate_beats, evaluate_clips, evaluate_flow, evaluate_text, evaluate_timbre
from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, embedding_of, finish, numbers, split_places
from stemwright.cli.watching import watching
from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.assess.tables import Table


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(
        help="Measure how good a codec, performers or songs are. (`train evaluate` has held-out losses.)",
        no_args_is_help=True,
    )
    example = "Example: stemwright evaluate "
    family.command("codec", epilog=example + "codec DATA --split valid,unseen --opus --plot pictures")(codec)
    family.command("performer", epilog=example + "performer drums DATA --clips 8 --guidance 1,2,3")(performer)
    family.command("flow", epilog=example + "flow DATA --layers bass,lead --steps 2,4,8")(evaluate_flow.flow)
    family.command("composer", epilog=example + "composer corpus --songs 64 --out composer.json")(composer)
    family.command("style", epilog=example + "style --styles pop,rock --sources FOLDER")(style)
    family.command("song", epilog=example + "song my-song --out my-song.json --plot pictures")(song)
    family.command("sound", epilog=example + "sound my-song --quality high")(sound)
    family.command("beats", epilog=example + "beats MIXES --split unseen --clips 40")(evaluate_beats.beats)
    family.command("timbre", epilog=example + "timbre timbre-cello flute voice --target cello")(
        evaluate_timbre.timbre
    )
    family.command("text", epilog=example + "text --out prompts.json")(evaluate_text.text)
    family.command("clips", epilog=example + "clips runs/clips/bundle DATA --text runs/clips/text")(
        evaluate_clips.clips
    )
    family.command("curves", epilog=example + "curves runs/codec runs/drums --plot pictures")(curves)
    app.add_typer(family, name="evaluate")


def codec(
    places: arg.Places,
    split: arg.Splits = "valid",
    clips: arg.Clips = 8,
    seed: arg.Seed = 0,
    kbit: arg.Kbit = None,
    opus: arg.Opus = False,
    json: opt.Json = False,
    out: arg.Out = None,
    plot: arg.Plot = None,
) -> None:
    """What a codec loses, by kind of sound and bit rate; its codes, its silence, its speed.

    Measured on held-out clips of training data (`train data`), or on any folder
    of recordings: at most 30 s of each, a kind for each subfolder. Mel distance,
    SI-SNR, log-spectral distance (LSD), attacks lost, change of loudness; the
    floor is another sound of the same kind. Speed is measured on one thread.

    A tone codec is measured on training data alone, as it needs the clips' scores:
    by mel distance, attacks, level, brightness, roughness, width; not by waveforms.
    """
    from stemwright.assess.codec.measuring import assess_codec
    from stemwright.assess.codec.pictures import draw_codec
    from stemwright.assess.codec.tables import codec_tables
    from stemwright.codec.codec import Codec
    from stemwright.models import load_bundle, registry

    names, where = split_places(places, 1)
    rates = None if kbit is None else numbers("--kbit", kbit)
    pictures = checked(out, plot)
    bundle = load_bundle(registry.find(names[0] if names else "codec"))
    if bundle.manifest.kind == "tone":
        if rates is not None or opus:
            raise UsageError("--kbit, --opus: are for waveform codecs; leave them out for a tone codec")
        finish(*_tone(bundle, where, split.split(","), clips, seed, pictures), json, out, pictures)
        return
    with watching() as watch:
        loaded = Codec.load(bundle.path, threads=1)
        sounds = _sounds(where, split.split(","), clips, seed)
        report, coded = assess_codec(loaded, sounds, kbit=rates, with_opus=opus, watch=watch)
    if pictures is not None:
        draw_codec(pictures, coded)
    finish(report, codec_tables(report), json, out, pictures)


def performer(
    places: arg.Places,
    split: arg.Splits = "valid",
    clips: arg.Clips = 8,
    seed: arg.Seed = 0,
    guidance: arg.Guidance = None,
    temperature: arg.Temperature = None,
    codec: arg.Codec = None,
    clap: arg.Clap = None,
    json: opt.Json = False,
    out: arg.Out = None,
    plot: arg.Plot = None,
) -> None:
    """Do performers play held-out scores? Beside the rendering, the codec and other scores.

    Each clip's score is performed as in a song, in the clip's timbre: only clips
    whose timbre the bundle knows are drawn. Onset F1 within 30 ms, pitches,
    chords, distance from the held-out clips; and how much stays in the key when
    only the chords are given. With a tone codec, whose decoder knows the score,
    "rolled" says what is right whatever is performed: look at what lies beyond it,
    and at level and brightness. Held-out loss: `stemwright train evaluate`.
    """
    from stemwright.assess.codec.coders import coder
    from stemwright.assess.performer.measuring import assess_performer, load_performer
    from stemwright.assess.performer.pictures import draw_performer
    from stemwright.assess.performer.tables import performer_tables
    from stemwright.assess.performer.variants import performer_contender
    from stemwright.dataset.held_out import references
    from stemwright.models import load_bundle, registry
    from stemwright.song.layers import LAYERS

    names, where = split_places(places, len(LAYERS))
    wanted = [] if guidance is None else numbers("--guidance", guidance)
    pictures = checked(out, plot)
    reports = []
    with watching() as watch:
        embedding = embedding_of(clap)
        spoken = None if codec is None else coder(load_bundle(registry.find(codec)))
        for name in names or LAYERS:
            bundle, decoder = load_performer(name, spoken)
            known, layer = bundle.manifest.timbres, bundle.manifest.name
            drawn = [r for s in split.split(",") for r in references(where, s, clips, seed, [layer], known)]
            contender = performer_contender(bundle, wanted, temperature)
            report, heard = assess_performer(
                contender, decoder, drawn, seed=seed, embedding=embedding, watch=watch
            )
            reports.append(report)
            if pictures is not None:
                draw_performer(pictures, layer, heard)
    tables = [made for report in reports for made in performer_tables(report)]
    finish({"performers": reports}, tables, json, out, pictures)


def composer(
    places: arg.Corpus,
    songs: arg.Count = 64,
    bars: arg.Bars = 32,
    controls: arg.Controls = 12,
    source: arg.Source = None,
    seed: arg.Seed = 0,
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """Does a composer write as people do? Beside real music and shuffled notes.

    Composes for the key, tempo, form, chords and style of held-out songs, and has
    the arranger do so too. Of each layer: distance of its histograms to real music,
    key and chords, self-similarity, runs of notes that training songs have; swing
    and micro-timing by style. Then the chords that it writes itself, and whether
    it does as it is asked (density, register and the like).
    """
    from stemwright.assess.composer.chord_report import assess_chords
    from stemwright.assess.composer.contenders import composers, harmonisers, loss_measures
    from stemwright.assess.composer.control_report import assess_controls
    from stemwright.assess.composer.measuring import assess_composer, first_bars
    from stemwright.assess.composer.tables import composer_tables
    from stemwright.corpus.symbolic import songs_with_chords, symbolic_songs

    names, corpus = split_places(places, 4)
    checked(out, None)
    with watching() as watch:
        rivals = composers(names)
        held_out = symbolic_songs(corpus, "valid", songs, seed, source)
        training = symbolic_songs(corpus, "train")
        short = [first_bars(song, bars) for song in held_out]
        writing = {name: rival.composes for name, rival in rivals.items()}
        report = assess_composer(short, training, writing, seed=seed, watch=watch)
        report["chords"] = assess_chords(
            songs_with_chords(corpus, "valid", songs, seed, source),
            training,
            harmonisers(rivals),
            loss_measures(rivals),
            bars=bars,
            seed=seed,
            watch=watch,
        )
        obeying = {name: rival.obeys for name, rival in rivals.items() if rival.obeys}
        report["controls"] = assess_controls(short, obeying, songs=controls, seed=seed, watch=watch)
    finish(report, composer_tables(report), json, out, None)


def style(
    songs: arg.AnySongs = None,
    styles: arg.Styles = None,
    count: arg.StyleSongs = 20,
    writer: arg.Writers = "arranger",
    sources: arg.StyleSources = None,
    seed: arg.Seed = 0,
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """Are the notes what a musician of the style would play? Rules with goals, beside real music.

    Of songs that are named, or of songs that the arranger or the composer writes for
    a style (notes alone, so it takes seconds): backbeat, fills, bass on the kick,
    walking, clave, what returns, endings, the melody and the like; where a rule is
    missed, in which songs and bars. With --sources, recorded grooves, lead sheets and
    game songs stand beside them; shuffled notes always do.
    """
    from stemwright.assess.style.report import assess_style
    from stemwright.assess.style.songs import given, real_by_style, writers
    from stemwright.assess.style.tables import style_tables
    from stemwright.corpus.styled import styled_songs

    checked(out, None)
    if songs and styles is not None:
        raise UsageError("--styles: is for songs that are written; leave it out beside songs")
    with watching() as watch:
        real = None
        if sources is not None:
            real = real_by_style(styled_songs(sources, lambda done, of, _: watch("sources", done, of)))
        sets = given(songs) if songs else writers(writer, styles, count, seed, watch)
        report = assess_style(sets, real, seed=seed, sources=sources, watch=watch)
    finish(report, style_tables(report), json, out, None)


def song(
    songs: arg.Songs,
    sources: arg.Sources = None,
    json: opt.Json = False,
    out: arg.Out = None,
    plot: arg.Plot = None,
) -> None:
    """Do finished songs keep to their scores, their grid and their key, and are they clean?

    Of each layer: onset F1 within 30 ms, pitches, chords, faults, loudness. Of all
    together: rhythm on the grid and as published (CBS, IRS, CBD), beats, key. With
    --sources, the same scores rendered stand beside them.
    """
    from stemwright.assess.song.measuring import assess_song
    from stemwright.assess.song.pictures import draw_song
    from stemwright.assess.song.tables import song_tables

    pictures = checked(out, plot)
    render = None if sources is None else _renderer(sources)
    reports = []
    with watching() as watch:
        for folder in songs:
            report, parts = assess_song(folder, render=render, watch=watch)
            reports.append(report)
            if pictures is not None:
                draw_song(pictures, folder.resolve().name, parts)
    finish({"songs": reports}, song_tables(reports), json, out, pictures)


def sound(
    songs: arg.Songs,
    control: arg.Control = None,
    soundfont: arg.Soundfont = None,
    quality: opt.Quality = None,
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """How do songs sound to judges that were trained elsewhere, beside a soundfont with the same notes?

    Of each layer: whether basic-pitch hears the score's notes (note F), pitch and
    jitter by swift-f0, flutter and roughness of held notes, attacks above 4 kHz,
    lines at the frame rate, roll-off; distances by musicnn. Of the mix: width,
    notches. A judge that is not installed is left out, and said.
    """
    from stemwright.assess.sound.measuring import assess_sound
    from stemwright.assess.sound.tables import sound_tables

    files = _controls(control or [], songs, soundfont)
    checked(out, None)
    with watching() as watch:
        reports = [
            assess_sound(folder, files=files, font=soundfont, quality=quality, watch=watch)
            for folder in songs
        ]
    finish({"songs": reports}, sound_tables(reports), json, out, None)


def curves(runs: arg.Runs, json: opt.Json = False, out: arg.Out = None, plot: arg.Plot = None) -> None:
    """What training runs have reached, and what more time would buy, from their logs."""
    from stemwright.assess.curve_tables import curve_tables
    from stemwright.assess.curves import assess_curve, read_curve
    from stemwright.assess.pictures import draw_curves

    pictures = checked(out, plot)
    found = [read_curve(run) for run in runs]
    reports = [assess_curve(curve) for curve in found]
    if pictures is not None:
        draw_curves(pictures, found)
    finish({"runs": reports}, curve_tables(reports), json, out, pictures)


def _controls(given: Sequence[str], songs: Sequence[Path], soundfont: Path | None) -> dict[str, Path]:
    """Files by layer."""
    if given and (soundfont is not None or len(songs) > 1):
        raise UsageError("--control: is for one song, and instead of --soundfont; leave one out")
    pairs = [text.partition("=") for text in given]
    for text, (layer, _, file) in zip(given, pairs, strict=True):
        if not (layer and file):
            raise UsageError(f"--control {text[:60]!r}: write it as LAYER=FILE, e.g. bass=bass.wav")
    return {layer: Path(file) for layer, _, file in pairs}


def _tone(
    bundle: Any, where: Path, splits: Sequence[str], clips: int, seed: int, pictures: Path | None
) -> tuple[dict[str, Any], list[Table]]:
    """A tone codec's report and tables."""
    from stemwright.assess.codec.coders import Tone
    from stemwright.assess.codec.pictures import draw_tone
    from stemwright.assess.codec.tone import assess_tone
    from stemwright.assess.codec.tone_tables import tone_tables
    from stemwright.dataset.held_out import is_data, references

    if not is_data(where):
        raise UsageError(
            f"{where}: a tone codec needs clips with scores, a folder made by train data; "
            "recordings are for waveform codecs"
        )
    with watching() as watch:
        drawn = [found for split in splits for found in references(where, split, clips, seed)]
        report, coded = assess_tone(Tone(bundle), drawn, watch)
    if pictures is not None:
        draw_tone(pictures, coded)
    return report, tone_tables(report)


def _renderer(sources: Path) -> Any:
    """What renders scores with the training instruments."""
    from stemwright.corpus.sources import part_of
    from stemwright.instruments.palette import find_palette
    from stemwright.instruments.render import Studio

    samples = part_of(sources, "samples")
    return Studio(samples, recipes=find_palette(samples).recipes).render


def _sounds(where: Path, splits: Sequence[str], clips: int, seed: int) -> list[Any]:
    """Clips of training data, or recordings."""
    from stemwright.assess.recordings import of_reference, recordings
    from stemwright.dataset.held_out import is_data, references

    if not is_data(where):
        return list(recordings(where, clips))
    return [of_reference(r) for split in splits for r in references(where, split, clips, seed)]
