"""From a prompt to what is wished of a new song. Options that are given beside it win, and that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from stemwright.compose.styles import BOOK, played, style_of
from stemwright.errors import Message, argument
from stemwright.producer import bundles
from stemwright.producer.orchestra import Orchestra, seated
from stemwright.producer.wish import Wish
from stemwright.song.form import AUTO
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS
from stemwright.song.tempo import MAX_BPM, MIN_BPM
from stemwright.text.encoder import TextEncoder
from stemwright.text.keys import WHITE
from stemwright.text.read import mood_of, read_prompt, require_sense, with_unread
from stemwright.text.tempo import PACES
from stemwright.text.understood import Understood
from stemwright.text.vector import styled

ANY_TEMPO = (88, 140)
"""Where "slow" and "fast" lie that are said of no style, BPM."""
BUNDLE = "text"
_QUARTERS = {-2: -2, -1: -1, 0: 2, 1: 4, 2: 5}
"""Of the usual tempi, by a pace's step: how many quarters of their width above the lowest it is."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A wish with all that its prompt asks for, what was understood of that, and lines to be told: what the
    options overrule and what cannot be had.
    """

    wish: Wish
    understood: Understood | None = None
    remarks: tuple[str, ...] = ()


def understand(prompt: str) -> Understood:
    """What a prompt says: by grammar, and where it names no style by the style vector, if the bundle `text`
    is installed. UsageError in one line for what is no prompt or contradicts itself.
    """
    from stemwright.models import shipped

    understood = read_prompt(prompt, BOOK)
    if BUNDLE in shipped():
        understood = styled(understood, encoder(), BOOK)
    else:
        understood = with_unread(understood, frozenset())
    require_sense(understood)
    return understood


def encoder() -> TextEncoder:
    """The text encoder of this installation. UsageError where there is none."""
    return bundles.text_encoder()


def prompted(wish: Wish) -> Prompted:
    """The wish with what its prompt adds. UsageError as of `understand`."""
    if wish.prompt is None:
        return Prompted(wish)
    understood = understand(wish.prompt)
    asked = _Asked(wish, understood)
    asked.all()
    made = replace(wish, **asked.changes)
    return Prompted(made, understood, (*understood.remarks, *asked.remarks))


class _Asked:
    """The fields of a wish that a prompt gives, one after the other."""

    def __init__(self, wish: Wish, understood: Understood) -> None:
        self.wish, self.understood = wish, understood
        self.changes: dict[str, Any] = {}
        self.remarks: list[str] = []
        self.style = wish.style or understood.style

    def all(self) -> None:
        """Every field."""
        found = self.understood
        self.give("style", found.style or None)
        self.give("bpm", found.bpm or self.paced(), "bpm" if found.bpm else "pace")
        self.give("key", self.key(), "key" if found.key else "moods")
        self.give("meter", found.meter)
        self.form()
        self.give("chords", found.chords)
        self.band()
        self.changes["swing"] = found.swing
        self.changes["density"] = found.density
        self.changes["dynamics"] = found.dynamics or int(mood_of(found, "dynamics"))

    def give(self, name: str, value: str | None, field: str = "") -> None:
        """A field, where no option has it."""
        if value is None:
            return
        given = getattr(self.wish, name)
        if given is None:
            self.changes[name] = value
        elif said := self.understood.said.get(field or name):
            counts = str(given).replace("\n", " ")[:40]
            self.remarks.append(Message(f"{argument(name)} {counts!r} counts, not {said!r} of the prompt"))

    def paced(self) -> str | None:
        """The tempo that a word for it means in the style: slow is a quarter of the width of its usual ones
        below them, fast their upper end; very, another quarter.
        """
        pace = self.understood.pace or str(mood_of(self.understood, "pace"))
        if not pace:
            return None
        low, high = style_of(played(self.style)).bpm if self.style else ANY_TEMPO
        quarters = _QUARTERS[PACES[pace]]
        return str(max(MIN_BPM, min(MAX_BPM, low + (high - low) * quarters // 4)))

    def key(self) -> str | None:
        """The key: as said, or in the mode that a mood asks for where chords do not say it."""
        found = self.understood
        if found.key is not None:
            return str(found.key)
        mode = str(mood_of(found, "mode"))
        chorded = found.chords is not None or self.wish.chords is not None
        return str(Key(WHITE[mode], mode)) if mode and not chorded else None

    def form(self) -> None:
        """Form and length; a length alone asks for a form that is drawn."""
        found, given = self.understood, self.wish.form
        if found.length and found.form:
            self.remarks.append(
                f"{found.said['form']!r} says how long it is, so {found.length!r} does not count"
            )
        self.give("form", found.form)
        if found.length is None or found.form is not None:
            return
        if given is None or given.strip().lower() == AUTO:
            self.changes["form"] = AUTO
            self.give("length", found.length)
        else:
            self.give("form", AUTO, "length")

    def band(self) -> None:
        """Layers, and what they are played in."""
        found = self.understood
        if self.wish.layers is not None:
            for what in ("only", "without"):
                if what in found.said:
                    said = found.said[what]
                    text = (
                        f"{argument('layers')} {self.wish.layers[:40]!r} counts, not {said!r} of the prompt"
                    )
                    self.remarks.append(Message(text))
            layers = tuple(name.partition(":")[0].strip() for name in self.wish.layers.split(","))
            fixed = True
        else:
            layers, fixed = self.layers(), False
        given = {text.partition("=")[0]: text.partition("=")[2] for text in self.wish.timbres}
        usual = style_of(played(self.style)).timbres if self.style else {}
        band = Orchestra(layers, given, usual=usual)
        orchestra = seated(found.instruments, band, fixed or found.only is not None)
        self.remarks += orchestra.remarks
        timbres = (f"{layer}={timbre}" for layer, timbre in orchestra.timbres.items() if layer not in given)
        self.changes["timbres"] = (*self.wish.timbres, *timbres)
        if not fixed and tuple(orchestra.layers) != LAYERS:
            self.changes["layers"] = ",".join(orchestra.layers)

    def layers(self) -> tuple[str, ...]:
        """The layers before instruments add to them: a full song has all that its style usually has."""
        found = self.understood
        if found.only is not None:
            return found.only
        usual: tuple[str, ...] = LAYERS
        if found.density > 0 and self.style:
            usual = style_of(played(self.style)).layers or LAYERS
        return tuple(layer for layer in usual if layer not in found.without)
