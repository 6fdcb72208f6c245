"""What a stream plays next."""

import pytest
from quick_pieces import piece

from stemwright.errors import UsageError


def test_it_goes_through_its_form_and_then_on_with_other_material() -> None:
    made = piece()
    phrases = [made.phrase(index, index, 0) for index in range(4)]
    assert [p.state.form for p in phrases] == ["verse:1", "chorus:2", "verse:1", "chorus:2"]
    assert phrases[0].scores != phrases[2].scores
    assert all(p.state.key == phrases[0].state.key and p.state.bpm == 240 for p in phrases)


def test_a_phrase_is_decided_by_seed_prompt_and_number() -> None:
    one, other = piece().phrase(1, 4, 100), piece().phrase(1, 4, 100)
    assert one.scores == other.scores and one.state == other.state and one.timbres == other.timbres
    assert (one.number, one.start, one.stop) == (4, 100, 100 + one.state.frames)
    assert piece(seed=6).phrase(1, 4, 100).scores != one.scores


def test_material_returns() -> None:
    made = piece(form="verse:4 chorus:4 verse:4", bpm="120")
    first, again = made.phrase(0, 0, 0), made.phrase(2, 2, 0)
    assert first.state.chords == again.state.chords
    bars = first.state.bar_tick(2)
    tunes = [[note.pitch for note in p.scores["lead"].slice(0, bars).notes] for p in (first, again)]
    assert tunes[0] == tunes[1] != []


def test_long_sections_and_slow_bars_are_cut() -> None:
    fast = piece(form="verse:20", bpm="120")
    assert [fast.phrase(index, 0, 0).state.bars for index in range(4)] == [8, 8, 4, 8]
    slow = piece(form="verse:8", bpm="50")
    assert [slow.phrase(index, 0, 0).state.bars for index in range(3)] == [4, 4, 4]
    crawling = piece(form="verse:2", bpm="30", meter="16/4")
    assert crawling.phrase(0, 0, 0).state.bars == 1


def test_a_prompts_own_form_and_length_are_kept() -> None:
    asked = piece("[verse 2 bars] [chorus 3 bars] rock", form=None)
    assert [asked.phrase(index, 0, 0).state.form for index in range(2)] == ["verse:2", "chorus:3"]
    assert piece("rock", form=None, bpm="120").phrase(0, 0, 0).state.form == "verse:8"
    length = piece("rock song, 1 minute", form=None, bpm="120").song.state
    assert 20 <= length.bars <= 40


def test_changes_of_tempo_and_meter_go_round_with_the_form() -> None:
    made = piece(bpm="240, 2: 200", meter="4/4, 3: 3/4")
    chorus = made.phrase(1, 1, 0).state
    assert chorus.bpm == 200 and chorus.meter_text == "4/4, 2: 3/4"
    assert made.phrase(3, 3, 0).state.bpm == 200
    assert made.phrase(2, 2, 0).state.bpm == 240


def test_layers_and_further_ones() -> None:
    made = piece("bossa", layers="bass,pad,lead")
    assert list(made.phrase(0, 0, 0).scores) == ["bass", "lead", "pad"]
    assert "bass (" in made.line


@pytest.mark.parametrize(
    ("prompt", "wish", "names"),
    [
        ("", {}, "prompt"),
        ("🥁", {}, "prompt"),
        ("120 bpm 90 bpm", {}, "bpm"),
        ("x" * (1 << 20), {}, "prompt"),
        ("rock", {"layers": "kazoo"}, "kazoo"),
        ("rock", {"layers": "audio"}, "audio"),
        ("rock", {"timbres": ("lead=kazoo",)}, "kazoo"),
        ("rock", {"bpm": "0"}, "bpm"),
    ],
)
def test_bad_wishes(prompt: str, wish: dict[str, object], names: str) -> None:
    with pytest.raises(UsageError, match=names) as caught:
        piece(prompt, **wish)
    assert "\n" not in str(caught.value)
