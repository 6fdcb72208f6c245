"""Bytes of the three Launchpads, and which ports are theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.live.control.launchpad.models import MINI, MODELS, PRO, Model, X
from stemwright.live.control.launchpad.ports import launchpads, model_of, remark_on, takes_programmer_mode
from stemwright.live.control.launchpad.protocol import Light, dark, enter, identity, leave, light, rgb
from support.launchpads import DATA, LEDS, EmulatedLaunchpad, Malformed


def test_bytes_of_the_manual() -> None:
    assert enter(PRO) == bytes.fromhex("f0002029020e0e01f7")
    assert leave(X) == bytes.fromhex("f0002029020c0e00f7")
    assert list(light(MINI, {11: Light("static", (5,)), 12: Light("flash", (1, 2))})) == [
        bytes.fromhex("f0002029020d0300 0b05 010c0102 f7")
    ]
    assert list(light(PRO, {101: Light("pulse", (45,)), 99: rgb(127, 0, 1)})) == [
        bytes.fromhex("f0002029020e03 03637f0001 02652d f7")
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_models_have_the_lights_of_the_devices(model: Model) -> None:
    assert set(model.lights) == LEDS[model.number] and len(model.lights) == len(LEDS[model.number])
    assert max(model.lights) <= 127


LIGHTS = st.one_of(
    st.builds(lambda v: Light("static", (v,)), st.integers(0, 127)),
    st.builds(lambda v: Light("pulse", (v,)), st.integers(0, 127)),
    st.builds(lambda a, b: Light("flash", (a, b)), st.integers(0, 127), st.integers(0, 127)),
    st.builds(rgb, st.integers(0, 127), st.integers(0, 127), st.integers(0, 127)),
)


@given(st.sampled_from(MODELS), st.data())
def test_every_light_arrives(model: Model, data: st.DataObject) -> None:
    wanted = data.draw(st.dictionaries(st.sampled_from(model.lights), LIGHTS))
    device = EmulatedLaunchpad(model.number)
    for message in (enter(model), *light(model, wanted)):
        device.receive(message)
    kinds = {"static": 0, "flash": 1, "pulse": 2, "rgb": 3}
    assert device.leds == {
        number: (kinds[one.kind], bytes(one.data)) for number, one in wanted.items() if any(one.data)
    }


def test_all_lights_of_the_large_one_take_two_messages() -> None:
    assert len(PRO.lights) == 106 and len(list(dark(PRO))) == 1
    assert len(X.lights) == 81 and len(list(dark(X))) == 1
    assert max(map(len, light(PRO, dict.fromkeys(PRO.lights, rgb(1, 2, 3))))) == 8 + 106 * 5


@pytest.mark.parametrize("number", [0, 9, 100, 109, 128, 200])
def test_lights_that_are_not_there(number: int) -> None:
    with pytest.raises(ValueError, match=f"no LED {number}"):
        list(light(PRO, {number: rgb(1, 1, 1)}))


@pytest.mark.parametrize("data", [(128, 0, 0), (-1, 0, 0), (0, 0), (300, 0, 0)])
def test_colours_that_would_break_the_message(data: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        Light("rgb", data)


@pytest.mark.parametrize(
    "data",
    [
        "f0002029020e0300", "f0002029020c0e01f7", "f0002029020e0e02f7", "903c40",
        "f0002029020e 03 00 0b 80 f7", "f0002029020e 03 00 64 05 f7", "f0002029020e 03 03 0b 7f 00 f7",
    ],
)  # fmt: skip
def test_the_emulated_one_refuses_what_is_malformed(data: str) -> None:
    device = EmulatedLaunchpad(0x0E, mode=1)
    with pytest.raises(Malformed):
        device.receive(bytes.fromhex(data))
    with pytest.raises(Malformed):
        EmulatedLaunchpad(0x0E).receive(next(dark(PRO)))
    with pytest.raises(Malformed):
        device.receive(b"\xf0\x00\x20\x29\x02\x0e\x03" + b"\x00\x0b\x05" * 107 + b"\xf7")
    assert DATA[3] == 3


def test_answers_to_the_inquiry() -> None:
    answer = bytes.fromhex("7e0006020020291301000000040102")
    known = identity(answer)
    assert known is not None and known.is_novation and not known.is_in_bootloader and known.version == "0412"
    boot = identity(bytes.fromhex("7e0006020020291311000000040102"))
    assert boot is not None and boot.is_in_bootloader
    other = identity(bytes.fromhex("7e000602410001020300010000"))
    assert other is not None and not other.is_novation
    assert identity(b"") is None and identity(answer[:8]) is None and identity(b"\x7f" + answer[1:]) is None


ALSA = [
    ("Launchpad Pro MK3:Launchpad Pro MK3 LPProMK3 MIDI 20:0", PRO),
    ("Launchpad X:Launchpad X LPX MIDI In 24:1", X),
    ("Launchpad X:Launchpad X MIDI 2 20:1", X),
    ("Launchpad Mini MK3:Launchpad Mini MK3 LPMiniMK3 MI 28:1", MINI),
]
PAIRS = [  # what systems call them: input, output, model
    *((name, name, model) for name, model in ALSA),
    ("Launchpad X:Launchpad X LPX MIDI In 24:1", "LPProMK3 MIDI", None),
    ("Launchpad X LPX MIDI Out", "Launchpad X LPX MIDI In", X),
    ("MIDIIN2 (LPMiniMK3 MIDI) 1", "MIDIOUT2 (LPMiniMK3 MIDI) 2", MINI),
    ("LPProMK3 MIDI 0", "LPProMK3 MIDI 1", PRO),
    ("a2j:Launchpad X [20] (capture): LPX MIDI In", "a2j:Launchpad X [20] (playback): LPX MIDI In", X),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "model"), PAIRS)
def test_ports_of_each_system(source: str, target: str, model: Model | None) -> None:
    found, _ = launchpads([source], [target])
    assert [(one.model, one.source, one.target) for one in found] == (
        [(model, source, target)] if model else []
    )


@pytest.mark.parametrize(
    "name",
    [
        "Launchpad Pro MK3:Launchpad Pro MK3 LPProMK3 DAW 20:2",
        "LPProMK3 DIN", "MIDIIN3 (LPProMK3 MIDI)",
        "Launchpad Mini MK3:Launchpad Mini MK3 LPMiniMK3 DA 28:0",
        "LPX DAW Out", "LPX MIDI", "LPMiniMK3 MIDI 0", "Launchpad X:Launchpad X MIDI 1 20:0",
    ],
)  # fmt: skip
def test_the_other_ports_are_said_to_be_so(name: str) -> None:
    found, remarks = launchpads([name], [name])
    assert found == []
    assert len(remarks) == 1 and name in remarks[0] and "is not its MIDI port" in remarks[0]
    assert "its MIDI port is taken in its place" in str(remark_on(name))


def test_other_devices_are_left_alone() -> None:
    for name in (
        "Midi Through:Midi Through Port-0 14:0",
        "nanoKONTROL2 MIDI 1",
        "Launchpad Mini 20:0",
        "LPXtra MIDI",
    ):
        assert model_of(name) is None and remark_on(name) is None
    assert launchpads(["Midi Through Port-0"], []) == ([], [])


def test_two_of_a_kind_keep_their_own_outputs() -> None:
    names = [f"Launchpad X:Launchpad X LPX MIDI In {unit}:1" for unit in (20, 24)]
    found, _ = launchpads(names, names[::-1])
    assert [(one.source, one.target) for one in found] == [(name, name) for name in names]
    jack = [
        [f"a2j:Launchpad X [{unit}] ({way}): LPX MIDI In" for unit in (20, 24)]
        for way in ("capture", "playback")
    ]
    found, _ = launchpads(jack[0], jack[1][::-1])
    assert [(one.source, one.target) for one in found] == list(zip(*jack, strict=True))


def test_the_midi_port_stands_beside_the_others() -> None:
    names = [f"LPProMK3 {port}" for port in ("DAW", "DIN", "MIDI")]
    found, remarks = launchpads(names, names)
    assert [one.source for one in found] == ["LPProMK3 MIDI"] and remarks == []
    assert takes_programmer_mode("LPProMK3 MIDI", PRO)
