"""The endless background: one phrase ahead, late ones, columns that performers take, what is drawn."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.launch.slots import Clip
from stemwright.live.stems.stem import Found
from stemwright.live.stream.prompts import Prompts, draws, playing
from stemwright.live.stream.stream import Means, Stream
from stemwright.live.worker.jobs import Phrase
from support.stage import Stage

BEAT = 24_000
LAYERS = ("drums", "bass")
SECTIONS = [(range(0, 2), Fraction(8)), (range(2, 5), Fraction(12))]


class Set:
    """A stage of 120 BPM with a stream in rows 2 and 3; phrases come when they are delivered. Clips of a
    phrase are numbered 100 * (1 + phrase) + column."""

    def __init__(self, seed: int = 0, bpm: str = "120") -> None:
        self.stage = Stage(bpm, columns=2, rows=4, block=120, seed=seed)
        self.stage.transport.phrases_of(0, 1)
        self.orders: list[Phrase] = []
        self.dropped: list[int] = []
        means = Means(
            self.stage.transport,
            self.stage.launcher,
            LAYERS,
            SECTIONS,
            2,
            seed,
            self.orders.append,
            self._load,
            self.dropped.append,
            self.stage.said.append,
        )
        self.stream = Stream(means, self._check)
        self.refused = ""

    def _check(self, words: str) -> None:
        if "purple" in words:
            raise UsageError("words: 'purple' says nothing here")

    def _load(self, phrase: Phrase, layer: str, stem: Found) -> Clip:
        if stem == "broken":
            raise UsageError("broken: cannot be read as audio")
        quarters = SECTIONS[phrase.scene][1]
        number = 100 * (1 + phrase.number) + LAYERS.index(layer)
        return Clip(f"{phrase.number}", number, int(quarters * BEAT), Fraction(120), quarters)

    def deliver(self, error: str = "", **stems: str) -> None:
        """The phrase that was ordered last is made."""
        phrase = self.orders[-1]
        files = {layer: stems.get(layer, "fine") for layer in phrase.layers}
        self.stream.came(phrase, {} if error else files, error)

    def beats(self, count: int, *, delivers: bool = True) -> None:
        """Run on; each phrase is made at once, or none is."""
        for _ in range(count * BEAT // 240):
            self.stream.tick(self.stage.now)
            if delivers and self.stream.waits_for_worker:
                self.deliver()
            self.stage.run(self.stage.now + 240)

    def places(self, column: int = 0) -> list[tuple[float, int | None]]:
        return [(place, clip) for place, clip in self.stage.places(column)]


def begun(seed: int = 0, bpm: str = "120") -> Set:
    found = Set(seed, bpm)
    found.stage.transport.play(0)
    found.stream.play(True, 0)
    return found


def test_phrases_follow_each_other_through_the_form() -> None:
    playing = begun()
    playing.beats(50)
    assert playing.places() == [(4, 100), (12, 200), (24, 300), (32, 400), (44, 500)]
    assert playing.places(1) == [(place, clip + 1) for place, clip in playing.places() if clip is not None]
    assert [order.scene for order in playing.orders[:5]] == [0, 1, 0, 1, 0]
    assert [order.bars for order in playing.orders[:2]] == [(0, 2), (2, 5)]
    assert playing.stage.said == [] and playing.stage.late == []


@pytest.mark.parametrize("bpm", ["112", "97", "140.7"])
def test_its_first_sample_may_lie_just_before_its_place(bpm: str) -> None:
    playing = begun(0, bpm)
    for beat in range(120):
        playing.stage.run(playing.stage.transport.tempo.sample(Fraction(beat, 4)))
        playing.stream.tick(playing.stage.now, at_once=True)
        if playing.stream.waits_for_worker:
            playing.deliver()
    assert playing.places() == [(4, 100), (12, 200), (24, 300)]


def test_a_phrase_that_is_late_is_told_and_the_one_before_is_heard_again() -> None:
    playing = begun()
    playing.beats(4)
    playing.beats(11, delivers=False)
    assert playing.places() == [(4, 100), (12, 100)]
    assert playing.stage.said == ["stream: the next phrase is late; this one is heard again"]
    playing.beats(10)
    assert playing.places() == [(4, 100), (12, 100), (20, 200)]
    assert len(playing.stage.said) == 1


def test_nobody_has_to_wait_but_where_time_stands_still_for_the_worker() -> None:
    playing = begun()
    assert playing.stream.waits(0)
    playing.deliver()
    playing.stream.tick(0, at_once=True)
    assert not playing.stream.waits(0)
    playing.beats(5, delivers=False)
    assert not playing.stream.waits(playing.stage.now)  # there is time
    playing.beats(4, delivers=False)
    assert playing.stream.waits(playing.stage.now)  # in the last bar there is none


def test_a_column_that_a_performer_takes_is_left_alone_until_it_is_given_back() -> None:
    playing = begun()
    playing.stage.fill(0, "4", 1)
    playing.beats(6)
    playing.stage.tap(0, 1)
    playing.beats(12)
    assert playing.places() == [(4, 100), (12, 200)]
    assert playing.places(1) == [(4, 101), (8, 10), (12, 10), (16, 10)]
    playing.stage.launcher.stop(1, playing.stage.now)
    playing.beats(10)
    assert playing.places(1)[-1] == (20, None)
    playing.stream.choose(1, True, playing.stage.now)
    playing.beats(6)
    assert playing.places(1)[-1] == (32, 401) and playing.places()[-1] == (32, 400)


def test_density_is_the_share_of_columns_that_play() -> None:
    playing = begun()
    playing.beats(5)
    playing.stream.density = 0.5
    playing.beats(10)
    ended = [playing.places(column)[-1] for column in (0, 1)]
    assert sorted(clip is None for _, clip in ended) == [False, True]
    playing.stream.density = 0.0
    playing.beats(12)
    assert playing.places(0)[-1][1] is None and playing.places(1)[-1][1] is None
    playing.stream.density = 1.0
    playing.beats(20)
    assert None not in (playing.places(0)[-1][1], playing.places(1)[-1][1])


def test_it_stops_at_the_next_boundary_and_begins_anew() -> None:
    playing = begun()
    playing.beats(6)
    playing.stream.play(False, playing.stage.now)
    playing.beats(4)
    assert playing.places() == [(4, 100), (8, None)]
    playing.stream.play(True, playing.stage.now)
    playing.beats(4)
    assert playing.places()[-1] == (12, 300)


def test_it_waits_for_the_transport_and_goes_with_it() -> None:
    playing = Set()
    playing.stream.play(True, 0)
    playing.beats(3)
    assert playing.places() == []
    playing.stage.transport.play(playing.stage.now)
    playing.beats(2)
    playing.stage.transport.locate(playing.stage.now, Fraction(41))
    playing.beats(24)
    phrases = [clip for _, clip in playing.places() if clip is not None]
    assert sorted(set(phrases)) == [100, 200, 300] and phrases == sorted(phrases)


def test_what_cannot_be_made_is_told() -> None:
    playing = begun()
    playing.stream.prompts.weigh("jazzy", 1.0)
    playing.beats(5)  # the second phrase is drawn with it
    assert playing.orders[-1].words == "jazzy"
    playing.stream.tick(playing.stage.now)
    playing.beats(8)
    playing.deliver("generate: was ended by SIGKILL")
    assert playing.orders[-1].words == "" and "jazzy: generate: was ended" in playing.stage.said[-1]
    playing.deliver("the disk is full")
    assert not playing.stream.on and "no more phrases come (the disk is full)" in playing.stage.said[-1]


def test_a_stem_that_cannot_be_read_costs_its_column_alone() -> None:
    playing = begun()
    playing.deliver(bass="broken")
    playing.beats(6, delivers=False)
    assert playing.places() == [(4, 100)] and playing.places(1) == []
    assert any("broken" in line for line in playing.stage.said)


def test_sounds_that_are_over_are_let_go() -> None:
    playing = begun()
    playing.beats(80)
    assert playing.dropped[:4] == [100, 101, 200, 201] and len(playing.dropped) < len(playing.orders) * 2


def test_prompts_are_drawn_as_often_as_they_weigh_and_alike_for_a_seed() -> None:
    prompts = Prompts(Set()._check)
    assert prompts.drawn(5) == ""
    prompts.weigh(" Jazzy ", 0.75)
    prompts.weigh("funky", 0.25)
    found = Counter(prompts.drawn(draws(3, number, 1)[0]) for number in range(2000))
    assert set(found) == {"jazzy", "funky"} and 1400 < found["jazzy"] < 1600
    assert draws(3, 7, 4) == draws(3, 7, 4) != draws(4, 7, 4)
    prompts.weigh("jazzy", 0.0)
    assert {prompts.drawn(bits) for bits in (0, 2**63, 2**64 - 1)} == {"funky"}
    with pytest.raises(UsageError, match="purple"):
        prompts.weigh("purple", 0.5)
    assert [order.words for order in begun(seed=5).orders] == [order.words for order in begun(seed=5).orders]


@given(st.floats(0, 1), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9))
def test_a_share_of_columns_plays(density: float, bits: list[int]) -> None:
    columns = [*range(len(bits))]
    found = playing(density, columns, bits)
    assert found <= set(columns) and len(found) - density * len(columns) <= 1
    assert (len(found) == 0) == (density == 0) and (density < 1 or len(found) == len(columns))
