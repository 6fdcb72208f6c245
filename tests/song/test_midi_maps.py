"""Tempo and meter maps through MIDI files: written at their bars, read again; inside bars they are folded."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import plain
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiSong, read_midi, write_midi
from stemwright.song.midi_bars import own_bars
from stemwright.song.midi_tempos import bar_tempos
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section

BARS = 12
bpms = st.decimals(30, 300, places=6).map(Fraction) | st.sampled_from((Fraction(112), Fraction("112.05")))
meters = st.builds(Meter, st.integers(1, 32), st.sampled_from((2, 4, 8, 16)))


@st.composite
def states(draw: st.DrawFn) -> GlobalState:
    def changes(values: st.SearchStrategy[Any]) -> Any:
        return sorted(draw(st.dictionaries(st.integers(1, BARS - 1), values, max_size=BARS)).items())

    sections = (Section("a", 5), Section("b", BARS - 5))
    return GlobalState(
        draw(bpms), draw(meters), Key("C"), sections, tempos=changes(bpms), meters=changes(meters)
    )


@settings(max_examples=80)
@given(states(), st.integers(0, 2000))
def test_what_is_written_is_read_again(state: GlobalState, onset: int) -> None:
    midi = read_midi(write_midi(state, {"lead": Score((Note(onset % state.total_ticks, 1, 60, 90),))}))
    lines, remarks = own_bars(midi)
    assert (lines.meter, lines.meters, remarks) == (state.meter, state.meters, [])
    assert midi.bars_in(lines) == BARS and midi.sections(lines) == state.sections
    found = bar_tempos(midi.tempos, lines, BARS)
    assert found.tempos == [state.timebase.bpm_of(bar) for bar in range(BARS)]
    assert (found.inside, found.mapped) == (0, [])


def file_of(meters: list[tuple[int, tuple[int, int]]], end: int) -> MidiSong:
    """A file with one note that lasts from its beginning to its end."""
    from stemwright.song.midi import MidiTrack

    track = MidiTrack(notes=[Note(0, end, 60, 90)], name="a", program=0, is_drums=False)
    return MidiSong([track], Fraction(120), Meter(), None, meters=meters, length_ticks=end)


def own(meters: list[tuple[int, tuple[int, int]]], end: int) -> tuple[str, list[str]]:
    lines, remarks = own_bars(file_of(meters, end))
    changes = [f"{bar + 1}: {meter}" for bar, meter in lines.meters]
    return ", ".join([str(lines.meter), *changes]), remarks


def test_bars_that_a_change_cuts_short_have_their_own_meter() -> None:
    four, three = (4, 2), (3, 2)
    assert own([(0, four), (4 * 384, three)], 3000) == ("4/4, 5: 3/4", [])
    assert own([(0, four), (4 * 384 + 192, three)], 3000) == ("4/4, 5: 2/4, 6: 3/4", [])
    assert own([(0, four), (384 + 144, three)], 3000) == ("4/4, 2: 3/8, 3: 3/4", [])
    assert own([(0, four), (72, four), (72 + 384, three)], 3000) == ("4/4, 2: 3/16, 3: 3/4", [])
    assert own([(0, four), (96, three), (96 + 288, four)], 3000) == ("1/4, 2: 3/4, 3: 4/4", [])
    assert own([], 3000) == ("4/4", [])


def test_a_change_right_beside_a_bar_line_is_on_it_and_others_on_a_sixteenth() -> None:
    beside = [(0, (4, 2)), (384 + 3, (3, 2)), (384 + 3 * 288 - 4, (2, 2))]
    assert own(beside, 3000) == ("4/4, 2: 3/4, 5: 2/4", [])
    text, remarks = own([(0, (4, 2)), (384 + 90, (3, 2))], 3000)
    assert text == "4/4, 2: 1/4, 3: 3/4" and remarks == [
        "meter: changes between two sixteenths are put on the later one, after a rest"
    ]


def test_a_meter_that_no_song_can_have_is_passed_over_and_told() -> None:
    text, remarks = own([(0, (4, 2)), (384, (7, 5)), (768, (0, 2)), (4 * 384, (3, 2))], 3000)
    assert text == "4/4, 5: 3/4"
    assert remarks == ["meter 0/4, 7/32 passed over, which no song can have: the one before goes on"]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.tuples(st.integers(0, 40), st.integers(0, 7))), max_size=9),
    st.integers(1, 5000),
)
def test_any_meters_give_bars_that_hold_the_file(found: list[tuple[int, tuple[int, int]]], end: int) -> None:
    meters = sorted(dict(found).items())
    midi = file_of([(tick if at else 0, meter) for at, (tick, meter) in enumerate(meters) if tick < end], end)
    lines, _ = own_bars(midi)
    bars = midi.bars_in(lines)
    assert lines.tick(bars - 1) < midi.end_ticks <= lines.tick(bars)
    assert lines.meters == plain(lines.meter, lines.meters, "meter", 10**6)
    assert {lines.tick(lines.nearest_bar(tick)) for tick, _ in midi.meters[1:]} <= {
        lines.tick(bar) for bar in range(bars + 1)
    }


tempos = st.lists(st.tuples(st.integers(1, 8000), bpms), max_size=30, unique_by=lambda tempo: tempo[0])


@given(bpms, tempos, st.builds(BarLines, meters))
def test_folded_bars_last_as_long_as_they_did(
    first: Fraction, later: list[tuple[int, Fraction]], lines: BarLines
) -> None:
    """Against seconds summed tick by tick, but for the rounding of means and changes moved to bar lines."""
    found = bar_tempos([(0, first), *sorted(later)], lines, 8)
    assert len(found.tempos) == 8 and set(found.mapped) <= set(range(8))
    bpm, at = first, dict(later)
    for bar, tempo in enumerate(found.tempos):
        span = range(lines.tick(bar), lines.tick(bar + 1))
        minutes = Fraction(0)
        for tick in span:
            bpm = at.get(tick, bpm)
            minutes += 1 / bpm
        moved = 2 * 2 * (Fraction(1, 30) - Fraction(1, 300))  # two changes by two ticks
        assert abs(len(span) / tempo - minutes) <= moved + len(span) * Fraction(1, 1000) / 900
    steady = [bar for bar in range(8) if bar not in found.mapped]
    assert all(found.tempos[bar] in {first, *at.values()} for bar in steady)


def test_a_ritardando_is_its_bars_mean_tempo() -> None:
    lines = BarLines(Meter())
    found = bar_tempos([(0, Fraction(120)), (384 + 192, Fraction(60)), (768, Fraction(120))], lines, 3)
    assert found.tempos == [120, 80, 120] and (found.inside, found.mapped) == (1, [1])
    assert bar_tempos([(50, Fraction(99))], lines, 2) == ([99, 99], 0, [])
