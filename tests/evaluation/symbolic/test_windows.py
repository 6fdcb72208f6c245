import numpy as np

from stemwright.evaluation.symbolic.windows import (
    MOST,
    drum_names,
    drum_windows,
    line_names,
    line_windows,
    spread,
)
from stemwright.song.drums import PIECE_PITCH
from support.symbolic import kit, melody, score, song

BEAT = {"kick": "X...............", "snare": "....X.......X..."}


def named(row: np.ndarray, names: list[str]) -> dict[str, float]:
    assert len(row) == len(names) == len(set(names))
    return {name: value for name, value in zip(names, row.tolist(), strict=True) if value}


def test_drums_by_piece_and_step():
    text = {piece: pattern * 2 for piece, pattern in BEAT.items()}
    text["snare"] = "....X.......X..." + "....X..........."
    found = drum_windows(song(form="verse:2", drums=kit(**text)))
    assert found.shape == (1, len(drum_names()))
    assert named(found[0], drum_names()) == {
        "kick on 1.1": 1.0,
        "snare on 2.1": 1.0,
        "snare on 4.1": 0.5,
        "strokes of kick": 1.0,
        "strokes of snare": 1.5,
    }


def test_loudness_timing_and_pieces_of_a_group_are_not_told():
    plain = kit(closed_hat="xxxx............" * 2)
    other = kit(late=9, pedal_hat="XgXX............" * 2)
    one, two = (drum_windows(song(form="verse:2", drums=have)) for have in (plain, other))
    assert one.tolist() == two.tolist()


def test_swung_eighths_are_where_straight_ones_are():
    swung = [beat * 96 + tick for beat in range(16) for tick in (0, 61)]
    straight = [beat * 96 + tick for beat in range(16) for tick in (0, 48)]
    one, two = (
        drum_windows(song(form="verse:4", drums=melody(onsets, [PIECE_PITCH["ride"]] * 32, 12)))
        for onsets in (swung, straight)
    )
    assert one.tolist() == two.tolist() and named(one[0], drum_names())["bell on 1.3"] == 1.0


def test_lines():
    lead = melody([0, 96, 192, 384], [60, 62, 67, 67], 90)
    found = line_windows(song(form="verse:2", lead=lead), "lead")
    assert named(found[0], line_names()) == {
        "onset on 1.1": 0.5,
        "onset on 2.1": 0.25,
        "onset on 3.1": 0.25,
        "gap of a quarter": 2 / 3,
        "gap of a half": 1 / 3,
        "note of a quarter": 1.0,
        "step up": 1 / 3,
        "leap up": 1 / 3,
        "same": 1 / 3,
        "step up, leap up": 0.5,
        "leap up, same": 0.5,
        "onsets a bar": 2.0,
        "range": 7.0,
        "notes that begin together": 1.0,
    }


def test_moves_of_all_sizes():
    for semitones, kind in [
        (0, "same"), (1, "step up"), (2, "step up"), (3, "skip up"), (4, "skip up"), (5, "leap up"),
        (-1, "step down"), (-2, "step down"), (-3, "skip down"), (-4, "skip down"), (-5, "leap down"),
    ]:  # fmt: skip
        lead = melody([0, 96, 192, 288], [60, 60 + semitones] * 2)
        found = named(line_windows(song(form="verse:2", lead=lead), "lead")[0], line_names())
        assert kind in found, semitones


def test_a_bass_is_heard_by_its_lowest_note_and_others_by_their_highest():
    rows = [(t, 40, p, 80) for t, low, high in ((0, 36, 60), (96, 38, 60)) for p in (low, high)]
    have = score(*rows, (192, 40, 40, 80), (192, 40, 60, 80))
    bass = named(line_windows(song(form="verse:2", bass=have), "bass")[0], line_names())
    lead = named(line_windows(song(form="verse:2", lead=have), "lead")[0], line_names())
    assert bass["step up"] == 1.0 and lead["same"] == 1.0 and lead["notes that begin together"] == 2.0


def test_what_is_left_out():
    assert drum_windows(song(meter="3/4", form="verse:2", drums=kit(kick="xxxx"))).shape == (
        0,
        len(drum_names()),
    )
    assert len(drum_windows(song(form="verse:2", drums=kit(kick="xxx")))) == 0
    assert len(drum_windows(song(form="verse:3", drums=kit(kick="xxxx............" * 3)))) == 1
    assert line_windows(song(form="verse:2"), "lead").shape == (0, len(line_names()))
    long = drum_windows(song(form="verse:64", drums=kit(kick="xxxx............" * 64)))
    assert len(long) == MOST
    assert spread(np.arange(24)).tolist() == list(range(0, 24, 2))


def test_a_strummed_chord_is_one():
    def chords(strum):
        onsets = [beat * 96 + voice * strum for beat in range(4) for voice in range(3)]
        return song(form="verse:2", harmony=melody(onsets, [60, 64, 67] * 4, 90))

    one, two = (line_windows(chords(strum), "harmony") for strum in (0, 4))
    assert one.tolist() == two.tolist()
    assert named(one[0], line_names())["notes that begin together"] == 3.0
