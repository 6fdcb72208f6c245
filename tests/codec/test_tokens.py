"""The token container: round trip, golden bytes, and every damage found."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stemwright.codec.tokens import (
    canonical_bytes,
    canonical_sha256,
    from_canonical,
    pack,
    unpack,
    unpack_sized,
)
from stemwright.errors import UsageError

shapes = st.tuples(st.integers(1, 9), st.integers(0, 40))


@settings(deadline=None, max_examples=30)
@given(hnp.arrays(np.uint16, shapes, elements=st.integers(0, 1023)))
def test_round_trip(codes: np.ndarray) -> None:
    data = pack(codes)
    again, size = unpack_sized(data)
    assert size == 1024
    assert again.dtype == np.uint16
    np.testing.assert_array_equal(again, codes)
    assert pack(again) == data


def test_golden_bytes() -> None:
    codes = np.array([[0, 1, 1023], [2, 258, 4]], dtype=np.uint16)
    data = pack(codes)
    body = bytes.fromhex("5357544b 01 02 0004 03000000 0000 0100 ff03 0200 0201 0400".replace(" ", ""))
    assert data == body + hashlib.sha256(body).digest()
    canon = bytes.fromhex("02000000 03000000 00040000 0000 0100 ff03 0200 0201 0400".replace(" ", ""))
    assert canonical_sha256(codes) == hashlib.sha256(canon).hexdigest()


def test_canonical_hash_tells_shape_size_and_codes_apart() -> None:
    codes = np.arange(16, dtype=np.uint16).reshape(8, 2)
    others = [
        canonical_sha256(codes.reshape(4, 4)),
        canonical_sha256(codes, 512),
        canonical_sha256(codes[::-1]),
    ]
    assert len({canonical_sha256(codes), *others}) == 4
    assert canonical_sha256(codes.astype(np.int64)) == canonical_sha256(np.asfortranarray(codes))


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_flipped_bit_is_found(data: st.DataObject) -> None:
    good = pack(np.arange(40, dtype=np.uint16).reshape(8, 5))
    at = data.draw(st.integers(0, 8 * len(good) - 1))
    bad = bytearray(good)
    bad[at // 8] ^= 1 << at % 8
    with pytest.raises(UsageError):
        unpack(bytes(bad), "here")


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="here"):
        unpack(data, "here")


def test_truncated_extended_and_huge() -> None:
    good = pack(np.zeros((8, 5), dtype=np.uint16))
    for bad in (b"", good[:-1], good + b"\0", good[:12], b"SWTK\x01\x08\x00\x04\xff\xff\xff\xff" + bytes(40)):
        with pytest.raises(UsageError):
            unpack(bad)


@pytest.mark.parametrize(
    "codes",
    [
        np.full((8, 2), 1024),
        np.full((8, 2), -1),
        np.zeros(8, dtype=int),
        np.zeros((8, 2)),
        np.zeros((0, 2), dtype=int),
        np.zeros((33, 2), dtype=int),
    ],
)
def test_what_cannot_be_packed(codes: np.ndarray) -> None:
    with pytest.raises(UsageError):
        pack(codes)


@settings(deadline=None, max_examples=30)
@given(hnp.arrays(np.uint16, shapes, elements=st.integers(0, 1023)))
def test_canonical_bytes_round_trip(codes: np.ndarray) -> None:
    np.testing.assert_array_equal(from_canonical(canonical_bytes(codes)), codes)


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=60))
def test_foreign_canonical_bytes(data: bytes) -> None:
    try:
        codes = from_canonical(data, "here")
    except UsageError as error:
        assert "here" in str(error)
    else:
        assert canonical_bytes(codes, int.from_bytes(data[8:12], "little")) == data
