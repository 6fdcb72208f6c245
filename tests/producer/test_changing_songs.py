"""Songs whose tempo and meter change: written, performed, edited and mixed, bar by bar as any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.codec import tokens as container
from stemwright.compose.arranger import arrange, decide
from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.bars import parse_bars
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create, require_same
from stemwright.producer.generate import generate
from stemwright.producer.lineage import outdated
from stemwright.producer.standing import nearest
from stemwright.shown.reports import check, describe
from stemwright.song.layers import LAYERS
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder

WISH = Wish(
    bpm="200, 3: 240", meter="4/4, 3: 3/4, 5: 5/8", form="verse:4 chorus:2", key="D minor", seed=5, title="A"
)
STARTS = [0, 384, 768, 1056, 1344, 1584, 1824]
"""Where bars begin: two of 4/4, two of 3/4, two of 5/8."""


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, WISH)
    return path


def scores(path: Path) -> dict[str, Score]:
    folder = SongFolder.open(path)
    return folder.scores(folder.load())


def tokens(path: Path, layer: str) -> np.ndarray:
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None
    return container.from_canonical(folder.objects.get(take.tokens_sha256))


def state_of(path: Path) -> GlobalState:
    return SongFolder.open(path).load().state


def outside(score: Score, first: int, stop: int) -> list:
    """The notes that do not begin in ticks first..stop."""
    return [note for note in score.notes if not first <= note.onset < stop]


@pytest.mark.parametrize("composer", [False, True])
def test_all_layers_are_made_and_bars_are_made_anew_across_a_change(song: Path, composer: bool) -> None:
    generate(song, composer=composer)
    state = state_of(song)
    assert [state.bar_tick(bar) for bar in range(7)] == STARTS
    # 2 bars of 4 quarters at 200 BPM, 2 of 3 and 2 of 2.5 at 240: 2.4 + 1.5 + 1.25 s
    assert state.frames == round(75 * 5.15) and tokens(song, "lead").shape[1] == state.frames
    before, old = scores(song), tokens(song, "lead")
    assert set(before) == set(LAYERS)
    generate(song, ("lead",), bars="2-3", seed=11, composer=composer, arranger=not composer)
    after, new = scores(song), tokens(song, "lead")
    assert {name: before[name] for name in LAYERS if name != "lead"} == {
        name: after[name] for name in LAYERS if name != "lead"
    }
    assert after["lead"] != before["lead"]
    assert outside(after["lead"], 384, 1056) == outside(before["lead"], 384, 1056)
    first, stop = state.timebase.bar_frame(1), state.timebase.bar_frame(3)
    assert np.array_equal(new[:, :first], old[:, :first]) and np.array_equal(new[:, stop:], old[:, stop:])
    assert check(song)["ok"]


def test_the_arranger_writes_every_bar_in_its_meter() -> None:
    state = GlobalState.create("120", "C", "4/4, 3: 3/4, 5: 7/8", "verse:4 chorus:4", "rock")
    made = arrange(state, LAYERS, 3)
    for bar in range(8):
        assert len(made.state.chords_of(bar)) == state.meter_of(bar).beats_per_bar
        assert made.state.rhythm is not None
        assert len(made.state.rhythm.bars[bar]) == state.meter_of(bar).steps_per_bar
    for name in ("drums", "bass", "harmony"):
        ends = ((note.onset, note.end - 1) for note in made.scores[name].notes)
        heard = {bar for ticks in ends for bar in range(*map(state.bar_of_tick, ticks))} | {
            state.bar_of_tick(note.end - 1) for note in made.scores[name].notes
        }
        assert heard == set(range(8)), name
    kicks = {note.onset for note in made.scores["drums"].notes if note.pitch == 36}
    near = [min(abs(state.bar_tick(bar) - tick) for tick in kicks) for bar in range(8)]
    assert max(near) <= 6  # each bar begins with a kick, but for its human feel
    assert all(score.end_tick <= state.total_ticks for score in made.scores.values())
    steady = arrange(GlobalState.create("120", "C", "4/4", "verse:4 chorus:4", "rock"), LAYERS, 3).scores
    for name, score in made.scores.items():  # until the beat before the first change it is the same song
        assert outside(score, 672, 10**6) == outside(steady[name], 672, 10**6), name


def test_a_layer_is_composed_across_changes_and_the_rest_stays(song: Path) -> None:
    generate(song)
    before = scores(song)
    compose(song, Asked(("bass", "lead"), "2-5", seed=4, rest="4"))
    after = scores(song)
    assert after["drums"] == before["drums"] and after["harmony"] == before["harmony"]
    for name in ("bass", "lead"):
        assert outside(after[name], 384, 1584) == outside(before[name], 384, 1584)
        inside = [note for note in after[name].notes if 384 <= note.onset < 1584]
        bars = {state_of(song).bar_of_tick(note.onset) for note in inside}
        assert 3 not in bars and bars & {1, 2, 4}  # bar 4 rests
        assert not [note for note in inside if note.onset < 1344 and note.end > 1056]


def test_limits_that_leave_no_note_name_the_bar(song: Path) -> None:
    generate(song)
    asked = Asked(("bass",), "3-4", chords="C", keep_rhythm=True, on_chord=True, low=37, high=37)
    with pytest.raises(UsageError, match=r"^bass, bar 1: .*\(bars are counted from bar 3\)$"):
        compose(song, asked)


def test_chords_for_bars_of_several_meters(song: Path) -> None:
    generate(song)
    compose(song, Asked(("harmony",), "2-5", chords="Bb C | Gm | Dm A7 | F"))
    assert describe(song)["chords"].split(" | ")[1:5] == ["Bb C", "Gm", "Dm A7", "F"]
    folder = SongFolder.open(song)
    assert [len(state_of(song).chords_of(bar)) for bar in range(6)] == [4, 4, 3, 3, 5, 5]
    old = outdated(folder, folder.load())
    assert "harmony" not in old and {"bass", "lead"} >= set(old) != set()
    before = state_of(song)
    compose(song, Asked(("harmony",), "3-6", chords="new", seed=2))
    assert state_of(song).chords[:8] == before.chords[:8] and state_of(song).chords != before.chords
    assert [len(state_of(song).chords_of(bar)) for bar in range(6)] == [4, 4, 3, 3, 5, 5]
    with pytest.raises(UsageError, match="is chord 4 of a bar of 3 beats"):
        compose(song, Asked(("harmony",), "3", chords="C D E F"))


def test_a_chart_starts_over_in_the_meter_that_is_there() -> None:
    from stemwright.song.progression import parse_progression, progression_text

    state = GlobalState.create(meter="4/4, 3: 3/4", form="a:4")
    chords = parse_progression("C G | Am", state)
    assert list(map(str, chords)) == ["C"] * 2 + ["G"] * 2 + ["Am"] * 4 + ["C"] * 2 + ["G"] + ["Am"] * 3
    assert progression_text(state.with_(chords=chords)) == "C G | Am | C G | Am"


def test_midi_brings_the_same_song_back(song: Path, tmp_path: Path) -> None:
    generate(song)
    file = export_song(song, midi=True, to=tmp_path / "out")["midi"]
    assert "_200bpm_" in file
    facts = import_midi(tmp_path / "back", Path(file))
    state, back = state_of(song), state_of(tmp_path / "back")
    assert (back.tempos, back.meters, back.chords) == (state.tempos, state.meters, state.chords)
    assert (facts["tempos"], facts["remarks"]) == ([{"bar": 3, "bpm": 240}], [])
    assert scores(tmp_path / "back") == {name: s.without_overlaps() for name, s in scores(song).items()}


def test_stems_last_as_long_as_the_bars(song: Path) -> None:
    generate(song)
    stems = export_song(song, stems=True)["stems"]
    audio, rate = soundfile.read(stems["lead"])
    assert len(audio) == rate * state_of(song).frames // 75


def test_spans_and_changed_bars_are_those_of_the_map(song: Path) -> None:
    state = decide(state_of(song), 1)
    assert [parse_bars(text, state).ticks(state) for text in ("2", "3-5", "6")] == [
        (384, 768),
        (768, 1584),
        (1584, 1824),
    ]
    generate(song)
    folder = SongFolder.open(song)
    loaded = folder.load()
    take, lead = loaded.layers["lead"].takes[0], scores(song)["lead"]
    moved = Score(tuple(note for note in lead.notes if not 1056 <= note.onset < 1344))
    assert nearest(folder, loaded.state, "lead", moved, [take])[1] == {3}


def test_what_was_wished_for_is_what_is_there(song: Path) -> None:
    loaded = SongFolder.open(song).load()
    require_same(song, loaded, WISH)
    require_same(song, loaded, Wish(bpm="200,3:240.0"))
    with pytest.raises(UsageError, match="is a song with bpm 200, 3: 240, not 200"):
        require_same(song, loaded, Wish(bpm="200"))
    with pytest.raises(UsageError, match="is a song with meter 4/4, 3: 3/4, 5: 5/8, not 4/4, 3: 3/4"):
        require_same(song, loaded, Wish(meter="4/4, 3: 3/4"))


def test_a_chart_makes_the_form_before_changes_are_placed(tmp_path: Path) -> None:
    create(tmp_path / "a", Wish(bpm="100, 30: 120", chords=" | ".join(["C"] * 32)))
    assert state_of(tmp_path / "a").bars == 32
    with pytest.raises(UsageError, match=r"bpm: changes at bar 30, which is outside the song; .* 1 to 24"):
        create(tmp_path / "b", Wish(bpm="100, 30: 120"))
