"""A second chord instrument beside the harmony: another figure in another register. Broken chords or off-beat
strokes high above it; in the styles of power chords, chugged roots and fifths below it.
"""

from __future__ import annotations

from stemwright.compose.ensemble import FULL, Seat
from stemwright.compose.feel import finish
from stemwright.compose.part_patterns import Book, book_of, comp_of, hits_of, next_voicing, struck
from stemwright.compose.silence import hushed
from stemwright.compose.style import Comp
from stemwright.compose.voicing import Voicing
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score

_BOOK: Book = {
    "sparse": (Comp("x---------x-----", "arp"), Comp("x-------x-------", "arp")),
    "verse": (
        Comp("x-x-x-x-x-x-x-x-", "arp"),
        Comp("..x-..x-..x-..x-", "arp"),
        Comp("....x.......x...", "stab"),
        Comp("x--x--x-x--x--x-", "arp"),
    ),
    "chorus": (
        Comp("x-x-x-x-x-x-x-x-", "arp"),
        Comp("..x...x...x...x.", "stab"),
        Comp("x--x--x-x--x--x-", "block"),
    ),
}
_POWER: Book = {
    "sparse": (Comp("x---------------", "chug"),),
    "verse": (Comp("x.s.s.s.x.s.s.s.", "chug"), Comp("x.s.x.s.s.x.s.s.", "chug")),
    "chorus": (Comp("x-s-s-s-x-s-s-s-", "chug"), Comp("x-x-x-x-x-x-x-x-", "oct")),
}
_HIGH, _LOW = 70, 40
_ORDERS = ((0, 1, 2, 1), (2, 1, 0, 1), (0, 2, 1, 2))


def write_guitar(seat: Seat) -> Score:
    """The score of a second chord instrument."""
    book = book_of(seat, _POWER if seat.plan.style.color == "power" else _BOOK)
    notes: list[Note] = []
    before: Voicing = ()
    begun: dict[str, Voicing] = {}
    for bar in seat.plan.bars:
        if bar.first:
            before = begun.setdefault(bar.material, before)
        comp = comp_of(seat, bar, book)
        presence = seat.presence(bar, book)
        if comp is None or not presence:
            continue
        stream = seat.bar_stream(bar, "feel")
        order = seat.material_stream(bar, "order").pick(_ORDERS)
        for count, hit in enumerate(hits_of(seat, bar, comp)):
            chord = bar.chords[hit.step]
            if chord is None:
                continue
            if hit.mark == "n":
                chord = seat.plan.chord_ahead(bar, hit.step) or chord
            before = next_voicing(seat, chord, before, _HIGH)
            pitches = _pitches(comp, chord, before, order[count % len(order)])
            gate = {"stab": 50, "chug": 60, "arp": 160}.get(comp.how, 90)
            trim = -8 if presence == FULL else -16
            notes += struck(seat, bar, hit, pitches, stream, gate, trim)
    return finish(hushed(notes, seat.plan.silent), seat.plan.total_ticks)


def _pitches(comp: Comp, chord: Chord, stack: Voicing, place: int) -> Voicing:
    """What a stroke sounds: a voice of the upper three, all of these, root and fifth, or the root twice."""
    upper = stack[-3:]
    root = _LOW + (chord.root_pc - _LOW) % 12
    fifth = next((size for size in (7, 6, 8) if (root + size) % 12 in chord.pitch_classes), 12)
    if comp.how == "arp":
        return (upper[place % len(upper)],)
    if comp.how == "chug":
        return (root, root + fifth)
    return (root + 12, root + 24) if comp.how == "oct" else upper
