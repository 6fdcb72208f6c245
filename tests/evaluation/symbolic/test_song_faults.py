import pytest

from stemwright.evaluation.symbolic import song_faults
from stemwright.song.score import Score
from support.symbolic import kit, line, melody, score, song

BEAT = "X...x...X...x..."


def kinds(**fields: object) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(fault.kind, fault.layer): fault.bars for fault in song_faults.evaluate(song(**fields))}


def test_a_sound_song_has_none():
    drums = kit(kick=BEAT * 3 + "X...............")
    assert kinds(form="verse:4", drums=drums, bass=melody([0, 384, 768, 1152], [36, 40, 43, 36])) == {}


def test_bars_without_drums():
    drums = kit(kick=BEAT + "." * 32 + "X...............")
    found = kinds(form="verse:4", drums=drums, lead=melody([0, 384, 768, 1152], [60, 62, 64, 60], 380))
    assert found == {("no drums", "drums"): (2, 3)}
    assert kinds(form="verse:2", drums=Score(), lead=melody([0, 384]))[("silent", "drums")] == (1, 2)


def test_layers_that_are_silent():
    lead = melody([0, 11 * 384], [60, 62], 380)
    assert kinds(form="verse:12", lead=lead)[("silent", "lead")] == tuple(range(2, 12))
    assert ("silent", "bass") in kinds(form="verse:2", bass=Score(), lead=melody([0, 384], [60, 62]))


def test_notes_out_of_range():
    found = kinds(form="verse:2", bass=melody([0, 384], [90, 36]), lead=melody([0, 384], [60, 62]))
    assert found[("out of range", "bass")] == (1,)


def test_kicks_and_crashes():
    guns = kit(kick="x" * 16 + BEAT + "x...............")
    assert kinds(form="verse:3", drums=guns)[("machine gun", "drums")] == (1,)
    cymbals = kit(crash="x...x...x...x..." * 2, kick=BEAT + "X...............")
    assert kinds(form="verse:2", drums=cymbals)[("cymbals", "drums")] == (1, 2)
    few = kit(crash="x..............." * 2, kick=BEAT + "X...............")
    assert ("cymbals", "drums") not in kinds(form="verse:2", drums=few)


def test_a_bass_on_one_note():
    bass = line("x...x...x...x..." + "x...............", [36] * 5, 90)
    assert ("one note", "bass") in kinds(form="verse:2", chords="C G", bass=bass)
    assert ("one note", "bass") not in kinds(form="verse:2", chords="C C", bass=bass)


def test_empty_bars_and_no_ending():
    found = kinds(form="verse:3", lead=score((0, 90, 60, 80), (768, 90, 62, 80), (1000, 90, 60, 80)))
    assert found == {("empty bar", ""): (2,), ("no ending", ""): (3,)}


def test_a_song_of_nothing():
    with pytest.raises(ValueError, match="no layers"):
        song_faults.evaluate(song(form="verse:1"))
