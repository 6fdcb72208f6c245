"""MIDI files and printed music into songs."""

from __future__ import annotations

from stemwright.errors import UsageError, argument
from stemwright.face import arguments as arg
from stemwright.face.facts import Imported, Tracks


def import_midi(
    path: arg.Place,
    file: arg.Place,
    *,
    track: arg.Texts | None = None,
    layer: arg.Texts | None = None,
    every_track: bool = False,
    bpm: arg.Tempo | None = None,
    key: str | None = None,
    meter: arg.Meters | None = None,
    form: arg.Form | None = None,
    chords: arg.Chart | None = None,
    style: str | None = None,
    ignore_tempo_changes: bool = False,
    strict: bool = False,
    tune: int | None = None,
    split_voices: bool = False,
) -> Imported:
    """Give layers of the song at `path` the notes of a file of MIDI, MusicXML or ABC ("-": standard input);
    makes the song where there is none.

    `track`: "2=bass", one or several; guessed where none is given. `layer`: only these. `every_track`: each
    track is a layer of its own. `strict`: refuse a damaged file instead of reading what can be read. `tune`:
    the number of an ABC file's tune. `split_voices`: each voice of printed music is a track. The rest
    overrules what the file says; of a chart in `chords` its bars alone are read. UsageError for a file that
    does not fit, before anything is written.
    """
    from stemwright.exchange.imports import import_midi as run
    from stemwright.exchange.readings import Override

    if chords == "-" and str(file) == "-":
        raise UsageError(
            f"{argument('chords')} -: standard input is the MIDI file already; give the chords in a file"
        )
    with arg.chart(chords) as chart:
        over = Override(
            bpm=arg.bpm_text(bpm),
            key=arg.text("key", key),
            meter=arg.meter_text(meter),
            form=arg.form_text(form),
            chords=chart,
            style=arg.text("style", style),
        )
        facts = run(
            arg.path(path),
            arg.path(file),
            tracks=arg.texts(track),
            layers=arg.texts(layer),
            every_track=every_track,
            over=over,
            ignore_tempo_changes=ignore_tempo_changes,
            strict=strict,
            tune=tune,
            split_voices=split_voices,
        )
    return Imported.read(facts)


def list_tracks(
    file: arg.Place, *, strict: bool = False, tune: int | None = None, split_voices: bool = False
) -> Tracks:
    """The tracks of a file and the layers that they would become; writes nothing. `strict`: a damaged file is
    refused; `tune`, `split_voices`: as in `import_midi`.
    """
    from stemwright.exchange.imports import inspect_midi

    return Tracks.read(inspect_midi(arg.path(file), strict, tune, split_voices))
