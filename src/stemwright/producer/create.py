"""Starting a song from what the user wished, and telling whether an existing song is the one wished for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.producer import bundles
from stemwright.producer.seeds import check_seed, random_seed
from stemwright.producer.wish import DEFAULTS, USUAL, Wish
from stemwright.song.document import VARIATION, LayerEntry, Song
from stemwright.song.form import AUTO, form_text, parse_length
from stemwright.song.layers import LAYERS, kind_of, named_kind, ordered
from stemwright.song.meter import Meter
from stemwright.song.names import check_title
from stemwright.song.progression import parse_progression, progression_text
from stemwright.song.state import GlobalState

if TYPE_CHECKING:
    from stemwright.compose.parts import Layer
    from stemwright.store import SongFolder

COMMON = Meter(4, 4)
"""What styles are written in that do not name a meter."""


def create(path: Path, wish: Wish) -> SongFolder:
    """Make the song folder. UsageError for a wrong wish or a taken folder; nothing is left behind then."""
    from stemwright.store import SongFolder

    return SongFolder.create(path, draft(path, wish))


def draft(path: Path, wish: Wish) -> Song:
    """The song that a wish describes, with what its prompt adds and defaults filled in."""
    asked = wish.prompt or ""
    if wish.prompt is not None:
        from stemwright.producer.prompted import prompted

        wish = prompted(wish).wish
    seed = random_seed() if wish.seed is None else check_seed(wish.seed)
    said = implied(wish)
    rest = DEFAULTS | styled(wish) | said
    state = _with_chords(_state(with_form(wish, rest, seed), rest), wish.chords)
    state = _felt(state, wish, seed)
    title = check_title(wish.title) if wish.title is not None else said.get("title", title_from(path))
    layers = wished_layers(wish, state.style)
    timbres = _timbres(wish, {layer.name: layer.role for layer in layers})
    entries = {layer.name: new_entry(layer, state.style, timbres.get(layer.name)) for layer in layers}
    return Song(title, state, seed, entries, _variation(wish), prompt=asked)


def _felt(state: GlobalState, wish: Wish, seed: int) -> GlobalState:
    """The state as full, as loud and as swung as wished; its chords stay undecided where they were."""
    state = state.with_(density=wish.density, dynamics=wish.dynamics)
    if wish.swing is None:
        return state
    from stemwright.compose.arranger import decide

    rhythm = decide(state, seed).rhythm
    assert rhythm is not None
    return state.with_(rhythm=replace(rhythm, swing=wish.swing))


def _variation(wish: Wish) -> int:
    """How much returning sections differ."""
    if wish.amount is None:
        return VARIATION
    if not 0 <= wish.amount <= 100:
        raise UsageError(f"{argument('amount')} {wish.amount}: give a percentage, 0 to 100")
    return wish.amount


def new_entry(layer: Layer, style: str, timbre: str | None) -> LayerEntry:
    """A layer that is new: its timbre, its kind where its name does not say it, its place in the mix."""
    entry = LayerEntry(
        timbre or usual_timbre(style, layer.role),
        kind=None if named_kind(layer.name) == layer.kind else layer.kind,
    )
    if layer.part is None:
        return entry
    return replace(entry, gain_db=layer.part.gain_db, pan=layer.part.pan)


def wished_layers(wish: Wish, style: str) -> tuple[Layer, ...]:
    """The layers of a new song: as wished for, those that its style usually has, or the known four."""
    from stemwright.compose.parts import parse_layers

    if wish.layers is None:
        return parse_layers(LAYERS, "layers")
    if wish.layers.strip().lower() == USUAL:
        return parse_layers(_usual(style), "layers")
    return parse_layers(wish.layers.split(","), argument("layers"))


def _usual(style: str) -> tuple[str, ...]:
    from stemwright.compose.styles import style_of

    return style_of(style).layers or LAYERS


def further(wish: Wish) -> tuple[str, ...]:
    """The layers that the wished style usually has, where these are more than the known four and nobody said
    which.
    """
    from stemwright.compose.styles import played

    if wish.style is None or wish.layers is not None:
        return ()
    usual = _usual(played(wish.style))
    return usual if set(usual) - set(LAYERS) else ()


def usual_timbre(style: str, layer: str) -> str:
    """What a style plays a layer in, where the layer's performer has it; else "", the performer's first."""
    from stemwright.compose import sounds

    timbre = sounds.usual_timbre(style, layer)
    return timbre if timbre in bundles.timbres_of(layer) else ""


def implied(wish: Wish) -> dict[str, str]:
    """Title, bpm, key, meter and form as the wished chords say or imply them, where none was wished for."""
    if wish.chords is None:
        return {}
    from stemwright.compose.implied import chart_facts, implied_form, implied_key

    said = chart_facts(wish.chords)
    found = {name: value for name, value in said.items() if getattr(wish, name) is None}
    if wish.key is None and "key" not in found and (key := implied_key(wish.chords)) is not None:
        found["key"] = str(key)
    if wish.form is None and (form := implied_form(wish.chords, DEFAULTS["form"])) is not None:
        found["form"] = form
    return found


def styled(wish: Wish) -> dict[str, str]:
    """Meter and tempo (BPM) that the wished style brings where none was wished for: the meter that it is
    always in, and the middle of its usual tempi where these leave the default out.
    """
    if wish.style is None:
        return {}
    from stemwright.compose.styles import played, style_of

    style = style_of(played(wish.style))
    found: dict[str, str] = {}
    if wish.meter is None and style.meter is not None:
        found["meter"] = str(style.meter)
    low, high = style.bpm
    if wish.bpm is None and not low <= int(DEFAULTS["bpm"]) <= high:
        found["bpm"] = str((low + high) // 2)
    return found


def with_form(wish: Wish, rest: Mapping[str, str], seed: int) -> Wish:
    """The wish with the form that is drawn for it, where it asks for one; `rest`: what it leaves out.
    UsageError for a length without such a form.
    """
    seconds = None if wish.length is None else parse_length(wish.length)
    if wish.form is None or wish.form.strip().lower() != AUTO:
        if seconds is not None:
            raise UsageError(
                f"{argument('length')}: is for a form that is drawn; write {argument('form')} {AUTO} with "
                "it, or leave it out"
            )
        return wish
    from stemwright.compose import styles
    from stemwright.compose.forming import auto_form

    state = _state(replace(wish, form=None), dict(rest))
    form = auto_form(styles.style_of(state.style), state.bpm, state.meter, seed, seconds)
    return replace(wish, form=form_text(form), length=None)


def adapted(wish: Wish) -> list[str]:
    """What is to be told where a style is asked for in a meter that its patterns are not written in."""
    if wish.meter is None:
        return []
    from stemwright.compose.styles import style_of

    state = _state(replace(wish, form=None), DEFAULTS | styled(wish))
    own = style_of(state.style).meter or COMMON
    meters = dict.fromkeys(str(meter) for meter in (state.meter, *(m for _, m in state.meters)))
    other = [meter for meter in meters if meter != str(own)]
    return [f"meter: {state.style} is written in {own}, and adapted to {', '.join(other)}"] if other else []


def remarks(wish: Wish) -> list[str]:
    """What is to be told of how the wished chords were read."""
    from stemwright.compose.implied import chart_remarks

    given = [name for name in (*DEFAULTS, "title") if getattr(wish, name) is not None]
    return [] if wish.chords is None else chart_remarks(wish.chords, given)


def remark_facts(wish: Wish) -> dict[str, list[str]]:
    """The remarks as a result has them, `chart_remarks`; nothing where no chords were wished for."""
    return {} if wish.chords is None else {"chart_remarks": remarks(wish)}


def require_same(path: Path, song: Song, wish: Wish) -> None:
    """UsageError naming the first wish that the existing song at `path` does not fulfil. What its prompt asks
    for is what the same prompt asked for then.
    """
    if wish.prompt is not None and wish.prompt != song.prompt:
        has_prompt = repr(song.prompt[:60]) if song.prompt else "none"
        raise _other(path, "prompt", has_prompt, repr(wish.prompt[:60]))
    from stemwright.compose.styles import name_now

    current = song.state
    has = {
        "bpm": current.tempo_text,
        "key": str(current.key),
        "meter": current.meter_text,
        "form": current.form,
        "style": name_now(current.style),
    }
    # the form of a song that is there is what was drawn for it
    drawn = wish.form is not None and wish.form.strip().lower() == AUTO
    wanted = _state(replace(wish, form=None) if drawn else wish, has)
    asked = {
        "bpm": wanted.tempo_text,
        "key": str(wanted.key),
        "meter": wanted.meter_text,
        "form": wanted.form,
        "style": wanted.style,
    }
    for name, value in asked.items():
        if value != has[name]:
            raise _other(path, name, has[name], value)
    if wish.chords is not None and parse_progression(wish.chords, current) != current.chords:
        has_chords = progression_text(current) or "not decided yet"
        raise _other(path, "chords", has_chords[:60], wish.chords[:60])
    if wish.seed is not None and wish.seed != song.seed:
        raise _other(path, "seed", str(song.seed), str(wish.seed))
    if wish.title is not None and wish.title != song.title:
        raise _other(path, "title", song.title, wish.title)
    if wish.amount is not None and _variation(wish) != song.variation:
        raise _other(path, "amount", str(song.variation), str(wish.amount))
    if wish.layers is not None:
        layers = {layer.name: layer.kind for layer in wished_layers(wish, current.style)}
        there = {name: kind_of(role) for name, role in song.roles.items()}
        if layers != there:
            raise _other(path, "layers", ", ".join(there), ", ".join(ordered(list(layers))))
    for layer, timbre in _timbres(wish, song.roles).items():
        current_timbre = bundles.timbre_of(bundles.performer(song.role(layer)), song.layers[layer].timbre)
        if timbre != current_timbre:
            raise _other(path, f"timbre of {layer}", current_timbre, timbre)


def title_from(path: Path) -> str:
    """A title from a folder's name: "my-song" is "My Song"."""
    words = re.sub(r"[\W_]+", " ", Path(path).absolute().name).split()
    title = " ".join(word[:1].upper() + word[1:] for word in words)[:80].strip()
    return title or "Song"


