"""What the codec alone does: a rendering, the same through the codec, and what the performer makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.assess.listening.excerpts import RATE, Audio, mono
from stemwright.assess.listening.measuring import mono_24
from stemwright.assess.measured_takes import Performed
from stemwright.assess.sound.judges import Judges
from stemwright.assess.sound.measuring import SHIFT
from stemwright.assess.stem import SINGLE
from stemwright.codec.tone.decoder import Part
from stemwright.codec.tone.hearing import ToneEncoder
from stemwright.evaluation import stereo, sustain, transcription, transients
from stemwright.evaluation.timing import note_spans, onset_times
from stemwright.mix.limiter import limited
from stemwright.producer import bundles
from stemwright.producer.heard_stems import STEM_CEILING
from stemwright.song.layers import is_drums, kind_of

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

Row = dict[str, Any]
RENDERING, CODEC, PERFORMER = "rendering", "codec", "performer"


def codec_alone(
    takes: Sequence[Performed], renderings: Mapping[str, Audio], state: GlobalState, judges: Judges
) -> tuple[list[Row], dict[str, Audio]]:
    """Rows of `layer`, `what` and figures, of all three; and the sounds through the codec, by layer."""
    rows, coded = [], {}
    for made in takes:
        rendering = renderings[made.layer]
        coded[made.layer] = through(made, rendering, state)
        sounds = {RENDERING: rendering, CODEC: coded[made.layer], PERFORMER: made.audio}
        for what, sound in sounds.items():
            found = figures(made, sound, state, judges)
            if what != RENDERING:
                found |= distances(made, rendering, sound, state)
            rows.append({"layer": made.layer, "what": what, **found})
    return rows, coded


def through(made: Performed, rendering: Audio, state: GlobalState) -> Audio:
    """A rendering [N, 2] as tokens and back, by the codec that the layer's performer speaks."""
    codec = bundles.codec_of(bundles.performer(made.layer))
    if codec.manifest.kind == "tone":
        tokens = _encoder(codec.path).encode(mono_24(rendering))
        part = Part(made.layer, tokens, made.score, state.timebase, made.take.timbre)
        sound = bundles.tone().decode(part, wide=True)
    else:
        sound = bundles.wide_decoder().decode(bundles.codec().encode(mono_24(rendering)))
    return limited(sound, RATE, STEM_CEILING)[: len(rendering)]


def figures(made: Performed, sound: Audio, state: GlobalState, judges: Judges) -> Row:
    """Of a sound by itself and beside the score: width, roughness, partials, note F."""
    found: Row = {"side_db": stereo.width(sound)}
    if is_drums(made.layer):
        return found
    audio = mono(sound)
    spans = np.minimum(note_spans(made.score, state.timebase), len(audio) / RATE)
    pitches = np.array([note.pitch for note in made.score.notes], dtype=np.float64)
    held = sustain.evaluate(audio, spans, pitches, kind_of(made.layer) in SINGLE, RATE)
    found |= {key: held[key] for key in ("roughness_db", "partials_db")}
    if judges.transcribe is not None:
        heard = judges.transcribe(audio, RATE)
        found["note_f"] = transcription.evaluate(spans[:, 0], pitches.astype(int), heard, SHIFT)["note_f"]
    return found


def distances(made: Performed, rendering: Audio, sound: Audio, state: GlobalState) -> Row:
    """How far a sound is from the rendering: mel distance, attack loss."""
    onsets = onset_times(made.score, state.timebase)
    attacks = transients.evaluate(mono_24(rendering), mono_24(sound), onsets)
    return {
        "mel": stereo.mel_distances(rendering, sound)[0],
        "attack_loss_db": attacks["attack_loss_db"],
    }


@cache
def _encoder(path: Path) -> ToneEncoder:
    return ToneEncoder.load(path)
