from itertools import groupby

from stemwright.evaluation.symbolic.shuffled import shuffled, shuffled_chords
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import Score
from support.symbolic import melody, score, song

SONGS = [
    song(
        form="verse:4",
        lead=melody(range(0, 1536, 48), range(60, 92)),
        drums=melody(range(0, 1536, 96), [36] * 16),
    ),
    song(form="verse:2", bass=score((0, 90, 40, 101)), lead=Score()),
]


def test_as_many_notes_and_nothing_else():
    made = shuffled(SONGS, seed=3)
    assert [have.state for have in made] == [have.state for have in SONGS]
    for before, after in zip(SONGS, made, strict=True):
        assert {k: len(s.notes) for k, s in after.scores.items()} == {
            k: len(s.notes) for k, s in before.scores.items()
        }
        assert all(note.end <= after.state.total_ticks for s in after.scores.values() for note in s.notes)
    assert made[0].scores["lead"] != SONGS[0].scores["lead"]
    assert {note.pitch for note in made[0].scores["drums"].notes} <= set(PIECE_PITCH.values())
    assert {note.pitch for note in made[0].scores["lead"].notes} <= {*range(60, 92), 40}


def test_the_same_for_a_seed():
    assert shuffled(SONGS, 1) == shuffled(SONGS, 1) != shuffled(SONGS, 2)
    assert shuffled([]) == []


def test_shuffled_chords_change_as_often():
    states = [song(chords=text, form="verse:4").state for text in ("C Am F G7", "Dm Dm N.C. Bb", "E E E E")]
    made = shuffled_chords(states, seed=1)
    spans = [len(list(groupby(state.chords))) for state in states]
    assert all(len(list(groupby(s.chords))) <= most for s, most in zip(made, spans, strict=True))
    assert {c for s in made for c in s.chords} <= {c for s in states for c in s.chords}
    assert [s.with_(chords=()) for s in made] == [s.with_(chords=()) for s in states]
    assert len({made[2].chords for made in (shuffled_chords(states, seed) for seed in range(9))}) > 1
    assert shuffled_chords(states, 1) == made != shuffled_chords(states, 2)
    undecided = [song(form="verse:4").state]
    assert shuffled_chords(undecided) == undecided and shuffled_chords([]) == []
