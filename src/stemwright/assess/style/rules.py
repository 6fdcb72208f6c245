"""The rules of styles: what is measured, for whom it holds, and how much of it is wanted.

Everything that is asked of a style stands in RULES and nowhere else. Styles are canonical names of
`song.style`, or of a stylebook's own; a rule whose styles nobody plays yet is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`measure`: a key of `measuring.measures`. `says`: the rule in a musician's words.

    Wanted is a mean over songs of at least `least` and at most `most`. It holds for `styles`, () for all, but
    not for `but`.
    """

    measure: str
    says: str
    least: float | None = None
    most: float | None = None
    styles: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    @property
    def goal(self) -> str:
        """The goal as text: ">= 0.9", "<= 19", "0.5 to 0.7"."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"

    def met(self, value: float | None) -> bool | None:
        """Whether a figure reaches the goal; None for none."""
        if value is None:
            return None
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def holds_for(self, style: str) -> bool:
        """Whether the rule is one of a style's."""
        return style not in self.but and (not self.styles or style in self.styles)

    def miss(self, value: float) -> float:
        """How far a figure is from the goal, as a share of the goal (of 1 for goals below 1)."""
        low = 0.0 if self.least is None else max(0.0, self.least - value)
        high = 0.0 if self.most is None else max(0.0, value - self.most)
        return max(low, high) / max(1.0, abs(self.least or 0.0), abs(self.most or 0.0))


_BACKBEATS = (
    "pop",
    "rock",
    "funk",
    "country",
    "soul",
    "blues",
    "hiphop",
    "disco",
    "punk",
    "gospel",
    "synthwave",
)
_FLOOR = ("house", "techno", "disco", "trance")
_SWINGS = ("jazz", "swing")
_CLAVE = ("bossa", "salsa", "latin")
_REGGAE = ("reggae",)
_LOCKED = ("pop", "rock", "funk", "house", "soul", "disco", "techno", "punk", "metal")
_ON_ONE = ("pop", "rock", "funk", "country", "soul", "blues", "metal", "punk", *_FLOOR)

RULES: tuple[Rule, ...] = (
    Rule("drums.backbeat", "snare on 2 and 4, bars", 0.9, styles=_BACKBEATS),
    Rule("drums.either", "snare on 2 and 4, or on 3, bars", 0.8, styles=("ballad", "metal", "ambient")),
    Rule("drums.four_on_the_floor", "kick on all four, bars", 0.95, styles=_FLOOR),
    Rule("drums.offbeat_hat", "hats between the beats, bars", 0.7, styles=_FLOOR),
    Rule("drums.kick_on_one", "kick on 1, bars", 0.95, styles=_ON_ONE),
    Rule("drums.one_drop", "kick and snare together on 3, bars", 0.9, styles=_REGGAE),
    Rule("drums.hat_on_two_and_four", "hi-hat on 2 and 4, bars", 0.8, styles=_SWINGS),
    Rule("drums.ride", "the ride swings, bars", 0.7, styles=_SWINGS),
    Rule("clave.clave", "a piece keeps clave, bars", 0.7, styles=_CLAVE),
    Rule("clave.surdo", "low drum's heartbeat, bars", 0.7, styles=("bossa",)),
    Rule("clave.bossa_bass", "bass on 1 and 3 with a pick-up, bars", 0.6, styles=("bossa",)),
    Rule("samba.surdo", "the surdo answers on 2 and 4, bars", 0.9, styles=("samba",)),
    Rule("samba.tamborim", "a piece plays syncopated sixteenths, bars", 0.7, styles=("samba",)),
    Rule("samba.ganza", "sixteenths run without a hole, bars", 0.9, styles=("samba",)),
    Rule("samba.bass", "bass on the beats and just before them, bars", 0.8, styles=("samba",)),
    Rule("clave.tumbao", "bass on the and of 2 and on 4, bars", 0.6, styles=("salsa",)),
    Rule("groove.swing", "where the second eighth falls", 0.58, 0.7, styles=(*_SWINGS, "blues")),
    Rule("blues.twelve_bars", "choruses of twelve bars have a blues' chords", 0.8, styles=("blues",)),
    Rule("bass.on_kick", "bass notes within a 16th of a kick", 0.6, styles=_LOCKED),
    Rule("bass.walking", "a new bass note on the beat, beats", 0.7, styles=_SWINGS),
    Rule("bass.steps", "the walking bass moves by steps", 0.4, styles=_SWINGS),
    Rule("bass.root_on_one", "the bass's note on 1 is the root", 0.9),
    Rule("comping.skank", "chords between the beats, bars", 0.9, styles=(*_REGGAE, "ska")),
    Rule("comping.register", "chord notes from C3 to C5", 0.95),
    Rule("comping.wide", "moves in which an outer voice leaps beyond an octave", most=0.0),
    Rule("comping.figures", "rhythms over bars with chords: neither one figure nor chaos", 0.1, 0.6),
    Rule("fills.fill_before", "a fill before a change of section", 0.7),
    Rule("fills.crash_at_beginnings", "crashes stand where a section begins", 0.9),
    Rule("returns.drums_alike", "drums of a section that returns", 0.75, 0.99),
    Rule("returns.bass_alike", "bass of a section that returns", 0.75, 0.99, but=_SWINGS),
    Rule("returns.harmony_alike", "harmony of a section that returns", 0.75, 0.99, but=_SWINGS),
    Rule("returns.lead_alike", "lead of a section that returns", 0.75, 0.99),
    Rule("returns.velocity", "chorus over verse, velocity", 5.0),
    Rule("returns.density", "chorus over verse, notes a bar", 1.1),
    Rule("returns.register", "chorus over verse, semitones of harmony and lead", 0.5),
    Rule("melody.range", "range of the lead, semitones", most=19.0),
    Rule("melody.phrase", "length of a phrase, bars", 1.0, 4.0),
    Rule("melody.steps", "moves of the lead by steps", 0.4, 0.75),
    Rule("melody.leaps", "moves of the lead by a fourth or more", 0.05, 0.3),
    Rule("melody.motifs", "bars whose rhythm comes back in the section", 0.55),
    Rule("melody.against", "long notes on strong beats that stay against the chord", most=0.05),
    Rule("melody.chord_tones", "notes of the lead that are chord tones: neither wrong nor bland", 0.55, 0.9),
    Rule("melody.silent", "bars without the lead", most=0.35),
    Rule("endings.chord", "the last chord is the tonic's", 0.8),
    Rule("endings.lead_home", "the lead's last note is of the tonic's triad", 0.8),
    Rule("endings.ends", "the song ends", 0.95),
    Rule("clashes.clashes", "eighths in which two layers rub by a semitone", most=0.03),
    Rule("faults.faults", "faults a song", most=0.2),
)  # fmt: skip


def rules_of(style: str) -> list[Rule]:
    """The rules that hold for a style (canonical name)."""
    return [rule for rule in RULES if rule.holds_for(style)]