def _state(wish: Wish, rest: dict[str, str]) -> GlobalState:
    from stemwright.compose.styles import played

    given = {name: getattr(wish, name) for name in DEFAULTS}
    texts = {name: rest[name] if value is None else value for name, value in given.items()}
    if wish.style is not None:
        texts["style"] = played(wish.style)
    return GlobalState.create(**texts)


def _with_chords(state: GlobalState, text: str | None) -> GlobalState:
    """The state with the chords that the user gave, if any; they are never composed over."""
    return state if text is None else state.with_(chords=parse_progression(text, state))


def _timbres(wish: Wish, roles: Mapping[str, str]) -> dict[str, str]:
    """Layer -> timbre, as wished, of layers in their roles. UsageError naming the layers or the timbres that
    there are.
    """
    found: dict[str, str] = {}
    for text in wish.timbres:
        layer, equals, timbre = text.partition("=")
        if not equals or not timbre:
            raise UsageError(f"{argument('timbre')} {text[:60]!r}: write LAYER=NAME, e.g. lead=sax")
        if layer not in roles or layer in found:
            problem = "is given twice" if layer in found else f"is not one of {', '.join(roles)}"
            raise UsageError(f"{argument('timbre')} {text[:60]!r}: layer {layer[:40]!r} {problem}")
        found[layer] = bundles.timbre_of(bundles.performer(roles[layer]), timbre)
    return found


def _other(path: Path, name: str, has: str, wanted: str) -> UsageError:
    return UsageError(
        f"{path}: is a song with {name} {has}, not {wanted}; "
        "leave the option out to go on with it, or choose another folder",
        field=name.split()[0],
    )
