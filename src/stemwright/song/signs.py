"""The many signs of keyboards, fonts and chart programs for one thing, as the one that is read here.

Each becomes one other sign, so that places in a text stay what they are.
"""

from __future__ import annotations

_ALIKE = {
    "#": "♯",
    "b": "♭",
    "Δ": "∆△▲▵▴",  # U+0394, beside U+2206 and U+25B3, B2, B5, B4
    "°": "º˚",  # U+00B0, beside U+00BA and U+02DA
    "ø": "Ø⌀",  # U+00F8, beside U+00D8 and U+2300
    "-": "−–—‐‑⁻",
    "+": "⁺",
    "x": "×",
    "|": "│┃",
    " ": "\ufeff\u00a0\u202f\u200b\u200e\u2060\u3000\r",
    "\n": "\u2028\u2029\u0085\v\f",
    "'": "’‘",
}
_PLAIN = {ord(sign): plain for plain, signs in _ALIKE.items() for sign in signs}
_PLAIN |= dict.fromkeys((0x1680, 0x205F, *range(0x2000, 0x200B)), " ")
_PLAIN |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full width
_PLAIN |= {ord(sign): str(number) for number, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_PLAIN |= {ord(sign): str(number) for number, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")}


def plain_signs(text: str) -> str:
    """`text` in as many signs, each the plain one of those that mean the same."""
    return text.translate(_PLAIN)
