"""Learning drums: strokes heard on a grid, and tables that say what was played."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from stemwright.compose.learned.drums import bar_text, changed, fill_contexts, player_of, text_bar
from stemwright.corpus.readers.grooves import fill, groove
from stemwright.corpus.song import CorpusSong
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi_write import write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section
from stemwright.training.patterns.drum_fills import letters
from stemwright.training.patterns.drum_grooves import BARS, _repeating, grooves
from stemwright.training.patterns.drum_hearing import Cells, cells, fills_in, heard
from stemwright.training.patterns.drums import learn_drums
from stemwright.training.patterns.learned import Material

BAR = {"kick": "x.......x.x.....", "snare": "....x..g....x...", "closed_hat": "x.x.x.x.x.x.x.x."}

BAR_CELLS = {
    "kick": ("x...", "....", "x.x.", "...."),
    "snare": ("....", "x..g", "....", "x..."),
    "hand": ("x.x.",) * 4,
    "foot": ("....",) * 4,
}


def notes(parts: dict[str, str], bars: int = 1, late: int = 0, swing: int = 48) -> list[Note]:
    """Strokes of a bar again and again; `swing`: the tick of a beat's third sixteenth."""
    places = (0, swing // 2, swing, (96 + swing) // 2)
    out = []
    for bar in range(bars):
        for piece, line in parts.items():
            for step, mark in enumerate(line):
                if mark != ".":
                    onset = 384 * bar + 96 * (step // 4) + places[step % 4] + late
                    out.append(Note(max(0, onset), 12, PIECE_PITCH[piece], 20 if mark == "g" else 100))
    return sorted(out)


def cells_of(parts: dict[str, str]) -> Cells:
    played = heard(notes(parts), 1)
    assert played is not None
    return cells(played.bars[0])


def song(parts: dict[str, str], bars: int = 8, style: str = "rock") -> CorpusSong:
    state = GlobalState(
        Fraction(120), Meter(4, 4), Key("C", "major"), (Section("groove", bars),), style=style
    )
    return CorpusSong(state, {"drums": Score.from_notes(notes(parts, bars))}, source="gmd", name="x")


def test_what_is_heard() -> None:
    played = heard(notes(BAR, 2, late=3), 2)
    assert played is not None
    assert {stroke.late for bar in played.bars for stroke in bar} == {3}
    found = cells(played.bars[1])
    assert found.limbs["kick"] == ("x...", "....", "x.x.", "....")
    assert found.limbs["snare"] == ("....", "x..g", "....", "x...")
    assert (found.hand, found.rate) == ("hat", "8")
    assert played.usual == {"kick": 100, "snare": 100, "hat": 100}


def test_a_shuffle_is_heard_as_eighths() -> None:
    played = heard(notes(BAR, 2, swing=64), 2)
    assert played is not None
    assert cells(played.bars[0]).limbs["hand"] == ("x.x.",) * 4
    assert {stroke.late for bar in played.bars for stroke in bar} == {0}


def test_what_fits_no_grid_is_not_heard() -> None:
    assert heard([Note(96 * beat + 13, 6, 38, 90) for beat in range(4)], 1) is None
    assert heard([], 1) is None


def test_open_hats_and_rides() -> None:
    played = heard(notes({"open_hat": "x...x...x...x...", "pedal_hat": "....x......x...."}), 1)
    assert played is not None and cells(played.bars[0]).hand == "open"
    played = heard(notes({"ride": "x...x.x.x...x.x."}), 1)
    assert played is not None and (cells(played.bars[0]).hand, cells(played.bars[0]).rate) == ("ride", "8")


def test_a_bar_of_toms_is_a_fill() -> None:
    score = [*notes(BAR, 3), *(Note(1152 + 24 * step, 12, 45, 90) for step in range(8))]
    played = heard(score, 4)
    assert played is not None and fills_in(played) == {3}
    assert not any(symbol == "xxxx" for limb, _, symbol in grooves("rock", played) if limb == "snare")


def test_a_table_says_what_was_played() -> None:
    learned = learn_drums(Material((song(BAR, 128),), (song(BAR),)))
    assert learned.table["keep"].row("kick|202|2|x.x.") == {"1": 128}
    assert learned.table["hold"].row("rock|") == {"2": 1}
    assert learned.table["bar"].row("rock|hat") == {bar_text(BAR_CELLS): BARS}
    assert learned.held_out["first, table bits"] < learned.held_out["first, plain bits"]
    assert learned.sources == {"gmd"}


def test_a_drummer_who_changes_bars_is_told_from_one_who_holds() -> None:
    """Seven bars alike and one without its last kick."""
    bars = [cells_of(BAR), cells_of({**BAR, "kick": "x.......x......."})]
    found = [*_repeating("rock", [bars[0]] * 7 + [bars[1]])]
    assert ("hold", ("rock|", "any|"), "2") in found
    assert [symbol for subject, contexts, symbol in found if contexts == changed(2, "x.x.")] == ["x..."]
    assert not [*_repeating("rock", bars)]  # too few to say what is usual


def test_letters_of_a_fill() -> None:
    played = heard(notes({"kick": "x...", "snare": "gx..", "low_tom": "..x."}), 1)
    assert played is not None
    steps = [letters([stroke for stroke in played.bars[0] if stroke.step == step]) for step in range(4)]
    assert steps == ["kg", "s", "l", "."]
    assert fill_contexts(2, ["kg", "s"])[0] == "2|kg|s"


def test_a_bar_is_a_symbol_and_back() -> None:
    assert bar_text(BAR_CELLS) == "x.......x.x...../....x..g....x.../x.x.x.x.x.x.x.x./................"
    assert text_bar(bar_text(BAR_CELLS)) == BAR_CELLS


def test_players_by_styles() -> None:
    assert player_of("latin brazilian-samba") == "latin" and player_of("gospel") == "pop"
    assert player_of("middleeastern") == "any" and player_of("") == "any"


def test_a_fill_is_read_though_it_is_no_song(tmp_path: Path) -> None:
    path = tmp_path / "fill.mid"
    row = {"style": "funk/fast", "bpm": "120", "time_signature": "4-4", "drummer": "d", "id": "1"}
    have = song(BAR, 1)
    path.write_bytes(write_midi(have.state, have.scores))
    (read,) = fill(path, row)
    assert read.state.bars == 1 and read.state.style == "funk fast" and len(read.scores["drums"].notes) == 14
    assert list(groove(path, row)) == []
