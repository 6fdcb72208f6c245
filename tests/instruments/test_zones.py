"""SFZ and soundfont files as zones, and scores played by them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.instruments.events import PlacedNote
from stemwright.instruments.files import open_instrument
from stemwright.instruments.modulators import ATTENUATION, CUTOFF, SWEEP, modulators
from stemwright.instruments.playing import PEAK, lowpass, play
from stemwright.instruments.zones import Envelope, Zone
from support.soundfonts import sf2_bytes, sine, write_sf2, write_sfz

SECOND = 24000


def notes(*pitches: int, velocity: int = 90, length: int = SECOND // 2) -> list[PlacedNote]:
    return [PlacedNote(i * SECOND, length, pitch, velocity) for i, pitch in enumerate(pitches)]


def loudest(audio: np.ndarray) -> float:
    """The strongest frequency in Hz."""
    mono = audio.mean(axis=1)
    return float(np.argmax(np.abs(np.fft.rfft(mono * np.hanning(len(mono))))) * 48000 / len(mono))


def level(audio: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(audio))))


@pytest.fixture(params=["sfz", "sf2"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_sfz(tmp_path) if request.param == "sfz" else write_sf2(tmp_path / "tiny.sf2")


def test_a_note_sounds_at_its_pitch_and_place(file: Path) -> None:
    played = play(open_instrument(str(file)).keyboard, [PlacedNote(SECOND, SECOND, 81, 90)], 3 * SECOND)
    assert played.audio.shape == (3 * 2 * SECOND, 2) and played.notes == 1 and played.silent == 0
    assert (
        not np.abs(played.audio[: 2 * SECOND - 200]).max() > 1e-3
        and np.abs(played.audio).max() <= PEAK + 1e-6
    )
    assert loudest(played.audio) == pytest.approx(880, abs=2)
    assert level(played.audio[-SECOND // 2 :]) < 1e-4, "released"


def test_the_same_file_gives_the_same_samples(file: Path) -> None:
    one, two = (play(open_instrument(str(file)).keyboard, notes(60, 67), 2 * SECOND) for _ in range(2))
    assert one.audio.tobytes() == two.audio.tobytes()


def test_notes_where_nothing_lies_are_counted(file: Path) -> None:
    played = play(open_instrument(str(file)).keyboard, notes(60, 20, 110), 3 * SECOND)
    assert (played.notes, played.silent) == (3, 2)


def test_velocity_is_heard(file: Path) -> None:
    keyboard = open_instrument(str(file)).keyboard
    events = [PlacedNote(0, SECOND, 69, 127), PlacedNote(2 * SECOND, SECOND, 69, 64)]
    audio = play(keyboard, events, 4 * SECOND).audio
    ratio = level(audio[2 * SECOND * 2 :]) / level(audio[: SECOND * 2])
    assert ratio == pytest.approx((64 / 127) ** 2 * np.sqrt(0.5), rel=0.1)


def test_pan_and_stereo_are_kept(tmp_path: Path) -> None:
    left = write_sfz(tmp_path, "<region> sample=tone.wav key=69 pan=-100\n")
    audio = play(open_instrument(str(left)).keyboard, notes(69), SECOND).audio
    assert level(audio[:, 0]) > 0.05 and level(audio[:, 1]) < 1e-6
    both = np.stack([sine(440.0), sine(660.0)], axis=1)
    soundfile.write(str(tmp_path / "tone.wav"), both, 24000)
    (tmp_path / "tiny.sfz").write_text("<region> sample=tone.wav key=69\n")
    audio = play(open_instrument(str(tmp_path / "tiny.sfz")).keyboard, notes(69), SECOND).audio
    assert loudest(audio[:, :1]) == pytest.approx(440, abs=2)
    assert loudest(audio[:, 1:]) == pytest.approx(660, abs=2)
    hard = write_sf2(tmp_path / "pan.sf2", {17: 500})
    audio = play(open_instrument(str(hard)).keyboard, notes(69), SECOND).audio
    assert level(audio[:, 0]) < 1e-6 < level(audio[:, 1])


def test_loops_hold_a_note_and_release_ends_it(tmp_path: Path) -> None:
    font = write_sf2(tmp_path / "loop.sf2", {54: 1, 38: 0, 36: -12000})
    audio = play(open_instrument(str(font)).keyboard, [PlacedNote(0, 3 * SECOND, 69, 90)], 5 * SECOND).audio
    assert level(audio[2 * 48000 : 3 * 48000]) > 0.05
    assert level(audio[-24000:]) < 1e-3


def test_a_hat_ends_an_open_hat_and_groups_end_each_other(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "long.wav"), sine(440.0, 3.0), 24000)
    kit = "<region> sample=long.wav key=46\n<region> sample=tone.wav key=42 volume=-40\n"
    path = write_sfz(tmp_path, kit)
    strokes = [PlacedNote(0, 100, 46, 100), PlacedNote(SECOND, 100, 42, 20)]
    audio = play(open_instrument(str(path), drums=True).keyboard, strokes, 3 * SECOND, drums=True).audio
    assert level(audio[:40000]) > 0.05 and level(audio[52000:]) < 2e-3
    path.write_text(
        "<region> sample=long.wav key=60 off_by=3\n<region> sample=tone.wav key=62 group=3 volume=-40\n"
    )
    strokes = [PlacedNote(0, 3 * SECOND, 60, 100), PlacedNote(SECOND, 100, 62, 20)]
    audio = play(open_instrument(str(path)).keyboard, strokes, 3 * SECOND).audio
    assert level(audio[:40000]) > 0.05 and level(audio[52000:]) < 2e-3


def test_drums_are_found_on_another_key_of_their_piece(tmp_path: Path) -> None:
    path = write_sfz(tmp_path, "<region> sample=tone.wav key=35\n")
    played = play(open_instrument(str(path), drums=True).keyboard, notes(36, 38), 2 * SECOND, drums=True)
    assert (played.notes, played.silent) == (2, 1)


def test_presets_are_chosen_by_number_name_and_layer(tmp_path: Path) -> None:
    font = write_sf2(tmp_path / "a.sf2")
    assert open_instrument(str(font)).preset == "0:0 Sine"
    assert open_instrument(str(font), drums=True).preset == "128:0 Kit"
    for wanted in ("128:0", "kit", "KI"):
        assert open_instrument(f"{font}#{wanted}").preset == "128:0 Kit"
    with pytest.raises(UsageError, match="none of its presets: 0:0 Sine, 128:0 Kit"):
        open_instrument(f"{font}#9:9")
    with pytest.raises(UsageError, match="means 2 of its presets"):
        open_instrument(f"{font}#i")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no <region>"),
        ("<region> sample=../tone.wav key=60", "outside the folder"),
        ("<region> sample=/etc/passwd key=60", "outside the folder"),
        ("<region> sample=none.wav key=60", "1 of its 1 samples are missing: none.wav"),
        ("<region> sample=tone.wav key=zz", "not a pitch"),
        ("<region> sample=tone.wav key=60 volume=nan", "bad number"),
        ("<region> sample=tone.wav key=60 tune=1e99", "bad number"),
        ('#include "tiny.sfz"', "includes more than"),
        ('#include "../x.sfz"', "outside the folder"),
        ("<region> sample=tone.wav trigger=release key=60", "no <region>"),
    ],
)
def test_bad_sfz_files_are_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        open_instrument(str(write_sfz(tmp_path, text)))
    assert "\n" not in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_sfz(tmp_path / "other")
    path = write_sfz(tmp_path / "mine", "<region> sample=link.wav key=60\n")
    (tmp_path / "mine" / "link.wav").symlink_to(tmp_path / "other" / "tone.wav")
    with pytest.raises(UsageError, match="outside the folder"):
        open_instrument(str(path))


def test_define_include_and_control_are_followed(tmp_path: Path) -> None:
    (tmp_path / "part.txt").write_text("<region> sample=TONE.wav key=$KEY\n")
    text = "/* two\nlines */\n#define $KEY 60\n<control> default_path=./ note_offset=12\n"
    text += '#include "part.txt"\n'
    instrument = open_instrument(str(write_sfz(tmp_path, text)))
    assert instrument.keyboard.range == (72, 72)


def test_the_identity_of_an_sfz_file_covers_its_samples(tmp_path: Path) -> None:
    path = write_sfz(tmp_path)
    before = open_instrument(str(path)).sha256
    soundfile.write(str(tmp_path / "tone.wav"), sine(441.0), 24000)
    assert open_instrument(str(path)).sha256 != before


def test_hostile_lines_are_read_in_good_time(tmp_path: Path) -> None:
    text = "<region> sample=tone.wav key=60 x=" + " " * 2_000_000 + "\n" + "a" * 1_500_000
    assert open_instrument(str(write_sfz(tmp_path, text))).keyboard.range == (60, 60)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_soundfont_is_refused_or_plays(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng, data = random.Random(seed), bytearray(sf2_bytes())
    tables = data.index(b"pdta")
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(tables, len(data))] = rng.choice([0, 1, 127, 255, rng.randrange(256)])
    if rng.random() < 0.2:
        del data[rng.randrange(len(data)) :]
    path = tmp_path_factory.mktemp("f") / "x.sf2"
    path.write_bytes(data)
    try:
        played = play(open_instrument(str(path)).keyboard, notes(60, length=100), SECOND)
    except UsageError:
        return
    assert np.isfinite(played.audio).all()


def test_what_is_no_instrument_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "a.sf2").write_text("hello")
    soundfile.write(str(tmp_path / "a.wav"), sine(440.0), 24000)
    for name, said in (
        ("none.sfz", "no such file"), (".", "is a folder"), ("a.txt", "neither an SFZ"),
        ("a.sf2", "is no soundfont"), ("a.wav", "is no soundfont"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            open_instrument(str(tmp_path / name))
    with pytest.raises(UsageError, match="has no presets"):
        open_instrument(f"{write_sfz(tmp_path / 's')}#0:1")


def test_envelope_and_filter() -> None:
    curve = Envelope(attack=0.1, decay=1.0, sustain=0.1, release=0.2).curve(4800, 0.35, 4800)
    assert curve[0] == 0 and curve[480] == pytest.approx(1, abs=0.01) and curve[-1] == 0
    assert curve[1600] == pytest.approx(0.1, abs=0.02) and (np.diff(curve[500:]) <= 1e-6).all()
    noise = np.random.default_rng(1).uniform(-1, 1, (48000, 1)).astype(np.float32)
    power = np.abs(np.fft.rfft(lowpass(noise, 1000.0, 48000)[:, 0])) ** 2
    assert power[4000:5000].mean() < power[100:500].mean() / 150


def test_modulators_of_velocity_and_key() -> None:
    class Nothing:
        key = None

        def load(self) -> tuple[np.ndarray, int]:
            raise NotImplementedError

    plain = Zone(Nothing(), modulators=modulators({}, {}), cutoff=1000.0)
    assert plain.amplitude(60, 64) == pytest.approx((64 / 127) ** 2) and plain.amplitude(60, 127) == 1
    assert Zone(Nothing()).amplitude(60, 64) == pytest.approx((64 / 127) ** 2), "as in SFZ files"
    flat = Zone(Nothing(), modulators=modulators({(0x0502, ATTENUATION, 0, 0): 0}, {}))
    assert flat.amplitude(60, 1) == 1
    opened = modulators({(2, CUTOFF, 0, 0): 2400}, {(2, SWEEP, 0, 0): 2400, (7 | 0x80, CUTOFF, 0, 0): 9999})
    bright = Zone(Nothing(), modulators=opened, cutoff=1000.0, sweep=0.5)
    assert bright.filter(60, 127) == pytest.approx(8000, rel=0.03)
    assert bright.filter(60, 0) == plain.filter(60, 100) == pytest.approx(1000, rel=0.03)
    assert Zone(Nothing(), cutoff=19_500.0).filter(60, 90) is None
