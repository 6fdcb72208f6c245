"""The oscillator bank: against float64 NumPy, in chunks, on each instruction set, and what it must refuse."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import made_up
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.native import options
from stemwright.native.oscillators import MAX_NOTES, PackedNotes, PartialNote, pack, render

_engine = pytest.importorskip("stemwright.native._engine")
ISAS = options.available_isas()
SHA256 = {
    1: "ee647470957c4f3ef40fd9718ec21ec0ed4f4576fe3c7170be88fd25ade1c952",
    2: "0f5b60f5e71b021a76662fdfa784da486c2bd14212a5af81cacdd78c390ccf59",
}
HOPS = pytest.mark.parametrize("hop", [32, 34, 320, 640, 2048])
CHANNELS = pytest.mark.parametrize("channels", [1, 2])


def small(name: str, *shape: int) -> np.ndarray:
    return made_up.small(name, shape)


def made_up_note(
    name: str, onset: float, first: int, frames: int, channels: int, partials: int, bent: bool = True
) -> PartialNote:
    """A note whose numbers are the same on every machine; some frames and partials are silent."""
    amplitudes = small(f"{name} amplitudes", frames, channels, 2, partials) / np.float32(partials)
    amplitudes[2::7] = 0
    amplitudes[3::7] = 0
    amplitudes[:, :, :, 1::5] = 0
    frequencies = np.abs(small(f"{name} frequencies", partials).astype(np.float64)) * 0.49
    bend = small(f"{name} bend", frames) * np.float32(0.03 if bent else 0.0)
    return PartialNote(onset, frequencies, first, amplitudes, bend)


def some_notes(channels: int, hop: int) -> list[PartialNote]:
    """Early, late, bent and unbent notes, among them one of a single partial and one of a single frame."""
    return [
        made_up_note("a", -1.5 * hop - 0.25, -2, 9, channels, 40),
        made_up_note("b", 2.3 * hop, 2, 5, channels, 1),
        made_up_note("c", 0.0, 0, 1, channels, 17, bent=False),
        made_up_note("d", 3.75 * hop + 0.5, 1, 8, channels, 33, bent=False),
    ]


def ahead(note: PartialNote, hop: int, places: np.ndarray) -> np.ndarray:
    """The integral of bend from the first centre to each place, in samples."""
    bend = note.bend.astype(np.float64)
    last = len(bend) - 1
    centre = hop * note.first + hop / 2
    before = np.concatenate([[0.0], np.cumsum(hop * 0.5 * (bend[1:] + bend[:-1]))])
    frame = np.clip(np.floor((places - centre) / hop).astype(int), 0, last)
    since = places - (centre + hop * frame)
    slope = np.where(since < 0, 0.0, (bend[np.minimum(frame + 1, last)] - bend[frame]) / hop)
    return before[frame] + bend[frame] * since + 0.5 * slope * since**2


def reference(note: PartialNote, samples: int, start: int, hop: int, gate: float) -> np.ndarray:
    """One note in float64 [channels, samples], straight from the definition."""
    n = np.arange(start, start + samples)
    frames = len(note.bend)
    place = (n - (hop * note.first + hop / 2)) / hop
    frame = np.floor(place).astype(int)
    share = 0.5 - 0.5 * np.cos(np.pi * (place - frame))
    padded = np.zeros((frames + 2, *note.amplitudes.shape[1:]))
    padded[1:-1] = note.amplitudes
    here, after = (padded[np.clip(frame + 1 + k, 0, frames + 1)] for k in (0, 1))
    amplitudes = here + (after - here) * share[:, None, None, None]
    tau = (n - note.onset) + ahead(note, hop, n.astype(np.float64)) - ahead(note, hop, np.array([note.onset]))
    phase = 2 * np.pi * note.frequencies * tau[:, None]
    sound = amplitudes[:, :, 0] * np.sin(phase)[:, None] + amplitudes[:, :, 1] * np.cos(phase)[:, None]
    opened = np.clip((n - note.onset) / gate, 0, 1) if gate else np.ones(samples)
    return (sound.sum(-1) * (opened * (n >= note.onset))[:, None]).T


def sha(sound: np.ndarray) -> str:
    return hashlib.sha256(sound.astype("<f4").tobytes()).hexdigest()


def tone(frequency: float, frames: int, sine: float, cosine: float, **other: Any) -> PartialNote:
    """One partial at constant amplitudes from frame 0 on, in tune, from sample 0 on."""
    amplitudes = np.zeros((frames, 1, 2, 1), dtype=np.float32)
    amplitudes[:, 0, :, 0] = sine, cosine
    note = PartialNote(0.0, np.array([frequency]), 0, amplitudes, np.zeros(frames, dtype=np.float32))
    return replace(note, **other)


@HOPS
@CHANNELS
@pytest.mark.parametrize("gate", [0.0, 48.0, 1000.5])
def test_it_is_what_the_definition_says(hop: int, channels: int, gate: float) -> None:
    notes = some_notes(channels, hop)
    samples, start = 14 * hop + 5, -4 * hop - 3
    wanted = sum(reference(note, samples, start, hop, gate) for note in notes)
    made = render(notes, channels, samples, start, hop, gate)
    assert made.dtype == np.float32 and made.shape == (channels, samples)
    np.testing.assert_allclose(made, wanted, atol=5e-5 if hop <= 640 else 4e-4, rtol=0)
    assert np.abs(made).max() > 0.05


def test_a_long_bent_note_keeps_its_phase() -> None:
    """A vibrato of half a semitone at 6 Hz, for 40 s: no error adds up."""
    frames, hop, rate = 3000, 640, 48000
    bend = (0.03 * np.sin(2 * np.pi * 6 * np.arange(frames) * hop / rate)).astype(np.float32)
    note = tone(0.31, frames, 0.6, 0.8, bend=bend, onset=123.4)
    start = (frames - 20) * hop
    made = render([note], 1, 20 * hop, start, hop, 0.0)
    np.testing.assert_allclose(made, reference(note, 20 * hop, start, hop, 0.0), atol=5e-5, rtol=0)


def test_a_phase_is_exact_after_a_day() -> None:
    start = 1 << 32
    note = tone(0.123456789, 10, 1.0, 0.0, first=start // 640)
    made = render([note], 1, 4000, start, 640, 0.0)[0, 640:]
    n = np.arange(start + 640, start + 4000)
    whole = n * 123456789 % 10**9  # exact, in billionths of a cycle
    np.testing.assert_allclose(made, np.sin(2 * np.pi * whole / 1e9), atol=2e-5)


def test_the_peak_of_a_sine_is_at_its_frequency() -> None:
    rate, hop, size = 48000, 640, 1 << 15
    for wanted in (27.5, 440.0, 8000.123, 23000.0):
        made = render([tone(wanted / rate, 60, 1.0, 0.0)], 1, size, hop, hop, 0.0)[0]
        spectrum = np.log(np.abs(np.fft.rfft(made * np.hanning(size))) + 1e-9)
        top = int(spectrum.argmax())
        left, middle, right = spectrum[top - 1 : top + 2]
        found = (top + 0.5 * (left - right) / (left - 2 * middle + right)) * rate / size
        assert abs(found - wanted) < 0.1
        assert np.abs(made).max() == pytest.approx(1.0, abs=0.01)


def test_vibrato_is_heard_as_it_was_written() -> None:
    """The frequency of a bent sine, measured from its phase, is the frequency times 1 + bend."""
    rate, hop, frames, frequency = 24000, 320, 100, 0.05
    bend = (0.02 * np.sin(2 * np.pi * 5 * np.arange(frames) * hop / rate)).astype(np.float32)
    wish = {"first": 0, "bend": bend}
    sine, cosine = (
        render([tone(frequency, frames, *parts, **wish)], 1, frames * hop, 0, hop, 0.0)[0].astype(np.float64)
        for parts in ((1.0, 0.0), (0.0, 1.0))
    )
    phase = np.unwrap(np.arctan2(sine, cosine)) / (2 * np.pi)
    heard = (phase[2:] - phase[:-2]) / 2 / frequency - 1
    centres = hop * np.arange(frames) + hop / 2
    n = np.arange(1, frames * hop - 1)
    inner = slice(hop, -hop)
    np.testing.assert_allclose(heard[inner], np.interp(n, centres, bend)[inner], atol=1e-4)


def test_nothing_before_the_onset_and_a_linear_gate_after_it() -> None:
    note = tone(0.0, 10, 0.0, 1.0, onset=1000.5)  # a cosine that stands still
    made = render([note], 1, 3200, 0, 320, 100.0)[0]
    assert not made[:1001].any()
    np.testing.assert_allclose(made[1001:1101], (np.arange(1001, 1101) - 1000.5) / 100, atol=1e-6)
    np.testing.assert_array_equal(made[1101:3000], 1.0)
    at_once = render([note], 1, 3200, 0, 320, 0.0)[0]
    assert not at_once[:1001].any() and at_once[1001] == 1.0


def test_a_note_fades_in_and_out_by_one_hop() -> None:
    made = render([tone(0.0, 3, 0.0, 1.0, onset=-1e6, first=4)], 1, 3200, 0, 320, 0.0)[0]
    heard = np.flatnonzero(made)
    assert heard[0] == 320 * 3 + 160 + 1 and heard[-1] == 320 * 7 + 160 - 1
    np.testing.assert_array_equal(made[320 * 4 + 160 : 320 * 6 + 161], 1.0)
    assert made[320 * 4] == pytest.approx(0.5, abs=1e-6)


@CHANNELS
def test_channels_are_made_as_if_alone(channels: int) -> None:
    notes = some_notes(2, 320)
    both = render(notes, 2, 4000, -700, 320, 24.0)
    for c in range(2):
        alone = [replace(note, amplitudes=note.amplitudes[:, c : c + 1]) for note in notes]
        assert render(alone, 1, 4000, -700, 320, 24.0)[0].tobytes() == both[c].tobytes()


@settings(max_examples=60, deadline=None)
@given(
    hop=st.sampled_from([32, 320, 640]),
    channels=st.sampled_from([1, 2]),
    sizes=st.lists(st.integers(0, 900), max_size=12),
    isa=st.sampled_from(ISAS),
)
def test_chunks_joined_are_the_whole(hop: int, channels: int, sizes: list[int], isa: str) -> None:
    """Wherever chunks begin and end, not only at whole frames."""
    notes = pack(some_notes(channels, hop), channels)
    start, samples = -3 * hop, sum(sizes)
    parts = [np.zeros((channels, 0), dtype=np.float32)]
    at = start
    for size in sizes:
        parts.append(render(notes, channels, size, at, hop, 48.0, isa=isa))
        at += size
    whole = render(notes, channels, samples, start, hop, 48.0)
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()


def test_notes_that_do_not_sound_change_no_bit() -> None:
    notes = some_notes(2, 320)
    silent = replace(notes[0], amplitudes=np.zeros_like(notes[0].amplitudes))
    elsewhere = made_up_note("e", 1e6, 3200, 5, 2, 20)
    whole = render(notes, 2, 4000, 0, 320, 24.0)
    assert render([silent, *notes, elsewhere], 2, 4000, 0, 320, 24.0).tobytes() == whole.tobytes()


def test_silent_partials_change_no_bit() -> None:
    for bent in (False, True):
        note = made_up_note("a", 0.0, 0, 6, 2, 20, bent=bent)
        wider = np.zeros((6, 2, 2, 61), dtype=np.float32)
        wider[..., 1::3] = note.amplitudes
        frequencies = np.full(61, 0.2)
        frequencies[1::3] = note.frequencies
        spread = replace(note, frequencies=frequencies, amplitudes=wider)
        made = [render([x], 2, 2500, 0, 320, 24.0).tobytes() for x in (note, spread)]
        assert made[0] == made[1]


def golden(channels: int, isa: str) -> np.ndarray:
    made = [
        render(some_notes(channels, hop), channels, 12 * hop, -2 * hop, hop, 48.0, isa=isa)
        for hop in (320, 640)
    ]
    return np.concatenate(made, axis=1)


@CHANNELS
@pytest.mark.parametrize("isa", ISAS)
def test_golden_hash(channels: int, isa: str) -> None:
    assert sha(golden(channels, isa)) == SHA256[channels]


@CHANNELS
@pytest.mark.parametrize("partials", [1, 15, 16, 17, 512])
def test_the_same_bits_on_every_instruction_set(channels: int, partials: int) -> None:
    for bent in (False, True):
        for hop in (32, 90, 320, 640):
            note = made_up_note("x", -7.7, 0, 5, channels, partials, bent)
            made = {render([note], channels, 6 * hop + 3, -1, hop, 9.0, isa=isa).tobytes() for isa in ISAS}
            assert len(made) == 1


def test_many_threads_at_once_give_the_same_bits() -> None:
    notes = pack(some_notes(2, 640), 2)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: render(notes, 2, 9000, -900, 640, 48.0).tobytes(), range(16)))
    assert len(set(made)) == 1


def test_no_notes_and_no_samples() -> None:
    assert not render([], 2, 100, 0, 320, 0.0).any()
    assert render(some_notes(1, 320), 1, 0, 0, 320, 0.0).shape == (1, 0)
    assert len(pack([], 1)) == 0


GOOD = made_up_note("good", 0.0, 0, 4, 1, 3)
BAD_NOTES: dict[str, tuple[dict[str, Any], str]] = {
    "onset": ({"onset": float("nan")}, "note 1: onset"),
    "far onset": ({"onset": 1e10}, "note 1: onset"),
    "first": ({"first": 1.5}, "note 1: first"),
    "far first": ({"first": 2**40}, "note 1: first"),
    "frequency": ({"frequencies": np.array([0.1, 0.5, 0.2])}, "note 1: frequencies"),
    "negative frequency": ({"frequencies": np.array([0.1, -0.1, 0.2])}, "note 1: frequencies"),
    "no frequency": ({"frequencies": np.zeros(0)}, "note 1: partials"),
    "frequencies' type": ({"frequencies": np.zeros(3, np.float32)}, "float32 \\[3\\] is not float64"),
    "a list": ({"frequencies": [0.1, 0.2, 0.3]}, "'list' is not an array"),
    "amplitudes' shape": ({"amplitudes": np.zeros((4, 1, 2, 2), np.float32)}, "\\[4, 1, 2, 3\\]"),
    "amplitudes' type": ({"amplitudes": np.zeros((4, 1, 2, 3))}, "float64 \\[4, 1, 2, 3\\] is not float32"),
    "amplitude": ({"amplitudes": np.full((4, 1, 2, 3), np.inf, np.float32)}, "note 1: amplitudes"),
    "bend": ({"bend": np.full(4, np.nan, np.float32)}, "note 1: bend"),
    "large bend": ({"bend": np.full(4, 1.1, np.float32)}, "note 1: bend"),
    "bend's shape": ({"bend": np.zeros((4, 1), np.float32)}, "note 1: bend"),
    "no frames": ({"bend": np.zeros(0, np.float32)}, "note 1: frames"),
    "partials": ({"frequencies": np.zeros(513)}, "note 1: partials"),
}


@pytest.mark.parametrize("case", BAD_NOTES)
def test_a_bad_note_is_refused_in_one_line(case: str) -> None:
    change, message = BAD_NOTES[case]
    with pytest.raises(UsageError, match=message) as refused:
        render([GOOD, replace(GOOD, **change)], 1, 100, 0, 320, 0.0)
    assert "\n" not in str(refused.value)


CALL: dict[str, Any] = {"channels": 1, "samples": 100, "start": 0, "hop": 320, "gate": 0.0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("channels", value) for value in (0, 3, True, 1.0, None)),
        *(("samples", value) for value in (-1, 2**26 + 1, 1.0, "1")),
        *(("start", value) for value in (2**33, -(2**33), 0.5)),
        *(("hop", value) for value in (0, 30, 33, 2050, 320.0)),
        *(("gate", value) for value in (-1.0, float("nan"), float("inf"), 2e6, "1", None)),
    ],
)
def test_a_bad_argument_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=name):
        render([GOOD], **{**CALL, name: value})


def test_notes_of_another_number_of_channels_are_refused() -> None:
    with pytest.raises(UsageError, match="channels: the notes have 1, not 2"):
        render(pack([GOOD], 1), 2, 100, 0, 320, 0.0)
    with pytest.raises(UsageError, match="not a PartialNote"):
        pack([None], 1)  # type: ignore[list-item]
    with pytest.raises(UsageError, match="more than 65536"):
        pack([GOOD] * (MAX_NOTES + 1), 1)


ARRAYS = ("onsets", "firsts", "partials", "frames", "frequencies", "amplitudes", "bends")


@pytest.mark.parametrize("name", ARRAYS)
def test_packed_arrays_that_do_not_fit_are_refused(name: str) -> None:
    packed = pack([GOOD, GOOD], 1)
    array = getattr(packed, name)
    for bad in (array[:-1], np.concatenate([array, array[:1]]), array[None], array.astype(np.int16), None):
        with pytest.raises(UsageError):
            replace(packed, **{name: bad})


def raw(packed: PackedNotes, **change: Any) -> Any:
    """The extension itself, past the checks in Python."""
    wish = {name: getattr(packed, name) for name in ARRAYS} | CALL | {"isa": ISAS[0]} | change
    return _engine.oscillators(**wish)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_extension_alone_refuses_what_does_not_fit(data: st.DataObject) -> None:
    """Whatever the sizes and numbers, it is a result or a ValueError."""
    packed = pack([GOOD, replace(GOOD, first=-3, onset=-400.5)], 1)
    change: dict[str, Any] = {}
    wild = st.sampled_from([0, 1, 2, 3, -1, 7, 512, 513, 2**31 - 1, -(2**31)])
    for name in data.draw(st.lists(st.sampled_from(ARRAYS), max_size=3)):
        array = getattr(packed, name).copy()
        if data.draw(st.booleans()):
            array = array[: data.draw(st.integers(0, len(array)))]
        if len(array) and data.draw(st.booleans()):
            number = data.draw(wild)
            if array.dtype.kind == "f":
                number = data.draw(st.sampled_from([number, np.nan, np.inf, 1e300, -1e-300]))
            with np.errstate(over="ignore"):
                array[data.draw(st.integers(0, len(array) - 1))] = number
        change[name] = array
    for name in data.draw(st.lists(st.sampled_from(sorted(set(CALL) - {"samples"})), max_size=2)):
        change[name] = data.draw(wild)
    try:
        made = raw(packed, **change)
    except ValueError:
        return
    assert made.shape == (change.get("channels", 1), 100)


def test_the_extension_refuses_a_wrong_type() -> None:
    packed = pack([GOOD], 1)
    with pytest.raises(TypeError):
        raw(packed, amplitudes="no")
    with pytest.raises(ValueError, match="instruction set"):
        raw(packed, isa="none")
