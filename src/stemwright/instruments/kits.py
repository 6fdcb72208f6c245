"""Drum kits made of single recordings, one entry per piece of :data:`stemwright.song.drums.DRUM_PIECES`.

Notes address pieces by General MIDI pitch. Real kits come with velocity ranks; the hit whose own level is
closest to what the velocity asks for is taken and scaled the rest of the way. Hits about equally close take
turns.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stemwright.errors import UsageError
from stemwright.instruments.sampler import (
    MONO,
    Audio,
    SoundFormat,
    Voice,
    as_format,
    attack_start,
    cut_start,
    fade_tail,
    read_sound,
    resample,
    velocity_gain,
)
from stemwright.song.drums import DRUM_PIECES, piece_of

TURN_LOG = 0.2
"""Hits whose levels miss the wanted one by as much as the best, or by 20% more, take turns."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Where the hits of a drum piece come from (a folder of ranked ones, one file, or files of rising
    velocity), their level, pitch shift in semitones, longest sound in seconds. ``even``: the hits were
    brought to one level, so their ranks alone say how hard they were.
    """

    path: str | tuple[str, ...]
    level: float = 1.0
    shift: float = 0.0
    seconds: float = 4.0
    even: bool = False


def _avl(name: str, level: float, seconds: float = 4.0) -> Hits:
    """Five hits of rising velocity."""
    return Hits(f"drums_avl/{name}", level, 0.0, seconds, even=True)


_CABASA = Hits("percussion_cabasa", 0.35)

KITS: dict[str, dict[str, Hits]] = {
    "acoustic": {
        "kick": Hits("drums_muldjord/KdrumR", 1.0),
        "snare": Hits("drums_muldjord/Snare1", 0.9),
        "rim": Hits("drums_muldjord/SnareRest1", 0.6, 5.0, 0.4),
        "clap": Hits("sonicpi_cc0/perc_snap.flac", 0.6),
        "closed_hat": Hits("drums_muldjord/HihatClosed", 0.4),
        "pedal_hat": Hits("drums_muldjord/HihatClosed", 0.22, -1.0, 0.15),
        "open_hat": Hits("drums_muldjord/HihatOpen", 0.45),
        "low_tom": Hits("drums_muldjord/Tom4", 0.8),
        "mid_tom": Hits("drums_muldjord/Tom3", 0.8),
        "high_tom": Hits("drums_muldjord/Tom1", 0.8),
        "crash": Hits("drums_muldjord/CrashL", 0.6),
        "ride": Hits("drums_muldjord/RideR", 0.4),
        "bell": Hits("drums_muldjord/RideRBell", 0.45),
        "percussion": Hits("sonicpi_cc0/drum_cowbell.flac", 0.4),
    },
    "808": {
        "kick": Hits("sonicpi_cc0/bd_808.flac", 1.0),
        "snare": Hits("sonicpi_cc0/sn_dolf.flac", 0.7),
        "rim": Hits("sonicpi_cc0/elec_tick.flac", 0.5),
        "clap": Hits("sonicpi_cc0/perc_snap2.flac", 0.6),
        "closed_hat": Hits("sonicpi_cc0/drum_cymbal_closed.flac", 0.35),
        "pedal_hat": Hits("sonicpi_cc0/drum_cymbal_pedal.flac", 0.3),
        "open_hat": Hits("sonicpi_cc0/drum_cymbal_open.flac", 0.35),
        "low_tom": Hits("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, -5.0),
        "mid_tom": Hits("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, 0.0),
        "high_tom": Hits("sonicpi_cc0/elec_fuzz_tom.flac", 0.6, 5.0),
        "crash": Hits("sonicpi_cc0/drum_splash_hard.flac", 0.5),
        "ride": Hits("sonicpi_cc0/drum_cymbal_soft.flac", 0.35),
        "bell": Hits("sonicpi_cc0/elec_bell.flac", 0.35, 12.0),
        "percussion": Hits("sonicpi_cc0/elec_blip2.flac", 0.35),
    },
    "heavy": {
        "kick": Hits("drums_muldjord/KdrumL", 1.0),
        "snare": Hits("drums_muldjord/Snare2", 0.9),
        "rim": Hits("drums_muldjord/SnareRest2", 0.6, 4.0, 0.4),
        "clap": Hits("sonicpi_cc0/perc_snap.flac", 0.6, -3.0),
        "closed_hat": Hits("drums_muldjord/HihatClosed", 0.4, -1.5),
        "pedal_hat": Hits("drums_muldjord/HihatClosed", 0.22, -3.0, 0.12),
        "open_hat": Hits("drums_muldjord/HihatOpen", 0.45, -1.5),
        "low_tom": Hits("drums_muldjord/Tom4", 0.8, -2.0),
        "mid_tom": Hits("drums_muldjord/Tom3", 0.8, -2.0),
        "high_tom": Hits("drums_muldjord/Tom2", 0.8),
        "crash": Hits("drums_muldjord/CrashR", 0.6),
        "ride": Hits("drums_muldjord/RideL", 0.4),
        "bell": Hits("drums_muldjord/RideLBell", 0.45),
        "percussion": Hits("drums_muldjord/China", 0.4),
    },
    "vintage": {
        "kick": Hits(("sonicpi_cc0/drum_bass_soft.flac", "sonicpi_cc0/drum_bass_hard.flac"), 1.0),
        "snare": Hits(("sonicpi_cc0/drum_snare_soft.flac", "sonicpi_cc0/drum_snare_hard.flac"), 0.8),
        "rim": Hits("sonicpi_cc0/elec_wood.flac", 0.6),
        "clap": Hits("sonicpi_cc0/perc_snap.flac", 0.6, -2.0),
        "closed_hat": Hits("sonicpi_cc0/hat_raw.flac", 0.35),
        "pedal_hat": Hits("sonicpi_cc0/drum_cymbal_pedal.flac", 0.3),
        "open_hat": Hits("sonicpi_cc0/drum_cymbal_open.flac", 0.35, -1.0),
        "low_tom": Hits(("sonicpi_cc0/drum_tom_lo_soft.flac", "sonicpi_cc0/drum_tom_lo_hard.flac"), 0.8),
        "mid_tom": Hits(("sonicpi_cc0/drum_tom_mid_soft.flac", "sonicpi_cc0/drum_tom_mid_hard.flac"), 0.8),
        "high_tom": Hits(("sonicpi_cc0/drum_tom_hi_soft.flac", "sonicpi_cc0/drum_tom_hi_hard.flac"), 0.8),
        "crash": Hits(("sonicpi_cc0/drum_splash_soft.flac", "sonicpi_cc0/drum_splash_hard.flac"), 0.5, -3.0),
        "ride": Hits("sonicpi_cc0/drum_cymbal_hard.flac", 0.35, 2.0),
        "bell": Hits("sonicpi_cc0/perc_bell2.flac", 0.4, 0.0, 1.5),
        "percussion": Hits("sonicpi_cc0/drum_cowbell.flac", 0.4),
    },
    "electronic": {
        "kick": Hits("sonicpi_cc0/elec_hollow_kick.flac", 1.0),
        "snare": Hits("sonicpi_cc0/elec_snare.flac", 0.7),
        "rim": Hits("sonicpi_cc0/elec_plip.flac", 0.5),
        "clap": Hits("sonicpi_cc0/elec_hi_snare.flac", 0.6),
        "closed_hat": Hits("sonicpi_cc0/elec_cymbal.flac", 0.35, 0.0, 0.08),
        "pedal_hat": Hits("sonicpi_cc0/elec_cymbal.flac", 0.3, -2.0, 0.05),
        "open_hat": Hits("sonicpi_cc0/elec_cymbal.flac", 0.35, 0.0, 0.5),
        "low_tom": Hits("sonicpi_cc0/elec_bong.flac", 0.7, -5.0),
        "mid_tom": Hits("sonicpi_cc0/elec_bong.flac", 0.7),
        "high_tom": Hits("sonicpi_cc0/elec_bong.flac", 0.7, 5.0),
        "crash": Hits("sonicpi_cc0/elec_filt_snare.flac", 0.5),
        "ride": Hits("sonicpi_cc0/elec_triangle.flac", 0.35),
        "bell": Hits("sonicpi_cc0/elec_ping.flac", 0.4),
        "percussion": Hits("sonicpi_cc0/elec_twip.flac", 0.4),
    },
    "club": {
        "kick": Hits("sonicpi_cc0/bd_haus.flac", 1.0),
        "snare": Hits("sonicpi_cc0/sn_dub.flac", 0.7),
        "rim": Hits("sonicpi_cc0/elec_flip.flac", 0.5),
        "clap": Hits("sonicpi_cc0/sn_generic.flac", 0.6),
        "closed_hat": Hits("sonicpi_cc0/hat_cab.flac", 0.35),
        "pedal_hat": Hits("sonicpi_cc0/hat_bdu.flac", 0.3),
        "open_hat": Hits("sonicpi_cc0/hat_gump.flac", 0.35),
        "low_tom": Hits("sonicpi_cc0/elec_blup.flac", 0.7, -7.0),
        "mid_tom": Hits("sonicpi_cc0/elec_blup.flac", 0.7, -2.0),
        "high_tom": Hits("sonicpi_cc0/elec_blup.flac", 0.7, 3.0),
        "crash": Hits("sonicpi_cc0/perc_till.flac", 0.5),
        "ride": Hits("sonicpi_cc0/hat_zild.flac", 0.35),
        "bell": Hits("sonicpi_cc0/elec_bell.flac", 0.4, 7.0),
        "percussion": Hits("sonicpi_cc0/elec_blip.flac", 0.4),
    },
    "tabla": {
        "kick": Hits("sonicpi_cc0/tabla_ghe2.flac", 1.0),
        "snare": Hits("sonicpi_cc0/tabla_na.flac", 0.7),
        "rim": Hits("sonicpi_cc0/tabla_te1.flac", 0.6),
        "clap": Hits("sonicpi_cc0/tabla_re.flac", 0.6),
        "closed_hat": Hits("sonicpi_cc0/tabla_ke2.flac", 0.5),
        "pedal_hat": Hits("sonicpi_cc0/tabla_te2.flac", 0.4),
        "open_hat": Hits("sonicpi_cc0/tabla_na_s.flac", 0.5),
        "low_tom": Hits("sonicpi_cc0/tabla_tun1.flac", 0.7, -3.0),
        "mid_tom": Hits("sonicpi_cc0/tabla_tun2.flac", 0.7),
        "high_tom": Hits("sonicpi_cc0/tabla_tas3.flac", 0.7),
        "crash": Hits("sonicpi_cc0/tabla_dhec.flac", 0.7),
        "ride": Hits("sonicpi_cc0/tabla_te_ne.flac", 0.5),
        "bell": Hits("sonicpi_cc0/tabla_na_o.flac", 0.5),
        "percussion": Hits("sonicpi_cc0/tabla_ghe8.flac", 0.7),
    },
    "techno": {
        "kick": Hits("sonicpi_cc0/bd_klub.flac", 1.0),
        "snare": Hits("sonicpi_cc0/elec_mid_snare.flac", 0.7),
        "rim": Hits("sonicpi_cc0/elec_pop.flac", 0.5),
        "clap": Hits("sonicpi_cc0/hat_psych.flac", 0.6),
        "closed_hat": Hits("sonicpi_cc0/hat_gem.flac", 0.35),
        "pedal_hat": Hits("sonicpi_cc0/hat_yosh.flac", 0.3),
        "open_hat": Hits("sonicpi_cc0/hat_len.flac", 0.35),
        "low_tom": Hits("sonicpi_cc0/bd_sone.flac", 0.7, 7.0),
        "mid_tom": Hits("sonicpi_cc0/bd_sone.flac", 0.7, 10.0),
        "high_tom": Hits("sonicpi_cc0/bd_sone.flac", 0.7, 14.0),
        "crash": Hits("sonicpi_cc0/elec_chime.flac", 0.45),
        "ride": Hits("sonicpi_cc0/hat_zan.flac", 0.35),
        "bell": Hits("sonicpi_cc0/perc_bell.flac", 0.4, 0.0, 1.5),
        "percussion": Hits("sonicpi_cc0/hat_tap.flac", 0.4),
    },
    "chip": {
        "kick": Hits("sonicpi_cc0/bd_chip.flac", 1.0),
        "snare": Hits("sonicpi_cc0/sn_zome.flac", 0.7),
        "rim": Hits("sonicpi_cc0/elec_beep.flac", 0.4),
        "clap": Hits("sonicpi_cc0/hat_noiz.flac", 0.5),
        "closed_hat": Hits("sonicpi_cc0/hat_hier.flac", 0.35),
        "pedal_hat": Hits("sonicpi_cc0/hat_sci.flac", 0.3),
        "open_hat": Hits("sonicpi_cc0/hat_mess.flac", 0.35),
        "low_tom": Hits("sonicpi_cc0/bd_zum.flac", 0.7),
        "mid_tom": Hits("sonicpi_cc0/bd_zum.flac", 0.7, 5.0),
        "high_tom": Hits("sonicpi_cc0/bd_zum.flac", 0.7, 9.0),
        "crash": Hits("sonicpi_cc0/hat_metal.flac", 0.45),
        "ride": Hits("sonicpi_cc0/hat_star.flac", 0.35),
        "bell": Hits("sonicpi_cc0/elec_twang.flac", 0.4),
        "percussion": Hits("sonicpi_cc0/hat_zap.flac", 0.4),
    },
    "gogodze": {
        "kick": Hits("drums_gogodze/kick", 1.0),
        "snare": Hits("drums_gogodze/snare", 0.9),
        "rim": Hits("drums_gogodze/sidestick", 0.6),
        "clap": Hits("drums_gogodze/snare_edge", 0.6, 3.0, 0.25),
        "closed_hat": Hits("drums_gogodze/hat_closed", 0.4),
        "pedal_hat": Hits("drums_gogodze/hat_foot", 0.25),
        "open_hat": Hits("drums_gogodze/hat_open", 0.45),
        "low_tom": Hits("drums_gogodze/tom_low", 0.8),
        "mid_tom": Hits("drums_gogodze/tom_mid", 0.8),
        "high_tom": Hits("drums_gogodze/tom_high", 0.8),
        "crash": Hits("drums_muldjord/CrashL", 0.6, -1.5),
        "ride": Hits("drums_muldjord/RideR", 0.4, -1.5),
        "bell": Hits("drums_muldjord/RideRBell", 0.45, -1.5),
        "percussion": _CABASA,
    },
    "black pearl": {
        "kick": _avl("36-Pearl22Kick", 1.0),
        "snare": _avl("38-PearlSnare", 0.9),
        "rim": _avl("37-SideStick", 0.6),
        "clap": _avl("39-HandClap", 0.6),
        "closed_hat": _avl("42-SabianRockHatClosed", 0.4),
        "pedal_hat": _avl("44-SabianRockHatPedal", 0.25),
        "open_hat": _avl("48-SabianRockHatSwish", 0.4),
        "low_tom": _avl("41-Pearl16FloorTom", 0.8),
        "mid_tom": _avl("47-Pearl13Tom2", 0.8),
        "high_tom": _avl("45-Pearl12Tom", 0.8),
        "crash": _avl("49-SabianAA16Crash", 0.6),
        "ride": _avl("51-SabianAAX20Ride", 0.4),
        "bell": _avl("53-SabianAAX20RideBell", 0.45),
        "percussion": _avl("56-Cowbell", 0.4),
    },
    "red zeppelin": {
        "kick": _avl("36-Ludwig26Kick", 1.0),
        "snare": _avl("38-PorkpieSnare", 0.9),
        "rim": _avl("37-Sidestick2", 0.6),
        "clap": _avl("54-Tambourine", 0.45),
        "closed_hat": _avl("42-SabianRockHatClosed", 0.4, 0.25),
        "pedal_hat": _avl("44-SabianRockHatPedal", 0.25),
        "open_hat": _avl("46-SabianRockHatSemiOpen", 0.42),
        "low_tom": _avl("43-Ludwig18FloorTom", 0.8),
        "mid_tom": _avl("41-Ludwig16FloorTom", 0.8),
        "high_tom": _avl("45-Ludwig14Tom", 0.8),
        "crash": _avl("49-ZildjianA20Crash", 0.6),
        "ride": _avl("51-ZildjianA24Ride", 0.4),
        "bell": _avl("53-ZildjianA24RideBell", 0.45),
        "percussion": _avl("64-Maraca", 0.35),
    },
    "uzu": {
        "kick": Hits("drums_uzu/bd/13_bd_mot4i.flac", 1.0),
        "snare": Hits("drums_uzu/sd/10_sd_switchangel-bounce-2.flac", 0.75),
        "rim": Hits("drums_uzu/rim/10_rim_switchangel.flac", 0.5),
        "clap": Hits("drums_uzu/cp/10_cp_switchangel.flac", 0.6),
        "closed_hat": Hits("drums_uzu/hh/12_hh_switchangel.flac", 0.35),
        "pedal_hat": Hits("drums_uzu/hh/11_hh_mot4i.flac", 0.3),
        "open_hat": Hits("drums_uzu/oh/12_oh_switchangel.flac", 0.35),
        "low_tom": Hits("drums_uzu/lt/10_lt_mot4i.flac", 0.75),
        "mid_tom": Hits("drums_uzu/mt/10_mt_mot4i.flac", 0.75),
        "high_tom": Hits("drums_uzu/ht/10_ht_mot4i.flac", 0.75),
        "crash": Hits("drums_uzu/cr/11_cr_mot4i.flac", 0.5),
        "ride": Hits("drums_uzu/rd/10_rd_switchangel.flac", 0.35),
        "bell": Hits("drums_uzu/cb/10_perc_switchangel.flac", 0.4),
        "percussion": Hits("drums_uzu/tb/10_tb.flac", 0.35),
    },
    "percussion": {
        "kick": _avl("43-Ludwig18FloorTom", 1.0),
        "snare": _avl("61-RotoTomHi", 0.7),
        "rim": _avl("37-Sidestick2", 0.5),
        "clap": _avl("39-HandClap", 0.5),
        "closed_hat": _avl("64-Maraca", 0.35),
        "pedal_hat": _CABASA,
        "open_hat": _avl("54-Tambourine", 0.4),
        "low_tom": _avl("63-RotoTomLo", 0.8),
        "mid_tom": _avl("62-RotoTomMid", 0.8),
        "high_tom": Hits("drums_avl/61-RotoTomHi", 0.75, 3.0, even=True),
        "crash": _avl("55-ZildjianA10Splash", 0.6),
        "ride": Hits("sonicpi_cc0/elec_triangle.flac", 0.4),
        "bell": _avl("56-Cowbell", 0.4),
        "percussion": Hits("drums_avl/56-Cowbell", 0.4, -4.0, even=True),
    },
}


def _rank(path: Path) -> tuple[int, str]:
    match = re.match(r"(\d+)", path.name)
    return (int(match[1]) if match else 0, path.name)


class Kit:
    """A drum kit read from ``folder``; raises :class:`UsageError` where a sample is missing."""

    one_shot = True

    def __init__(self, folder: Path, pieces: dict[str, Hits], form: SoundFormat = MONO) -> None:
        self.form = form
        self.folder = folder
        self.pieces = pieces
        self._hits: dict[str, list[tuple[float, Audio]]] = {}

    def _files(self, piece: Hits) -> list[Path]:
        if isinstance(piece.path, tuple):
            return [self.folder / path for path in piece.path]
        path = self.folder / piece.path
        return sorted(path.glob("*.flac"), key=_rank) if path.is_dir() else [path]

    def _load(self, name: str) -> list[tuple[float, Audio]]:
        """Hits of a piece as (level relative to the loudest, audio whose mono sound has peak 1), softest
        first.
        """
        piece = self.pieces[name]
        files = self._files(piece)
        if not files or not all(f.is_file() for f in files):
            raise UsageError(f"{self.folder}: no samples {piece.path} for the drum piece {name!r}")
        hits: list[tuple[float, Audio]] = []
        for file in files:
            sound, rate = read_sound(file)
            plain = resample(as_format(sound, MONO), rate, piece.shift)
            start = attack_start(plain)
            audio = plain = cut_start(plain, start, MONO)[: round(piece.seconds * MONO.rate)]
            if self.form.stereo:
                audio = resample(as_format(sound, self.form), rate, piece.shift, self.form.rate)
                audio = cut_start(audio, start, self.form)[: round(piece.seconds * self.form.rate)]
            peak = float(np.abs(plain).max(initial=0.0))
            if peak > 1e-6:
                tail = min(0.2, piece.seconds / 3)
                hits.append((peak, fade_tail(audio / np.float32(peak), tail, self.form)))
        if piece.even:
            hits = [(velocity_gain(127 * (i + 1) // len(hits)), hit) for i, (_, hit) in enumerate(hits)]
        top = max(level for level, _ in hits)
        return [(level / top, audio) for level, audio in sorted(hits, key=lambda h: h[0])]

    def voice(self, pitch: int, velocity: int, seconds: float, turn: int = 0) -> Voice:
        """See :class:`stemwright.instruments.sampler.Instrument`; the hit always rings out."""
        name = DRUM_PIECES[piece_of(pitch)]
        if name not in self._hits:
            self._hits[name] = self._load(name)
        wanted = velocity_gain(velocity)
        away = [abs(math.log(level / wanted)) for level, _ in self._hits[name]]
        near = [i for i, distance in enumerate(away) if distance <= min(away) + TURN_LOG]
        audio = self._hits[name][near[turn % len(near)]][1]
        return Voice(audio, wanted * self.pieces[name].level, 0.03)
