"""Presets are read strictly and come back as they were written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.control.actions import ACTIONS
from stemwright.live.control.mapping import RELATIVE, Mapped, Mode, check
from stemwright.live.control.presets import MAX_BYTES, Preset, as_toml, read_preset, write_preset
from stemwright.live.control.sources import LAST_NUMBER, SOURCE_KINDS, Source

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@st.composite
def mappings(draw: st.DrawFn) -> Mapped:
    source_kind = draw(st.sampled_from(SOURCE_KINDS))
    source = Source(source_kind, draw(st.integers(0, 15)), draw(st.integers(0, LAST_NUMBER[source_kind])))
    if draw(st.booleans()):
        row = {"column": draw(st.integers(0, 63)), "row": draw(st.integers(0, 511))}
        return check(Mapped(source, "slot.launch", "button", row))
    relative: tuple[Mode, ...] = RELATIVE if source.kind in ("control", "nrpn") else ()
    low = draw(st.none() | st.floats(-60, 6))
    return check(
        Mapped(
            source,
            "column.level",
            draw(st.sampled_from(("absolute", *relative))),
            {"column": draw(st.integers(0, 63))},
            low,
            draw(st.none() | st.floats(-60, 6)),
            draw(st.booleans()),
            draw(st.floats(0.001, 1)),
        )
    )


@given(TEXTS, st.lists(TEXTS.filter(bool), max_size=3), st.lists(mappings(), max_size=5))
def test_presets_come_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, ports: list[str], mapped: list[Mapped]
) -> None:
    preset = Preset(name, tuple(ports), tuple(mapped))
    path = tmp_path_factory.getbasetemp() / "preset.toml"
    write_preset(preset, path)
    assert read_preset(path) == preset


def test_a_preset_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "nano.toml"
    path.write_text(
        'name = "nanoKONTROL2"\nports = ["nanoKONTROL"]\n'
        '[[mapping]]\nsource = "control"\nnumber = 41\naction = "transport.play"\n'
        '[[mapping]]\nsource = "control"\nnumber = 0\naction = "column.level"\nmode = "absolute"\n'
        "arguments = { column = 0 }\nlow = -40\n"
    )
    preset = read_preset(path)
    assert preset.mapped == (
        Mapped(Source("control", 0, 41), "transport.play"),
        Mapped(Source("control", 0, 0), "column.level", "absolute", {"column": 0}, low=-40.0),
    )
    assert preset.fits("NANOkontrol2 MIDI 1") and not preset.fits("LPX MIDI")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nam = 1", "'nam': is no field"),
        ("name = 1", "name: must be a text"),
        ("ports = [1]", "ports: must be a list of texts"),
        ("mapping = 3", "mapping: must be tables"),
        ("[[mapping]]\naction = 'panic'", "mapping 1: source: is missing"),
        ("[[mapping]]\nsource = 'knob'\naction = 'panic'", "mapping 1: source: 'knob' is none of note"),
        ("[[mapping]]\nsource = 'note'\naction = 'panik'", "mapping 1: action: 'panik' is none"),
        (
            "[[mapping]]\nsource = 'note'\naction = 'panic'\nchannel = 0",
            "mapping 1: channel: must be 1 to 16",
        ),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\nchannel = 1.5", "channel: must be a whole number"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\nlow = nan", "low: must be a number, not nan"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\nlow = 1", "low: is for knobs"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\nstep = 0", "step: must be over 0"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\njumps = 1", "jumps: must be true or false"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\narguments = 1", "arguments: must be a table"),
        ("[[mapping]]\nsource = 'note'\naction = 'panic'\nmode = 'x'", "mode: 'x' is none of button"),
        ("a" * (MAX_BYTES + 1), "is larger than 256 KB"),
        ("= 3", "is not TOML"),
        ("x = " + "[" * 5000, "is not TOML"),
    ],
)
def test_wrong_files_get_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_preset(path)
    assert str(path) in str(caught.value) and said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_preset(tmp_path / "none.toml")
    with pytest.raises(StemwrightError, match="cannot be written"):
        write_preset(Preset("x"), tmp_path / "none" / "x.toml")
    (tmp_path / "odd.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(UsageError, match="UTF-8"):
        read_preset(tmp_path / "odd.toml")


def test_too_many_mappings(tmp_path: Path) -> None:
    one = Mapped(Source("note", 0, 60), "panic")
    path = tmp_path / "many.toml"
    path.write_text(as_toml(Preset("many", mapped=(one,) * 2001)))
    with pytest.raises(UsageError, match="2001 tables; at most 2000"):
        read_preset(path)


def test_every_action_has_a_line_about_it() -> None:
    assert all(kind.about and dataclasses.is_dataclass(kind) for kind in ACTIONS.values())
