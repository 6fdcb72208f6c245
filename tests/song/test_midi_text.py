"""Texts of MIDI files in the encodings that are met: read right, or not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.midi import read_midi
from stemwright.song.midi_text import decoded
from support import midi


@pytest.mark.parametrize(
    "name",
    ["ベース", "メロディ", "ドラム", "ピアノ右手", "主旋律", "弦", "Ｐｉａｎｏ", "♪Intro", "Track 3 ギター",
     "ﾍﾞｰｽ", "ﾋﾟｱﾉ", "ﾄﾗｯｸ 1", "ｽﾄﾘﾝｸﾞｽ", "ﾒﾛﾃﾞｨ", "ソプラノ", "表", "能"],
)  # fmt: skip
def test_japanese_names(name: str) -> None:
    assert decoded(name.encode("cp932")) == name == decoded(name.encode())


@pytest.mark.parametrize(
    "name",
    ["Flöte", "Klavier – links", "Bob’s “Bass”", "Élégie", "Música número 2", "Violão", "© 1998 Åsa", "Größe",
     "Don’t stop ‘til", "Señor Müller", "Strings…", "Straß", "50 £ a minute"],
)  # fmt: skip
def test_western_names(name: str) -> None:
    assert decoded(name.encode("cp1252")) == name == decoded(name.encode())


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("钢琴", "gbk"), ("吉他 2", "gbk"), ("主旋律", "gbk"), ("小提琴", "gbk"), ("演奏曲", "gbk"),
     ("피아노", "euc-kr"), ("베이스", "euc-kr"), ("일렉기타", "euc-kr"), ("리드 사운드", "euc-kr"),
     ("Гитара", "cp1251"), ("бас", "cp1251"), ("СОЛО", "cp1251"), ("Ударные 1", "cp1251")],
)  # fmt: skip
def test_other_names(name: str, encoding: str) -> None:
    assert decoded(name.encode(encoding)) == name


@pytest.mark.parametrize("name", ["高音", "低音部", "节奏", "人声", "和声 1"])
def test_what_is_unclear_is_no_row_of_wrong_letters(name: str) -> None:
    assert not set(decoded(name.encode("gbk"))) & set(map(chr, range(0x80, 0x500)))


def test_control_signs_are_never_shown() -> None:
    assert decoded(b"A\x1b[31m\x07B\r\nC\x85\0") == "A [31m B  C…"
    assert decoded("a\u202eb\u200bc".encode()) == "a b c"


@given(st.binary(max_size=40))
def test_any_bytes_give_printable_text(data: bytes) -> None:
    text = decoded(data)
    assert text.isprintable() and len(text) <= 200 and text == text.strip()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=300))
def test_utf_8_is_always_itself(text: str) -> None:
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:200]).strip()
    assert decoded(text.encode()) == shown


def test_long_texts_cost_little() -> None:
    start = time.process_time()
    assert len(decoded("あ".encode() * 1_000_000)) == 200
    assert decoded(b"\xc0\x20" * 1_000_000) == "" and decoded(b"\xe0" * 1_000_000) is not None
    assert time.process_time() - start < 1


def test_a_name_that_is_unclear_is_a_number() -> None:
    events = [(0, b"\xff\x03\x02\xc4\xe3"), *midi.notes([60])]
    assert read_midi(midi.file(midi.chunk(events))).tracks[0].name == "Track 1"
