"""The bundles a song needs: found, checked and loaded once a process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from stemwright.errors import StemwrightError, UsageError, argument, shown
from stemwright.producer import casting
from stemwright.song.layers import kind_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from stemwright.codec.codec import Codec
    from stemwright.codec.tone.decoder import ToneDecoder
    from stemwright.codec.wide import WideDecoder
    from stemwright.flow.network import FlowNetwork
    from stemwright.models import Bundle
    from stemwright.symbolic.composer.composer import Composer
    from stemwright.text.encoder import TextEncoder
    from stemwright.text.sound import SoundEncoder

_loaded: dict[Path, Bundle] = {}
_codecs: dict[Path, Codec] = {}
_wide: dict[Path, WideDecoder] = {}
_tones: dict[Path, ToneDecoder] = {}
_flows: dict[Path, FlowNetwork] = {}
_texts: dict[Path, TextEncoder] = {}
_sounds: dict[Path, SoundEncoder] = {}
_lock = threading.Lock()


def performer(layer: str) -> Bundle:
    """The performer of a layer ("bass-2" is played by the bass's). UsageError where there is none for it."""
    name = casting.bundle_for(layer)
    if name is None:
        raise UsageError(casting.refusal(layer))
    bundle = _load(name, f"layer {layer!r} needs the bundle {name!r}", "performer")
    version = bundle.manifest.conditioning_version or 0
    from stemwright.conditioning import CONDITIONING_VERSION

    if not 1 <= version <= CONDITIONING_VERSION:
        raise UsageError(
            f"{bundle.path}: made for conditioning version {version}, this is {CONDITIONING_VERSION}; "
            "update stemwright or train the performer again"
        )
    return bundle


def performer_or_none(layer: str) -> Bundle | None:
    """The performer of a layer; None where nothing here plays it."""
    return None if casting.why_not(layer) is not None else performer(layer)


def tone_bundle() -> Bundle:
    """The tone codec's bundle. UsageError where there is none."""
    return _load("tone", "the bundle 'tone'", "tone")


def tone() -> ToneDecoder:
    """The tone codec's decoder, on one thread of ONNX Runtime."""
    from stemwright.codec.tone.decoder import ToneDecoder

    bundle = tone_bundle()
    with _lock:
        if bundle.path not in _tones:
            _tones[bundle.path] = ToneDecoder(bundle, threads=1)
        return _tones[bundle.path]


def speaking(tokens_sha256: str) -> Bundle | None:
    """The codec here, of either kind, whose tokens these are; None where there is none."""
    from stemwright.models import shipped

    found = shipped()
    for name, load in (("tone", tone_bundle), ("codec", codec_bundle)):
        if name in found and load().tokens_sha256 == tokens_sha256:
            return load()
    return None


def codec_of(performer: Bundle) -> Bundle:
    """The codec whose tokens a performer speaks. StemwrightError where it is not here."""
    from stemwright.models import require_codec, shipped

    wanted = str(performer.manifest.codec_sha256)
    found = speaking(wanted)
    if found is None:
        here = shipped()
        found = tone_bundle() if "tone" in here and "codec" not in here else codec_bundle()
    require_codec(performer, found)
    return found


def codec_bundle() -> Bundle:
    """The codec's bundle. UsageError where there is none, or its frames are not those of songs."""
    from stemwright.models import require_frames

    bundle = _load("codec", "the bundle 'codec'", "codec")
    require_frames(bundle)
    return bundle


def codec() -> Codec:
    """The codec, ready to encode and decode, on one thread of ONNX Runtime."""
    from stemwright.codec.codec import Codec

    path = codec_bundle().path
    with _lock:
        if path not in _codecs:
            _codecs[path] = Codec.load(path, threads=1)
        return _codecs[path]


def wide_decoder() -> WideDecoder:
    """The decoder to 48 kHz stereo for the codec's tokens. UsageError where there is none, StemwrightError
    where it is for the tokens of another codec.
    """
    from stemwright.codec.wide import WideDecoder
    from stemwright.models import require_codec

    bundle = _load("wide", f"{argument('quality')} high needs the bundle 'wide'", "decoder")
    require_codec(bundle, codec_bundle())
    with _lock:
        if bundle.path not in _wide:
            _wide[bundle.path] = WideDecoder(bundle, threads=1)
        return _wide[bundle.path]


def has_wide_decoder() -> bool:
    """Whether there is a decoder to 48 kHz stereo, and it is for the codec's tokens."""
    from stemwright.models import shipped

    if "wide" not in shipped():
        return False
    return _load("wide", "", "decoder").manifest.codec_sha256 == codec_bundle().tokens_sha256


def flow(layer: str) -> Bundle:
    """The flow's bundle. UsageError where there is none, or it does not play a layer of this kind."""
    from stemwright.conditioning import CONDITIONING_VERSION

    bundle = _load("flow", f"layer {layer!r} is to be played by the bundle 'flow'", "flow")
    if bundle.manifest.conditioning_version != CONDITIONING_VERSION:
        raise UsageError(f"{bundle.path}: made for another conditioning version; train the flow again")
    if kind_of(layer) not in bundle.manifest.architecture["timbres"]:
        known = ", ".join(bundle.manifest.architecture["timbres"])
        raise UsageError(f"layer {layer!r}: the bundle 'flow' plays {known}; leave it to its performer")
    return bundle


def flow_network() -> FlowNetwork:
    """The flow, ready to play, on one thread of ONNX Runtime."""
    from stemwright.flow.network import FlowNetwork

    bundle = _load("flow", "the bundle 'flow'", "flow")
    with _lock:
        if bundle.path not in _flows:
            _flows[bundle.path] = FlowNetwork(bundle)
        return _flows[bundle.path]


def composer_bundle(otherwise: str = "") -> Bundle:
    """The composer's bundle. UsageError where there is none, with what to do otherwise at its end."""
    return _load("composer", "notes are written by the bundle 'composer'", "composer", otherwise)


def composer(otherwise: str = "") -> Composer:
    """The composer, ready to write, on one thread; not kept, as performers need the memory after it.
    UsageError as of `composer_bundle`, and where it is of another version.
    """
    from stemwright.symbolic.composer.composer import Composer

    try:
        return Composer.load(composer_bundle(otherwise))
    except UsageError as error:
        raise UsageError(f"{error.marked.removesuffix(otherwise)}{otherwise}") from None


def text_encoder() -> TextEncoder:
    """The encoder of prompts. UsageError where there is none."""
    from stemwright.text.encoder import TextEncoder

    bundle = _load("text", "the style of a prompt needs the bundle 'text'", "text")
    with _lock:
        if bundle.path not in _texts:
            _texts[bundle.path] = TextEncoder.load(bundle)
        return _texts[bundle.path]


def sound_vector(words: str) -> npt.NDArray[np.float32]:
    """How a layer is to sound, by the text encoder that the flow was trained with. UsageError where it was
    with none or another, or the words say nothing to it."""
    from stemwright.text.sound import SoundEncoder

    text, flow_bundle = _load("text", "words need the bundle 'text'", "text"), _load("flow", "", "flow")
    where = f"{argument('prompt')} {shown(words)}"
    if flow_bundle.manifest.architecture["text_sha256"] != text.sha256:
        raise UsageError(
            f"{where}: the flow that is installed was not trained with these words; leave it out"
        )
    with _lock:
        if text.path not in _sounds:
            _sounds[text.path] = SoundEncoder.load(text)
        made = _sounds[text.path].vector(words)
    if not made.any():
        raise UsageError(f"{where}: says nothing of a sound; use words such as 'dark', 'soft', 'fingered'")
    return made


def timbre_of(bundle: Bundle, timbre: str) -> str:
    """The name of a timbre in the bundle's list; "" is the first ("" again where the bundle has no list)."""
    names = bundle.manifest.timbres
    if timbre and timbre not in names:
        refuse_timbre(bundle, names, timbre)
    return timbre or (names[0] if names else "")


def refuse_timbre(bundle: Bundle, names: Sequence[str], timbre: str) -> NoReturn:
    """UsageError that names the timbres that there are."""
    listed = ", ".join(map(repr, names)) or "no timbres"
    raise UsageError(
        f"timbre {timbre[:40]!r}: the bundle {bundle.manifest.name!r} has {listed}; choose one of these",
        field="timbre",
    )


def timbres_of(layer: str) -> tuple[str, ...]:
    """What a layer can be played in; () where its bundle is missing or broken: what needs it tells that."""
    try:
        return performer(layer).manifest.timbres
    except StemwrightError:
        return ()


def range_of(bundle: Bundle, timbre: str) -> tuple[int, int] | None:
    """The lowest and the highest pitch that a timbre can play; None where the bundle does not say."""
    found = bundle.manifest.architecture.get("ranges", {}).get(timbre)
    return None if found is None else (found[0], found[1])


def slot(bundle: Bundle, timbre: str) -> int | None:
    """Where a timbre stands in the bundle's list. None where the bundle knows no timbres."""
    return bundle.manifest.timbres.index(timbre) if timbre else None


def _load(name: str, what: str, kind: str, otherwise: str = "") -> Bundle:
    from stemwright.models import load_bundle, shipped

    found = shipped()
    if name not in found:
        have = ", ".join(sorted(found)) or "none"
        raise UsageError(
            f"{what}, which is not installed (installed: {have}); "
            f"train it or set STEMWRIGHT_WEIGHTS=FOLDER{otherwise}"
        )
    path = found[name]
    with _lock:
        if path not in _loaded:
            _loaded[path] = load_bundle(path, kind=kind, whole=False)
        return _loaded[path]
