"""Personal styles: a sound, or chords and patterns, of the user's own (docs/personal.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from stemwright.errors import UsageError
from stemwright.face import arguments as arg
from stemwright.face.facts import ExportedStyle, LearntStyle, PersonalStyles, RemovedStyle

MIDI = (".mid", ".midi")


def personal_learn(
    name: str,
    files: arg.Place | Iterable[arg.Place] = (),
    *,
    layer: str = "bass",
    midi: arg.Place | Iterable[arg.Place] = (),
    data: arg.Place | None = None,
    consent: str = "",
    minutes: float = 40.0,
    steps: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    settings: arg.Named | Mapping[str, object] = (),
    report: Callable[[str], None] = lambda line: None,
) -> LearntStyle:
    """Learn a style from recordings of one instrument (needs the training extra), with `midi` for each, in
    order; or from MIDI files alone: then songs get its chords, grooves, lines and feel. `settings`: fields of
    the recipe, {"rank": 16}. `report` hears a line of what goes on now and then. Stopped, the same call goes
    on.

    UsageError for files that cannot be learnt from or a name that is taken.
    """
    sounds, notes = arg.paths("files", files), arg.paths("midi", midi)
    if all(file.suffix.lower() in MIDI for file in sounds):
        from stemwright.exchange.personal import learn_notes

        if not sounds + notes:
            raise UsageError("files: give recordings, or MIDI files to learn notes from", "files")
        return LearntStyle.read(learn_notes(name, sounds + notes, consent, report))
    from stemwright.work.extras import training

    with training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.personal.files import learn_from_files
        from stemwright.training.personal.trainer import StyleRecipe
    bundle = learn_from_files(
        name,
        sounds,
        layer=layer,
        midi=notes,
        data=None if data is None else arg.path(data),
        consent=consent,
        minutes=minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        recipe=changed(StyleRecipe(), _settings(settings)),
        report=report,
    )
    facts = {"path": str(bundle.path), "sha256": bundle.sha256, "held_out": bundle.manifest.held_out}
    return LearntStyle.read({"name": name, "layer": layer, **facts, "song_style": None})


def personal_list() -> PersonalStyles:
    """Every part of every personal style."""
    from stemwright.exchange.personal import listed

    return PersonalStyles.read({"styles": listed()})


def personal_remove(name: str, layer: str | None = None) -> RemovedStyle:
    """Take a style away, or one part of it (a layer's, or "notes"). Takes that were made with it stay."""
    from stemwright.exchange.personal import remove

    gone, said = remove(name, layer)
    return RemovedStyle.read({"name": name, "layers": gone, "remarks": said})


def personal_export(
    name: str,
    out: arg.Place,
    *,
    layer: str | None = None,
    merge: bool = False,
    strength: float = 0.8,
    seed: int = 0,
) -> ExportedStyle:
    """Write a part of a style into the new folder `out`, to pass on; with `merge` a performer that plays so
    by itself, with `strength` of the style, rounded by the seed.
    """
    from stemwright.exchange.personal import export

    return ExportedStyle.read(export(name, arg.path(out), layer, (strength, seed) if merge else None))


def _settings(given: arg.Named | Mapping[str, object]) -> list[str]:
    """Fields of the recipe as the command line has them, "rank=16"."""
    if isinstance(given, Mapping):
        return [f"{field}={value}" for field, value in given.items()]
    return [given] if isinstance(given, str) else list(given)
