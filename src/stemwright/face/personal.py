"""Personal styles: a sound, or chords and patterns, of the user's own (docs/personal.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from stemwright.errors import UsageError, argument, shown
from stemwright.face import arguments as arg
from stemwright.face.facts import ExportedStyle, LearntStyle, PersonalStyles, RemovedStyle
from stemwright.models.personal import COMPANION, NOTES
from stemwright.work.extras import training

if TYPE_CHECKING:
    from stemwright.models import Bundle

MIDI = (".mid", ".midi")
Settings: TypeAlias = "arg.Named | Mapping[str, object]"


def personal_learn(
    name: str,
    files: arg.Place | Iterable[arg.Place] = (),
    *,
    layer: str | None = None,
    midi: arg.Place | Iterable[arg.Place] = (),
    data: arg.Place | None = None,
    consent: str = "",
    minutes: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    settings: Settings = (),
    report: Callable[[str], None] = lambda line: None,
) -> LearntStyle:
    """Learn a style from recordings of one instrument (needs the training extra), with `midi` for each, in
    order, by the performer of `layer` ("bass" if none is named). From MIDI files alone: as `layer` "notes",
    which is usual, its chords, grooves, lines and feel, for songs; as "companion" one that plays as they do
    (needs the training extra). `minutes`: 40 if none are given, of a companion 4. `settings`: fields of the
    recipe, {"rank": 16}. `report` hears a line of what goes on now and then. Stopped, the same call goes on.

    UsageError for files that cannot be learnt from or a name that is taken.
    """
    sounds, notes = arg.paths("files", files), arg.paths("midi", midi)
    if not sounds + notes:
        raise UsageError("files: give recordings, or MIDI files to learn notes from", "files")
    if any(file.suffix.lower() not in MIDI for file in sounds):
        return _sound(
            name,
            sounds,
            layer or "bass",
            notes,
            data,
            consent,
            minutes,
            steps,
            seed,
            threads,
            settings,
            report,
        )
    if layer == COMPANION:
        return _companion(
            name, sounds + notes, data, consent, minutes, steps, seed, threads, settings, report
        )
    if layer not in (None, NOTES):
        raise UsageError(
            f"{argument('layer')} {shown(layer)}: learns from recordings; MIDI files alone teach {NOTES} or "
            f"{COMPANION}"
        )
    from stemwright.exchange.personal import learn_notes

    return LearntStyle.read(learn_notes(name, sounds + notes, consent, report))


def _sound(
    name: str,
    sounds: list[Path],
    layer: str,
    midi: list[Path],
    data: arg.Place | None,
    consent: str,
    minutes: float | None,
    steps: int | None,
    seed: int,
    threads: int | None,
    settings: Settings,
    report: Callable[[str], None],
) -> LearntStyle:
    with training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.personal.files import learn_from_files
        from stemwright.training.personal.trainer import StyleRecipe
    bundle = learn_from_files(
        name,
        sounds,
        layer=layer,
        midi=midi,
        data=None if data is None else arg.path(data),
        consent=consent,
        minutes=40.0 if minutes is None else minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        recipe=changed(StyleRecipe(), _texts(settings)),
        report=report,
    )
    return _learnt(name, layer, bundle)


def _companion(
    name: str,
    files: list[Path],
    data: arg.Place | None,
    consent: str,
    minutes: float | None,
    steps: int | None,
    seed: int,
    threads: int | None,
    settings: Settings,
    report: Callable[[str], None],
) -> LearntStyle:
    with training():
        from stemwright.training.fit.settings import changed
        from stemwright.training.personal.companion import MINUTES, PersonalRecipe, learn_companion
    bundle = learn_companion(
        name,
        files,
        data=None if data is None else arg.path(data),
        consent=consent,
        minutes=MINUTES if minutes is None else minutes,
        steps=steps,
        seed=seed,
        threads=threads,
        recipe=changed(PersonalRecipe(), _texts(settings)),
        report=report,
    )
    return _learnt(name, COMPANION, bundle)


def _learnt(name: str, layer: str, bundle: Bundle) -> LearntStyle:
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


def _texts(given: Settings) -> list[str]:
    """Fields of the recipe as the command line has them, "rank=16"."""
    if isinstance(given, Mapping):
        return [f"{field}={value}" for field, value in given.items()]
    return [given] if isinstance(given, str) else list(given)
