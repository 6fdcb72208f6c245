"""A tiny random tone bundle."""

from __future__ import annotations

import pytest

from stemwright.codec.tone.decoder import ToneDecoder
from stemwright.models import Bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    pytest.importorskip("onnx")
    from support.tones import write_tone

    return write_tone(tmp_path_factory.mktemp("tone"))


@pytest.fixture(scope="session")
def decoder(bundle: Bundle) -> ToneDecoder:
    pytest.importorskip("stemwright.native._engine")
    return ToneDecoder(bundle)
