"""The synthesizer in PyTorch, at 48 kHz in middle and side: what the decoder's controls sound like, with
gradients. At run time the same is done by the native oscillators and NumPy.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.tuning import Tuning, phases
from stemwright.training.codec.overlap import EDGE, overlapped
from stemwright.training.tone.batch import Batch, VoiceKey
from stemwright.training.tone.model import Decoder

HOP = 2 * L.HOP
N_FFT = 2 * L.N_FFT
REACH = 42
"""By how many samples the ends of a frame may be moved by the widest vibrato, 100 cents, and two more."""
_WINDOW = (0.5 + 0.5 * np.cos(np.pi * np.arange(-HOP, HOP) / HOP)).astype(np.float32)
SETTLED, LOUDEST = 4, 24
"""Frames after which a note's levels should move smoothly, and of how many of its partials."""
GATE = 48
"""Samples in which a note fades in."""


class VoiceTables:
    """Of a voice (layer, timbre, pitch): frequencies, the sines of a frame, and how its partials read the
    envelopes. The sines are windowed, but those of timbres with vibrato, which are to be bent first; these
    reach ``REACH`` samples further on either side. Kept for the last two thousand voices.
    """

    def __init__(self, tuning: Tuning) -> None:
        self.tuning = tuning
        self.of = lru_cache(maxsize=2048)(self._make)

    def _make(self, voice: VoiceKey) -> tuple[np.ndarray, Tensor, Tensor, Tensor]:
        hz = self.tuning.frequencies(*voice)
        reach, window = (REACH, np.float32(1)) if self.bends(voice) else (0, _WINDOW)
        m = np.arange(-HOP - reach, HOP + reach)
        angle = 2 * np.pi * hz[:, None] * m / (2 * L.RATE)
        basis = np.concatenate([np.cos(angle) * window, np.sin(angle) * window]).astype(np.float32)
        envelope = L.lerp_matrix(L.envelope_points(), L.mel(hz))
        side = L.lerp_matrix(L.side_points(), L.mel(hz))
        return hz, torch.from_numpy(basis), torch.from_numpy(envelope), torch.from_numpy(side)

    def bends(self, voice: VoiceKey) -> bool:
        """Whether its timbre has vibrato."""
        layer, timbre, _, _ = voice
        return f"{layer}/{timbre}" in self.tuning.vibrato


def partials(decoder: Decoder, x: Tensor, batch: Batch, tables: VoiceTables) -> tuple[Tensor, Tensor]:
    """The harmonic part [B, 2, frames * 640] of features x [B, T, width], and the unrest of its levels."""
    items, frames, _ = x.shape
    buffer, unrest = torch.zeros(items * (frames + 1), 2, HOP), torch.zeros(())
    rows = batch.rows
    if len(rows.frame):
        where = rows.item * frames + rows.frame
        seen = decoder.note_trunk(x).reshape(items * frames, -1)[where]
        y = decoder.levels(seen, rows.features, rows.pitch, batch.timbre[rows.item]).float()
        env = decoder.envelope(x).float().reshape(items * frames, -1)[where]
        wide = decoder.width(x).float().reshape(items * frames, -1)[where]
        since = rows.since
        made, order, moved = [], [], []
        for voice, index in rows.groups.items():
            sound, log = _voice(tables, voice, env[index], wide[index], y[index], since[index])
            if not voice[3]:
                moved.append(_unrest(log, since[index]))
            if tables.bends(voice):
                sound = bent(sound, rows.bend[index]) * torch.from_numpy(_WINDOW)
            made.append(sound)
            order.append(index)
        index = torch.cat(order)
        reach = torch.arange(-HOP, HOP)
        gate = ((since[index, None] + reach) / GATE).clamp(0, 1).float()
        sound = torch.cat(made) * gate[:, None]
        unrest = torch.cat(moved).mean() if sum(map(len, moved)) else unrest
        at = rows.item[index] * (frames + 1) + rows.frame[index]
        buffer = buffer.index_add(0, at, sound[..., :HOP]).index_add(0, at + 1, sound[..., HOP:])
    flat = buffer.transpose(0, 1).reshape(2, items, (frames + 1) * HOP).transpose(0, 1)
    return flat[..., L.HOP : L.HOP + frames * HOP], unrest


