"""Codecs of either kind behind one face: clips to tokens, and tokens to stems as a song would have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stemwright.assess.recordings import Audio
from stemwright.errors import UsageError
from stemwright.evaluation.reference import Reference

if TYPE_CHECKING:
    from stemwright.codec.codec import Codec
    from stemwright.codec.tokens import Tokens
    from stemwright.models import Bundle


class Coder(Protocol):
    """A codec that may be used from several threads at once. ``knows_score``: its decoder is told the notes,
    so that what it plays is partly right whatever the tokens say.
    """

    knows_score: bool

    @property
    def bundle(self) -> Bundle:
        """The bundle whose tokens it speaks."""

    def encode(self, audio: Audio) -> Tokens:
        """Audio [N] at 24 kHz to tokens [K, T]."""

    def decode(self, tokens: Tokens, reference: Reference) -> Audio:
        """Tokens to audio [T * 320] at 24 kHz; of the clip, a decoder that wants them is told score, time and
        timbre.
        """


class Waveform:
    """A waveform codec."""

    knows_score = False

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    @property
    def bundle(self) -> Bundle:
        """The codec's bundle."""
        return self.codec.bundle

    def encode(self, audio: Audio) -> Tokens:
        """Audio [N] at 24 kHz to tokens [K, T]."""
        return self.codec.encode(audio)

    def decode(self, tokens: Tokens, reference: Reference) -> Audio:
        """Tokens to audio [T * 320] at 24 kHz."""
        return self.codec.decode(tokens)


class Tone:
    """A tone codec."""

    knows_score = True

    def __init__(self, bundle: Bundle) -> None:
        from stemwright.codec.tone.decoder import ToneDecoder
        from stemwright.codec.tone.hearing import ToneEncoder

        self.encoder, self.decoder = ToneEncoder(bundle), ToneDecoder(bundle)

    @property
    def bundle(self) -> Bundle:
        """The codec's bundle."""
        return self.decoder.bundle

    def encode(self, audio: Audio) -> Tokens:
        """Audio [N] at 24 kHz to tokens [K, T]."""
        return self.encoder.encode(audio)

    def decode(self, tokens: Tokens, reference: Reference) -> Audio:
        """Tokens to audio [T * 320] at 24 kHz."""
        return self.sound(tokens, reference, wide=False)

    def sound(self, tokens: Tokens, reference: Reference, *, wide: bool) -> Audio:
        """As `decode`; ``wide``: [T * 640, 2] at 48 kHz."""
        from stemwright.codec.tone.decoder import Part

        timebase = reference.state.timebase
        part = Part(reference.layer, tokens, reference.score, timebase, reference.timbre)
        return self.decoder.decode(part, wide=wide)


def coder(bundle: Bundle) -> Waveform | Tone:
    """A codec's bundle, ready to use. UsageError where it is none."""
    from stemwright.codec.codec import Codec
    from stemwright.models import require_frames

    kind = bundle.manifest.kind
    if kind == "tone":
        return Tone(bundle)
    if kind != "codec":
        raise UsageError(
            f"{bundle.path}: is a {kind}; a codec or a tone codec is needed: choose another bundle"
        )
    require_frames(bundle)
    return Waveform(Codec(bundle, threads=1))


def coder_of(performer: Bundle) -> Waveform | Tone:
    """The installed codec whose tokens a performer speaks. UsageError or StemwrightError where there is
    none.
    """
    from stemwright.producer import bundles

    return coder(bundles.codec_of(performer))
