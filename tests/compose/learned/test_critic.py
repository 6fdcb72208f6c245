"""The critic: what it hears, and that it finds odd and foreign what is."""

from __future__ import annotations

from stemwright.compose.learned.counts import Counts
from stemwright.compose.learned.critic import ANY, ODD, STYLE, Critic, bars_of, events
from stemwright.song.score import Note
from stemwright.training.patterns.critic import groove_style, learn_critic
from stemwright.training.patterns.learned import Material
from support.corpus_songs import groove, melody

BAR = 384
LINE = [Note(step * 24, 24, pitch, 90) for step, pitch in ((0, 60), (4, 62), (6, 64), (8, 60))]


def test_a_line_is_gaps_and_moves() -> None:
    seen = [(subject, contexts[2], symbol) for subject, contexts, symbol in events(LINE, "lead", BAR)]
    assert seen == [
        ("lead gap", "0", "4"), ("lead move", "0", "2"),
        ("lead gap", "4", "2"), ("lead move", "2", "2"),
        ("lead gap", "6", "2"), ("lead move", "2", "-4"),
    ]  # fmt: skip


def test_chords_are_heard_by_their_top_and_basses_by_their_lowest_note() -> None:
    chords = [Note(n.onset, n.duration, n.pitch - 12, 90) for n in LINE] + LINE
    assert list(events(chords, "harmony", BAR)) == list(events(LINE, "harmony", BAR))
    low = [Note(n.onset, n.duration, n.pitch - 12, 90) for n in LINE]
    assert list(events(chords, "bass", BAR)) == list(events(low, "bass", BAR))


def test_strokes_are_heard_with_what_was_struck_before() -> None:
    notes = [Note(0, 20, 36, 90), Note(96, 20, 38, 90), Note(96, 20, 42, 90), Note(384, 20, 36, 90)]
    seen = list(events(notes, "drums", BAR))
    assert len(seen) == 32 and all(subject == "drums" for subject, _, _ in seen)
    assert [symbol for _, _, symbol in seen if symbol] == ["0", "1 4", "0"]
    assert seen[16][1] == ("0:0:", "0:0", "0:", "0")
    assert list(bars_of(notes)) == [{(0, 0), (1, 4), (4, 4)}, {(0, 0)}]


def test_plain_and_strange_parts_are_odd_and_those_in_the_middle_are_not() -> None:
    real = Counts({"lead": {"8": 1, "16": 2, "24": 1}})
    critic = Critic({"lead gap": Counts({"": {"2": 1}}), ODD: real})
    figures = {cost: _odd(critic, cost) for cost in (0, 8, 16, 24, 99)}
    assert figures == {0: 100, 8: 75, 16: 0, 24: 75, 99: 100}


def _odd(critic: Critic, cost: int) -> int:
    class Told(Critic):
        def cost(self, *_: object) -> int:  # type: ignore[override]
            return cost

    return Told(critic.table).odd(LINE, "lead", BAR)


def test_it_learns_which_style_a_groove_is() -> None:
    train = tuple(
        groove(style, who, kicks)
        for style, kicks in (("funk", (0, 3, 10)), ("rock", (0, 8)))
        for who in ("one", "other")
        for _ in range(3)
    )
    learned = learn_critic(Material(train, train[:1]))
    critic = Critic(learned.table)
    assert set(learned.table[STYLE].row(ANY)) == {"funk", "rock"}
    funk = list(bars_of(train[0].scores["drums"].notes))
    assert critic.foreign(funk, "funk") == 0
    assert critic.foreign(funk, "rock") > 2
    assert critic.foreign(funk, "bossa") == 0  # it knows none
    assert groove_style("funk-groove1") == "funk" and groove_style("jazz swing") == "jazz"


def test_it_learns_lines_and_says_what_held_out_ones_cost() -> None:
    songs = tuple(melody((0, 2, 4, 5, 7, 5, 4, 2), seed) for seed in range(4))
    learned = learn_critic(Material(songs, songs))
    assert 0 < learned.held_out["lead move bits"] < 1.5
    critic = Critic(learned.table)
    strange = tuple(
        Note(n.onset, n.duration, 60 + (n.pitch * 7) % 11, 90) for n in songs[0].scores["lead"].notes
    )
    assert critic.odd(strange, "lead", BAR) == 100 > critic.odd(songs[0].scores["lead"].notes, "lead", BAR)
    assert critic.odd(LINE[:2], "lead", BAR) == 0  # too little to tell