def _unrest(log: Tensor, since: Tensor) -> Tensor:
    """How far the log levels [R, P] of held notes leave a straight line from frame to frame, in nepers, of
    each three frames of a note, [n]; its first ones may do as they like.
    """
    near = (since[2:] - since[:-2] - 2 * HOP).abs() < HOP / 8
    held = near & (since[:-2] > SETTLED * HOP)
    bend = log[2:] - 2 * log[1:-1] + log[:-2]
    return bend[held, :LOUDEST].abs().mean(-1)


def _voice(
    tables: VoiceTables, voice: VoiceKey, env: Tensor, wide: Tensor, y: Tensor, since: Tensor
) -> tuple[Tensor, Tensor]:
    """Rows of one voice: [R, 2, 1280], or longer to be bent, middle and side; and their log levels [R, P].
    The side has the middle, left or right of it, and as many partials a quarter turn away: they make it wide.
    """
    hz, basis, to_env, to_side = tables.of(voice)
    log, level, width, place = note_levels(env @ to_env, wide @ to_side, y)
    middle = torch.exp(log.clamp(max=4.0) - 5.0) * level
    apart = middle * torch.exp(width.clamp(max=2.0) - 3.0) * turned(len(hz))
    turns = (since[:, None] * torch.from_numpy(hz) / (2 * L.RATE) + torch.from_numpy(phases(len(hz)))) % 1.0
    angle = (2 * torch.pi * turns).float()
    sine, cosine = angle.sin(), angle.cos()
    near = torch.cat([middle * sine, middle * cosine], -1)
    far = torch.cat([apart * cosine, -apart * sine], -1) + place * near
    return torch.stack([near @ basis, far @ basis], 1), log + level.log()


def bent(sound: Tensor, bend: Tensor) -> Tensor:
    """Rows [R, 2, 1280 + 2 REACH], as fast again by a bend that is linear between its values [R, 3] one hop
    before the middle, there and one after: [R, 2, 1280], read with cubic polynomials through four samples
    (Lagrange).
    """
    m = torch.arange(-HOP, HOP)
    before, own, after = (bend[:, i, None] for i in range(3))
    slope = torch.where(m < 0, own - before, after - own) / HOP
    moved = own * m + slope * (m * m) / 2
    whole = moved.floor()
    t = (moved - whole).float()[:, None]
    first = (whole.long() + m + HOP + REACH - 1)[:, None].expand(-1, 2, -1)
    weights = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    out: Tensor = sum(
        (sound.gather(-1, first + i) * weight for i, weight in enumerate(weights)), torch.zeros(())
    )
    return out


