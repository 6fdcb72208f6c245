"""Importing any MIDI file: what is read, what the user overrules, what is refused, what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi, inspect_midi
from stemwright.exchange.readings import Override
from stemwright.exchange.tracks import choose, each
from stemwright.producer.create import Wish, create
from stemwright.shown.reports import check, describe
from stemwright.song.midi import read_midi, write_midi
from stemwright.song.progression import parse_progression
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from support import midi

TUNE = [(0, midi.name("Melody")), *midi.notes([64, 67, 69, 71] * 4)]  # two bars of 4/4 in E minor or G


def meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + midi.length(len(data)) + data


def meter(n: int, power: int) -> bytes:
    return meta(0x58, bytes((n, power, 24, 8)))


@pytest.fixture
def write(tmp_path: Path):
    def write_file(*tracks: bytes, data: bytes | None = None, division: int = 96) -> Path:
        file = tmp_path / "tune.mid"
        file.write_bytes(midi.file(*tracks, division=division) if data is None else data)
        return file

    return write_file


def score(path: Path, layer: str) -> Score:
    sha = describe(path)["layers"][layer]["score_sha256"]
    return Score.from_bytes(SongFolder.open(path).objects.get(sha))


def test_the_user_overrules_the_file(tmp_path: Path, write) -> None:
    file = write(midi.chunk([(0, midi.tempo(500_000)), (0, meter(4, 2))]), midi.chunk(TUNE))
    over = Override(bpm="97.3", key="G", meter="2/4", form="a:2 b:4", chords="I | vi7 D7")
    facts = import_midi(tmp_path / "song", file, over=over)
    found = describe(tmp_path / "song")
    assert (found["bpm"], found["key"], found["meter"], found["bars"]) == (97.3, "G major", "2/4", 6)
    assert found["chords"] == "G | Em7 D7 | G | Em7 D7 | G | Em7 D7"
    assert set(facts["sources"].values()) == {"given"} and check(tmp_path / "song")["ok"]


def test_where_each_part_is_from(tmp_path: Path, write) -> None:
    file = write(midi.chunk([(0, midi.tempo(400_000)), (0, meta(0x59, b"\x01\x00"))]), midi.chunk(TUNE))
    facts = import_midi(tmp_path / "song", file)
    assert facts["sources"] == {"bpm": "file", "meter": "default", "key": "file", "chords": "notes"}
    assert (facts["bpm"], facts["key"], facts["remarks"]) == (150, "G major", [])


def test_a_signature_that_the_notes_do_not_fit_is_not_believed(tmp_path: Path, write) -> None:
    notes = midi.notes([61, 66, 68, 70, 73, 66, 63, 61] * 2)  # F# major under a signature of C
    file = write(midi.chunk([(0, meta(0x59, b"\x00\x00")), *notes]))
    facts = import_midi(tmp_path / "song", file)
    assert facts["key"] == "F# major" and facts["sources"]["key"] == "notes"
    assert any("C major" in remark for remark in facts["remarks"])


def test_changes_come_in_or_are_dropped_and_told(tmp_path: Path, write) -> None:
    conductor = midi.chunk(
        [(0, midi.tempo(500_000)), (0, meter(4, 2)), (0, meta(0x59, b"\x01\x00"))]
        + [(96, midi.tempo(480_000 - 1000 * i)) for i in range(6)]  # a ramp
        + [(24, meter(3, 2)), (0, meta(0x59, b"\x02\x00"))]
    )
    file = write(conductor, midi.chunk(TUNE))
    facts = import_midi(tmp_path / "song", file)
    assert (facts["meter"], facts["meters"]) == (
        "4/4",
        [{"bar": 2, "meter": "9/16"}, {"bar": 3, "meter": "3/4"}],  # 216 ticks of a bar are left
    )
    assert (facts["bpm"], facts["tempos"]) == (
        123.903,  # quarters of 500, 480, 479 and 478 ms
        [{"bar": 2, "bpm": 125.962}, {"bar": 3, "bpm": 126.3158}],
    )
    assert facts["remarks"] == [
        "tempo: 5 change(s) inside bars mapped to 2 bar(s), each at its mean: 1-2",
        "1 key change(s) dropped",
    ]
    facts = import_midi(tmp_path / "flat", file, ignore_tempo_changes=True)
    assert (facts["tempos"], facts["meters"]) == ([], [])
    assert [remark.split()[:3] for remark in facts["remarks"]] == [
        ["6", "tempo", "change(s)"],
        ["1", "meter", "change(s)"],
        ["1", "key", "change(s)"],
    ]
    facts = import_midi(tmp_path / "other", file, over=Override(bpm="99", meter="3/4"))
    assert (facts["bpm"], facts["meter"], facts["tempos"], facts["meters"]) == (99, "3/4", [], [])
    facts = import_midi(tmp_path / "own", file, over=Override(bpm="99, 2: 60", meter="2/4, 3: 4/4"))
    assert (facts["tempos"], facts["meters"]) == (
        [{"bar": 2, "bpm": 60}],
        [{"bar": 3, "meter": "4/4"}],
    )


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (Override(bpm="20"), "bpm"),
        (Override(key="H"), "key"),
        (Override(meter="4/3"), "meter"),
        (Override(form="verse:1"), "the song ends with bar 1"),
        (Override(chords="C | Xm"), "bar 2, 'Xm' (character 5)"),
        (Override(chords="C | D | E"), "3 bars are given for 2"),
    ],
)
def test_wrong_overrides(tmp_path: Path, write, over: Override, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        import_midi(tmp_path / "song", write(midi.chunk(TUNE)), over=over)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "song").exists()


def test_a_tempo_that_no_song_has_can_be_overruled(tmp_path: Path, write) -> None:
    file = write(midi.chunk([(0, midi.tempo(6_000_000)), *TUNE]))
    with pytest.raises(UsageError, match=r"^tune\.mid: is at 10 BPM, a song is at 30 to 300; .*bpm N"):
        import_midi(tmp_path / "song", file)
    assert import_midi(tmp_path / "song", file, over=Override(bpm="60"))["bpm"] == 60


def test_an_existing_song_is_not_overruled(tmp_path: Path, write) -> None:
    create(tmp_path / "song", Wish(bpm="120", key="C", form="verse:2", chords="C | G"))
    file = write(midi.chunk([(0, midi.tempo(600_000)), *TUNE]))
    for over in (Override(bpm="90"), Override(key="D"), Override(meter="3/4"), Override(chords="F")):
        with pytest.raises(UsageError, match="import into a new folder"):
            import_midi(tmp_path / "song", file, over=over)
    facts = import_midi(tmp_path / "song", file, over=Override(key="C major", chords="I | V"))
    assert facts["remarks"] == ["it is at 100 BPM, the song at 120"]
    assert describe(tmp_path / "song")["chords"] == "C | G"


def test_a_layer_without_notes(tmp_path: Path, write) -> None:
    file = write(data=midi.band())
    with pytest.raises(UsageError, match=r"^tune\.mid: has no notes for layer 'horns', only for drums, bass"):
        import_midi(tmp_path / "song", file, layers=("horns",))
    with pytest.raises(UsageError, match=r"has no notes for layer 'lead', only for bass"):
        import_midi(tmp_path / "song", file, tracks=("2=bass",), layers=("lead",))
    assert list(import_midi(tmp_path / "song", file, layers=("lead",))["layers"]) == ["lead"]


def test_notes_of_no_length_and_without_end(tmp_path: Path, write) -> None:
    events = [
        (0, bytes((0x80, 62, 0))),  # an end before any beginning
        (0, bytes((0x90, 60, 90))), (0, bytes((0x80, 60, 0))),
        (96, bytes((0x90, 64, 90))), (96, meta(0x01, b"end")),
    ]  # fmt: skip
    facts = import_midi(tmp_path / "song", write(midi.chunk(events)))
    assert score(tmp_path / "song", "lead").notes == (Note(0, 1, 60, 90), Note(96, 96, 64, 90))
    assert sorted(remark.split(":")[0] for remark in facts["remarks"]) == [
        "1 note(s) never ended",
        "1 note(s) shorter than a 96th of a quarter note",
    ]


def test_three_hundred_tracks(tmp_path: Path, write) -> None:
    tracks = [midi.chunk(midi.notes([36 + i % 60], channel=i % 9)) for i in range(300)]
    file = write(*tracks)
    facts = import_midi(tmp_path / "song", file)
    assert sum(part["notes"] for part in facts["layers"].values()) < 300  # equal notes of one layer are one
    assert any("share" in remark for remark in facts["remarks"])
    with pytest.raises(UsageError, match=r"^tune\.mid: has 300 tracks, too many"):
        import_midi(tmp_path / "other", file, every_track=True)


def test_every_track_comes_back(tmp_path: Path, write) -> None:
    same = midi.notes([60, 64] * 2)
    file = write(
        midi.chunk(same), midi.chunk(same), midi.chunk(midi.notes([60, 67, 60], channel=1, ticks=30))
    )
    before = [track.notes for track in read_midi(file).tracks]
    import_midi(tmp_path / "song", file, every_track=True)
    after = [
        track.notes for track in read_midi(Path(export_song(tmp_path / "song", midi=True)["midi"])).tracks
    ]
    assert sorted(map(str, after)) == sorted(map(str, before))


def test_overlaps_of_merged_tracks_come_back(tmp_path: Path, write) -> None:
    file = write(
        midi.chunk([(0, bytes((0x90, 60, 90))), (192, bytes((0x80, 60, 0)))]),
        midi.chunk([(48, bytes((0x90, 60, 70))), (48, bytes((0x80, 60, 0)))]),
    )
    import_midi(tmp_path / "song", file, tracks=("1=harmony", "2=harmony"))
    back = read_midi(Path(export_song(tmp_path / "song", midi=True)["midi"]))
    assert [track.name for track in back.tracks] == ["harmony", "harmony 2"]
    assert [track.notes for track in back.tracks] == [[Note(0, 192, 60, 90)], [Note(48, 48, 60, 70)]]


def test_chords_and_sections_come_back(tmp_path: Path) -> None:
    state = GlobalState.create("97.3", "D dorian", "3/4", "intro:1 verse:2")
    state = state.with_(chords=parse_progression("Dm7 C | N.C. | G13", state))
    file = tmp_path / "ours.mid"
    file.write_bytes(write_midi(state, {"lead": Score.from_notes([Note(0, 96, 61, 90)])}))
    facts = import_midi(tmp_path / "song", file)
    found = describe(tmp_path / "song")
    assert (found["bpm"], found["key"], found["chords"]) == (97.3, "D dorian", "Dm7 C | N.C. | G13")
    assert found["sections"] == [{"name": "intro", "bars": 1}, {"name": "verse", "bars": 2}]
    assert facts["sources"]["chords"] == "file"


def test_a_file_is_inspected_without_a_song(write) -> None:
    facts = inspect_midi(write(data=midi.band()))
    assert [(row["track"], row["layer"], row["notes"]) for row in facts["tracks"]] == [
        (1, "drums", 24), (2, "bass", 24), (3, "harmony", 24), (4, "lead", 24),
    ]  # fmt: skip
    assert facts["bars"] == 3 and facts["key"] is None


def test_track_numbers() -> None:
    tracks = read_midi(midi.band()).tracks
    assert choose(tracks, "x", ("2=lead", "2=lead", "3=lead")) == {"lead": [2, 3]}
    assert each([*tracks, tracks[3]])["lead-2"] == [5]
    for wrong in ("0=bass", "5=bass", "bass", "1=Bass!", "99999=bass"):
        with pytest.raises(UsageError, match=r"^track"):
            choose(tracks, "x", (wrong,))
    with pytest.raises(UsageError, match=r"^x: has no notes"):
        choose([], "x")
    with pytest.raises(UsageError, match=r"^every_track: names all layers; leave track out"):
        choose(tracks, "x", ("1=bass",), every_track=True)


def test_what_is_mended_is_told_or_refused(tmp_path: Path, write) -> None:
    whole = midi.chunk(midi.notes([60, 64, 67, 72]))
    file = write(data=midi.file(whole, whole)[:-9])
    assert inspect_midi(file)["remarks"] == ["track 2: breaks off: what could be read was read"]
    facts = import_midi(tmp_path / "song", file)
    assert facts["remarks"][0] == "track 2: breaks off: what could be read was read"
    for strictly in (
        lambda: inspect_midi(file, strict=True),
        lambda: import_midi(tmp_path / "x", file, strict=True),
    ):
        with pytest.raises(UsageError, match=r"^tune\.mid: track 2: is truncated; export it again$"):
            strictly()
    assert not (tmp_path / "x").exists()


def test_empty_bars_at_the_end_are_left_out_and_told(tmp_path: Path, write) -> None:
    late = midi.chunk([*TUNE, (200 * 384, meta(0x01, b"end"))])
    facts = import_midi(tmp_path / "song", write(late))
    assert facts["bars"] == describe(tmp_path / "song")["bars"] == inspect_midi(write(late))["bars"] == 2
    assert facts["remarks"] == ["200 empty bar(s) after the last note left out (a longer form keeps them)"]
    facts = import_midi(tmp_path / "kept", write(late), over=Override(form="a:202"))
    assert (facts["bars"], facts["remarks"]) == (202, [])
    facts = import_midi(tmp_path / "in3", write(late), over=Override(meter="3/4"))
    assert (facts["bars"], len(facts["remarks"])) == (3, 1)  # 8 quarters


def test_a_song_of_ours_keeps_its_empty_bars(tmp_path: Path) -> None:
    file = tmp_path / "ours.mid"
    state = GlobalState.create("120", "C", "4/4", "a:2 b:4")
    file.write_bytes(write_midi(state, {"lead": Score.from_notes([Note(0, 96, 60, 90)])}))
    facts = import_midi(tmp_path / "song", file)
    assert (facts["bars"], facts["remarks"]) == (6, [])


def test_chords_after_the_last_note_are_music(tmp_path: Path, write) -> None:
    chords = [
        (0, midi.name("chords")),
        (0, meta(0x01, b"C")),
        (4 * 384, meta(0x01, b"G")),
        (384, meta(0x01, b"N.C.")),
    ]
    facts = import_midi(
        tmp_path / "song",
        write(midi.chunk([*chords, (5 * 384, meta(0x01, b"C")), (9999, b"\xb0\x07\x40")]), midi.chunk(TUNE)),
    )
    assert facts["bars"] == 11 and facts["sources"]["chords"] == "file"


def test_the_pedal_is_heard_and_told(tmp_path: Path, write) -> None:
    events = [(0, b"\xb0\x40\x7f"), *midi.notes([48, 55, 64, 72], ticks=12), (384 + 336, b"\xb0\x40\x00")]
    facts = import_midi(tmp_path / "song", write(midi.chunk(events)))
    (layer,) = facts["layers"]
    assert {note.end for note in score(tmp_path / "song", layer).notes} == {768} and facts["bars"] == 2
    assert facts["remarks"] == [
        "4 note(s) held by the pedal: they last until it goes up or they are struck again"
    ]
    assert inspect_midi(write(midi.chunk(events)))["bars"] == 2


LONG = [(0, midi.name("Melody")), *midi.notes([64, 67, 69, 71] * 32)]  # 16 bars of 4/4


@pytest.mark.parametrize(
    "tempos",
    [
        [(0, 500_000), (16 * 384, 600_000)],  # after the last note
        [(0, 500_000), (384, 500_001), (384, 500_000), (384, 499_999)],
        [(0, 500_000), (0, 500_400), (384, 500_000)],
    ],
)
def test_tempo_changes_that_nobody_hears_are_none(
    tmp_path: Path, write, tempos: list[tuple[int, int]]
) -> None:
    events = [(delta, midi.tempo(micros)) for delta, micros in tempos]
    facts = import_midi(tmp_path / "song", write(midi.chunk(events), midi.chunk(LONG)))
    assert (round(facts["bpm"]), facts["remarks"], facts["sources"]["bpm"]) == (120, [], "file")


def test_a_meter_after_the_last_note_is_no_change(tmp_path: Path, write) -> None:
    events = [(0, meter(4, 2)), (16 * 384, meter(3, 2))]
    facts = import_midi(tmp_path / "song", write(midi.chunk(events), midi.chunk(LONG)))
    assert (facts["meter"], facts["remarks"]) == ("4/4", [])


def test_a_ritardando_and_a_ramp_are_bars_with_a_tempo_of_their_own(tmp_path: Path, write) -> None:
    slower = [(15 * 384, midi.tempo(520_000)), (96, midi.tempo(560_000)), (96, midi.tempo(620_000))]
    facts = import_midi(
        tmp_path / "rit", write(midi.chunk([(0, midi.tempo(500_000)), *slower]), midi.chunk(LONG))
    )
    assert facts["tempos"] == [{"bar": 16, "bpm": 103.448}]  # four quarters in 2.32 s
    assert facts["remarks"] == ["tempo: 2 change(s) inside bars mapped to 1 bar(s), each at its mean: 16"]
    state = SongFolder.open(tmp_path / "rit").load().state
    assert abs(state.frames - 75 * (15 * 2 + 2.32)) <= 0.5
    steps = [(0, midi.tempo(500_000))] + [(384, midi.tempo(500_000 + 400 * i)) for i in range(1, 16)]
    facts = import_midi(tmp_path / "ramp", write(midi.chunk(steps), midi.chunk(LONG)))
    assert len(facts["tempos"]) == 7 and facts["remarks"] == []  # no step is heard, but every other one is


def test_bars_beyond_what_a_song_can_be_are_kept_within_it_and_told(tmp_path: Path, write) -> None:
    tempos = [(0, midi.tempo(500_000)), (14 * 384, midi.tempo(150_000)), (384, midi.tempo(4_000_000))]
    facts = import_midi(tmp_path / "song", write(midi.chunk(tempos), midi.chunk(LONG)))
    assert facts["tempos"] == [{"bar": 15, "bpm": 300}, {"bar": 16, "bpm": 30}]
    assert facts["remarks"] == ["tempo: kept within 30 to 300 BPM in bar(s) 15-16"]


def test_a_song_with_changes_takes_files_in_its_own_bars(tmp_path: Path, write) -> None:
    create(tmp_path / "song", Wish(bpm="120, 2: 100", meter="4/4, 2: 3/4", form="a:2"))
    fits = [(0, meter(4, 2)), (0, midi.tempo(500_000)), (384, meter(3, 2)), (0, midi.tempo(600_000))]
    tune = midi.chunk(midi.notes([64, 67] * 7))
    facts = import_midi(tmp_path / "song", write(midi.chunk(fits), tune))
    assert (facts["remarks"], facts["bars"]) == ([], 2)
    facts = import_midi(tmp_path / "song", write(midi.chunk(fits[:3]), tune))
    assert facts["remarks"] == ["it is at 120 BPM, the song at 120 (100 from bar 2)"]
    with pytest.raises(UsageError, match=r'is in 4/4, the song in 4/4 \(3/4 from bar 2\).*"4/4, 2: 3/4"'):
        import_midi(tmp_path / "song", write(midi.chunk(fits[:1]), tune))
    over = Override(meter="4/4, 2: 3/4", bpm="120,2:100")
    assert import_midi(tmp_path / "song", write(midi.chunk(fits[:1]), tune), over=over)["bars"] == 2
    with pytest.raises(UsageError, match=r"^bpm: the song's is 120, 2: 100; leave it out"):
        import_midi(tmp_path / "song", write(tune), over=Override(bpm="120"))


@pytest.mark.parametrize(
    ("micros", "said"), [(3_000_000, "is at 20 BPM"), (150_000, "is at 400 BPM"), (0, "has a tempo of 0")]
)
def test_a_tempo_out_of_range_names_the_option(tmp_path: Path, write, micros: int, said: str) -> None:
    file = write(midi.chunk([(0, midi.tempo(micros)), *TUNE]))
    with pytest.raises(UsageError, match=rf"^tune\.mid: {said}, a song is at 30 to 300; .*bpm N"):
        import_midi(tmp_path / "song", file)
    facts = import_midi(tmp_path / "song", file, over=Override(bpm="120"))
    assert (facts["bpm"], facts["sources"]["bpm"], facts["bars"]) == (120, "given", 2)
    assert inspect_midi(file)["bars"] == 2


def test_a_tempo_of_0_beside_others_is_left_out(tmp_path: Path, write) -> None:
    file = write(midi.chunk([(0, midi.tempo(600_000)), (48, midi.tempo(0)), *TUNE]))
    facts = import_midi(tmp_path / "song", file)
    assert facts["bpm"] == 100 and "1 tempo(s) of 0" in facts["remarks"][0]
    with pytest.raises(UsageError, match=r"^tune\.mid: has a tempo of 0 microseconds"):
        import_midi(tmp_path / "other", file, strict=True)


def test_a_bar_of_two_four_does_not_shift_the_bars_after_it(tmp_path: Path, write) -> None:
    def triad(root: int, ticks: int) -> list[tuple[int, bytes]]:
        keys = (root, root + 4, root + 7)
        return [(0, bytes((0x90, key, 90))) for key in keys] + [
            (ticks * (key == root), bytes((0x80, key, 0))) for key in keys
        ]

    bars = [(48, 384), (53, 384), (55, 384), (57, 384), (48, 192), (53, 384), (55, 384), (60, 384)]
    conductor = [(0, meter(4, 2)), (4 * 384, meter(2, 2)), (192, meter(4, 2))]
    file = write(midi.chunk(conductor), midi.chunk([event for bar in bars for event in triad(*bar)]))
    facts = import_midi(tmp_path / "kept", file)
    assert facts["meters"] == [{"bar": 5, "meter": "2/4"}, {"bar": 6, "meter": "4/4"}]
    assert (facts["bars"], facts["remarks"]) == (8, [])
    found = describe(tmp_path / "kept")
    assert found["chords"] == "C | F | G | A | C | F | G | C" and found["seconds"] == 15
    facts = import_midi(tmp_path / "song", file, ignore_tempo_changes=True)
    assert facts["remarks"] == [
        "2 meter change(s) dropped, in bar(s) 5: 4/4 throughout, filled up with rests to whole bars"
    ]
    notes = score(tmp_path / "song", "harmony").notes
    assert facts["bars"] == 8 and sorted({note.onset for note in notes}) == [384 * bar for bar in range(8)]
    assert {note.duration for note in notes if note.onset == 4 * 384} == {192}
    anew = import_midi(tmp_path / "anew", file, over=Override(meter="2/4"))
    assert anew["bars"] == 15 and "filled" not in anew["remarks"][0]


def test_the_style_is_kept_or_given(tmp_path: Path, write) -> None:
    create(tmp_path / "funk", Wish(style="funk", form="verse:2"))
    import_midi(tmp_path / "funk", write(midi.chunk(TUNE)))
    assert describe(tmp_path / "funk")["style"] == "funk"
    ours = Path(export_song(tmp_path / "funk", midi=True)["midi"])
    assert import_midi(tmp_path / "again", ours)["style"] == "funk" == describe(tmp_path / "again")["style"]
    assert import_midi(tmp_path / "jazz", ours, over=Override(style="Jazz"))["style"] == "jazz"
    assert import_midi(tmp_path / "new", write(midi.chunk(TUNE)))["style"] == "pop"
    with pytest.raises(UsageError, match=r"^style: the song's is funk; leave it out"):
        import_midi(tmp_path / "funk", ours, over=Override(style="jazz"))
    with pytest.raises(UsageError, match=r"^style: 'polka' is not known"):
        import_midi(tmp_path / "x", ours, over=Override(style="polka"))
    foreign = midi.file(midi.chunk([(0, meta(1, b"stemwright:style=../\xff")), *TUNE]))
    assert import_midi(tmp_path / "odd", write(data=foreign))["style"] == "pop"


def test_a_given_key_moves_no_notes_and_says_so(tmp_path: Path, write) -> None:
    file = write(midi.chunk([(0, meta(0x59, b"\x01\x00")), *TUNE]))
    facts = import_midi(tmp_path / "song", file, over=Override(key="F# minor"))
    assert facts["remarks"] == ["key F# minor as given, for G major: a name only, no note was moved"]
    assert {note.pitch for note in score(tmp_path / "song", "lead").notes} == {64, 67, 69, 71}
    assert import_midi(tmp_path / "same", file, over=Override(key="G"))["remarks"] == []
