"""The texts of MIDI files, in whatever encoding they were written: the standard names none.

UTF-8 knows itself, and words that track names are made of settle much. Else Shift-JIS, the commonest of
the others, is told by pairs of bytes that Latin texts do not have; of Chinese, Korean and Russian texts only
those are read that can hardly be anything else. What is left is Latin, where its accents stand among plain
letters: better no text than a row of wrong letters.
"""

from __future__ import annotations

import codecs
import re

MAX_SHOWN = 200
_MAX_BYTES = 4 * MAX_SHOWN
_WORDS = {
    "cp932": ("ﾍﾞｰｽ", "ﾄﾞﾗﾑ", "ﾋﾟｱﾉ", "ｷﾞﾀｰ", "ﾒﾛﾃﾞｨ"),
    "gb2312": ("钢琴", "吉他", "贝司", "贝斯", "鼓", "弦乐", "旋律", "音轨", "和弦", "伴奏", "提琴", "长笛"),
    "euc-kr": ("피아노", "기타", "베이스", "드럼", "현악", "멜로디", "코드", "트랙", "보컬", "스트링"),
    "cp1251": ("гитара", "соло", "ударн", "пиано", "голос", "вокал", "скрипк", "труба", "орган", "мелоди"),
}
_MARKED = re.compile("(?![\uff73\uff76-\uff84\uff8a-\uff8e])[^\uff9e\uff9f][\uff9e\uff9f]|^[\uff9e\uff9f]")
"""A mark of voicing after a kana that has none."""
_HALF_KANA = re.compile("[\uff66-\uff9f]{2}")
_JAPANESE, _KANJI = range(0x81, 0x84), range(0x88, 0xA0)
"""First bytes of pairs: of punctuation, wide letters and kana; of the commoner kanji."""
_RUSSIAN = re.compile(rb"[\xc0-\xdf\xa8]?[\xe0-\xff\xb8]{2,}")
_LONG_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_LETTER = re.compile(rb"[A-Za-z]")
_BESIDE = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")


def decoded(data: bytes) -> str:
    """The printable text of some bytes, at most 200 characters; "" where it cannot be told what they mean."""
    text = _text(data[:_MAX_BYTES])
    return "".join(sign if sign.isprintable() else " " for sign in text[:MAX_SHOWN]).strip()


def _text(data: bytes) -> str:
    if (text := _strictly(data, "utf-8-sig")) is not None:
        return text
    for encoding, words in _WORDS.items():
        known = _strictly(data, encoding)
        if known is not None and any(word in known.lower() for word in words):
            return known
    return _japanese(data) or _russian(data) or _chinese_or_korean(data) or _latin(data)


def _strictly(data: bytes, encoding: str) -> str | None:
    """The text, where every byte of it fits; of a long one its last sign may be cut."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, len(data) < _MAX_BYTES)
    except UnicodeDecodeError:
        return None


def _japanese(data: bytes) -> str | None:
    """Shift-JIS, where there is a sign that is hardly two Latin letters; or kana of half width alone."""
    text = _strictly(data, "cp932")
    signs = [sign for sign in text or "" if not sign.isascii()]
    pairs = [pair for pair in (sign.encode("cp932") for sign in signs) if len(pair) == 2]
    if text is None or any(pair[0] >= 0xF0 for pair in pairs):  # user-defined signs and rare ones
        return None
    if any(pair[0] in _JAPANESE or (pair[0] in _KANJI and pair[1] >= 0x80) for pair in pairs):
        return text
    if len(pairs) == len(text) and all(pair[0] in _KANJI for pair in pairs):
        return text
    marks = re.search("[\uff9e\uff9f]", text) is not None
    other = _strictly(data, "gb2312") is not None or _strictly(data, "euc-kr") is not None
    if (
        pairs
        or not _HALF_KANA.search(text)
        or _LETTER.search(data)
        or _MARKED.search(text)
        or (other and not marks)
    ):
        return None
    return text


def _russian(data: bytes) -> str | None:
    """Windows' Cyrillic, where words of three letters or more have a capital at most at their beginning."""
    words = _HIGH.findall(data)
    if _BESIDE.search(data) or not any(len(word) > 2 for word in words):
        return None
    if all(_RUSSIAN.fullmatch(word) or (len(word) < 3 and min(word) >= 0xC0) for word in words):
        return data.decode("cp1251", "replace")
    return None


def _chinese_or_korean(data: bytes) -> str | None:
    """Of the commoner half of Chinese signs two, of Korean syllables four, and no other."""
    leads = [pair[0] for run in _HIGH.findall(data) for pair in zip(run[::2], run[1::2], strict=False)]
    if not leads or min(leads) < 0xB0 or max(leads) > 0xD7:
        return None
    if max(leads) > 0xC8:
        return _strictly(data, "gb2312") if len(leads) > 1 else None
    return _strictly(data, "euc-kr") if len(leads) > 3 else None


def _latin(data: bytes) -> str:
    """Western text without its long runs of high bytes; "" where most of its letters would be such."""
    data = _LONG_RUN.sub(b" ", data)
    if sum(map(len, _HIGH.findall(data))) > len(_LETTER.findall(data)):
        return ""
    return data.decode("cp1252", "replace").replace("\ufffd", " ")