def note_levels(env: Tensor, wide: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """From envelopes at the partials [R, P] and a note's outputs [R, NOTE_OUTPUTS]: log levels [R, P], the
    note's own factor [R, 1], log width [R, P], place [R, 1] in -1..1.
    """
    count = env.shape[1]
    own = y[:, : min(count, L.CORRECTED)]
    log = env + (own if count == own.shape[1] else F.pad(own, (0, count - own.shape[1])))
    level = torch.exp(y[:, L.CORRECTED : L.CORRECTED + 1].clamp(max=3.0))
    return log, level, wide + y[:, L.CORRECTED + 1 : L.CORRECTED + 2], torch.tanh(y[:, L.CORRECTED + 2 :])


def turned(count: int) -> Tensor:
    """Signs of the partials' width: two apart, so that neighbours lie on either side."""
    return torch.from_numpy(np.where(np.arange(count) // 2 % 2 == 0, 1.0, -1.0).astype(np.float32))


class Rest:
    """Noise in bands and, at attacks, a free spectrum: [B, 2, frames * 640]."""

    def __init__(self) -> None:
        self.bands = torch.from_numpy(L.band_matrix())
        self.sides = torch.from_numpy(L.side_matrix())
        self.ramp = torch.from_numpy(L.steady_ramp())
        self.window = torch.hann_window(N_FFT)
        self.attack = torch.from_numpy(L.attack_window(2))

    def __call__(self, decoder: Decoder, x: Tensor, batch: Batch, noise: Tensor) -> Tensor:
        """``noise``: white, [B, 2, frames * 640]."""
        wide = torch.cat([x[:, :1].expand(-1, EDGE, -1), x, x[:, -1:].expand(-1, EDGE, -1)], 1)
        return self._noise(decoder, wide, batch, noise) + self._attacks(decoder, x, batch)

    def _noise(self, decoder: Decoder, x: Tensor, batch: Batch, noise: Tensor) -> Tensor:
        items, frames, _ = x.shape
        log = decoder.noise(x).float().reshape(items, frames, L.STREAMS, L.BANDS) @ self.bands
        apart = decoder.side(x).float().reshape(items, frames, L.STREAMS, L.SIDE_POINTS) @ self.sides
        steady = torch.where(batch.drums[:, None, None], torch.ones(()), self.ramp)
        middle = torch.exp(log.clamp(max=3.0) - 5.0)
        middle = torch.cat([middle[:, :, :1] * steady[:, :, None], middle[:, :, 1:]], 2)
        masks = torch.stack([middle, middle * torch.exp(apart.clamp(max=2.0) - 1.5)], 1)  # [B, 2, T, S, bins]
        excited = torch.cat([noise[:, :, None], noise[:, :, None] * batch.bursts[:, None]], 2)
        spectra = self._spectra(excited).transpose(2, 3)  # [B, 2, T, S, bins]
        made: Tensor = self._sound((spectra * masks).sum(3))
        return made

    def _attacks(self, decoder: Decoder, x: Tensor, batch: Batch) -> Tensor:
        """A spectrum of its own at each onset, from the onset's sample on: [B, 2, frames * 640], no side."""
        items, frames, _ = x.shape
        found, total = batch.attacks, frames * HOP
        flat = torch.zeros(items * (total + N_FFT))
        if len(found.item):
            y = decoder.free(x[found.item, found.frame]).float()
            size = torch.exp(y[:, : L.LOW_BINS].clamp(max=6.0) - 2.0)
            half = torch.complex(size * y[:, L.LOW_BINS : 2 * L.LOW_BINS], size * y[:, 2 * L.LOW_BINS :])
            spectrum = F.pad(half, (0, L.WIDE_BINS - L.LOW_BINS))
            pieces = torch.fft.irfft(spectrum, n=N_FFT) * self.attack
            places = (found.item * (total + N_FFT) + found.start)[:, None] + torch.arange(N_FFT)
            flat = flat.index_add(0, places.flatten(), pieces.flatten())
        made = flat.reshape(items, 1, total + N_FFT)[..., :total]
        return F.pad(made, (0, 0, 0, 1))

    def _spectra(self, sound: Tensor) -> Tensor:
        pad = EDGE * HOP + (N_FFT - HOP) // 2
        made: Tensor = torch.fft.rfft(F.pad(sound, (pad, pad)).unfold(-1, N_FFT, HOP) * self.window)
        return made

    def _sound(self, spectra: Tensor) -> Tensor:
        """[B, C, T + 4, bins] -> [B, C, T * 640]."""
        items, channels = spectra.shape[:2]
        pieces = torch.fft.irfft(spectra, n=N_FFT) * (self.window / 1.5)
        return overlapped(pieces.flatten(0, 1), HOP).reshape(items, channels, -1)


def synthesize(
    decoder: Decoder,
    z: Tensor,
    batch: Batch,
    tables: VoiceTables,
    rest: Rest,
    noise: Tensor,
) -> tuple[Tensor, Tensor]:
    """Latents [B, T, latent] to middle and side [B, 2, T * 640], and the unrest of held partials."""
    x = decoder.trunk(z, batch.told, batch.timbre)
    with torch.autocast("cpu", enabled=False):
        x = x.float()
        tones, unrest = partials(decoder, x, batch, tables)
        return tones + rest(decoder, x, batch, noise), unrest
