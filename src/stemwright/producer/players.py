"""Who plays a take: a layer's performer, or the sampler with a file that the user has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError, argument, shown
from stemwright.producer import bundles
from stemwright.producer.casting import require_notes
from stemwright.producer.details import ByPerformer, BySampler
from stemwright.producer.flowing import FlowPlayer
from stemwright.producer.token_player import TokenPlayer
from stemwright.song.layers import is_drums
from stemwright.song.takes import Sampled

if TYPE_CHECKING:
    from stemwright.instruments.files import Instrument
    from stemwright.native.engine import Sampling
    from stemwright.producer.personal import Style
    from stemwright.producer.wanted import Wanted
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

SAMPLER = "sampler:"


@dataclass(frozen=True, slots=True)
class Performer(TokenPlayer):
    """A performer, and how tokens are drawn. `missed`: the layer's timbre where
    the bundle lacks it and `timbre` is its first instead; else "". `style`: a personal one beside it.
    """

    sampling: Sampling
    missed: str = ""
    style: Style | None = None

    @property
    def range(self) -> tuple[int, int] | None:
        """The lowest and the highest pitch that the timbre can play; None where the bundle does not say."""
        return bundles.range_of(self.bundle, self.timbre)

    def key(self, state: GlobalState, want: Wanted) -> dict[str, Any]:
        """What the tokens depend on besides the score."""
        from stemwright.conditioning import CONDITIONING_VERSION
        from stemwright.perform.layer import PERFORM_VERSION

        return {
            **self.common_key(state, want),
            "perform": PERFORM_VERSION,
            "conditioning": CONDITIONING_VERSION,
            "sampling": asdict(self.sampling),
            **({"style": self.style.facts()} if self.style else {}),
        }

    def details(self, sha: str) -> ByPerformer:
        """What a run tells of the tokens `sha` and who played."""
        bundle, codec = self.bundle.sha256, self.bundle.manifest.codec_sha256
        told = self.style.facts() if self.style else None
        return ByPerformer(self.timbre, asdict(self.sampling), bundle, codec, sha, style=told)


@dataclass(frozen=True, slots=True)
class Sampler:
    """The sampler with one instrument."""

    instrument: Instrument
    makes = "audio"

    def made(self, sha: str) -> dict[str, Any]:
        """What a take of the sound `sha` tells of it and who played."""
        nothing = {"timbre": "", "tokens_sha256": None, "bundle_sha256": None}
        return {**nothing, "audio_sha256": sha, "player": self.sampled}

    @property
    def sampled(self) -> Sampled:
        """As takes name it."""
        return Sampled(self.instrument.name, self.instrument.preset, self.instrument.sha256)

    def played(self, take: Take) -> bool:
        """Whether a take was played with this instrument, whatever its file was called."""
        player = take.player
        return player is not None and (player.sha256, player.preset) == (
            self.sampled.sha256,
            self.sampled.preset,
        )

    def key(self, state: GlobalState, want: Wanted) -> dict[str, Any]:
        """What the sound depends on besides the score: nothing that is drawn."""
        from stemwright.instruments.playing import PLAYING_VERSION

        return {
            "makes": "audio",
            "playing": PLAYING_VERSION,
            "state": state.to_json(),
            "drums": is_drums(want.role),
            "preset": self.sampled.preset,
            "instrument": self.sampled.sha256,
        }

    def details(self, sha: str) -> BySampler:
        """What a run tells of the sound `sha` and who played."""
        return BySampler(sampler_facts(self.sampled), sha)


Player = Performer | FlowPlayer | Sampler


def performer(entry: LayerEntry, name: str, timbre: str | None, style: Style | None = None) -> Performer:
    """The layer's performer, in a timbre that was asked for, or in that of the layer where the bundle has it,
    else in its first; with a personal style in the timbre that it was learnt beside, unless another is asked
    for. UsageError where there is no performer, or it lacks the timbre that was asked for.
    """
    from stemwright.perform.sampling import sampling_of

    bundle = bundles.performer(entry.role(name))
    bundles.codec_of(bundle)
    if timbre is None and style is not None and style.timbre in bundle.manifest.timbres:
        timbre = style.timbre
    missed = entry.timbre if timbre is None and entry.timbre not in bundle.manifest.timbres else ""
    stored = "" if missed else entry.timbre
    chosen = bundles.timbre_of(bundle, stored if timbre is None else timbre)
    return Performer(bundle, chosen, bundles.slot(bundle, chosen), sampling_of(bundle), missed, style)


def usual_performer(entry: LayerEntry, name: str) -> Performer | None:
    """Who plays a layer next where nothing else is asked for; None where nothing here does."""
    try:
        return performer(entry, name, None)
    except StemwrightError:  # what needs the performer tells what is wrong with it
        return None


def sampler(text: str, layer: str) -> Sampler:
    """The player that `sampler:FILE` or `sampler:FILE#PRESET` names. UsageError for anything else."""
    from stemwright.instruments.files import open_instrument

    if not text.startswith(SAMPLER) or text == SAMPLER:
        raise UsageError(
            f"{argument('player')} {shown(text)}: write sampler:FILE, where FILE is an SFZ, SF2 or SF3 file, "
            "or flow"
        )
    return Sampler(open_instrument(text.removeprefix(SAMPLER), is_drums(layer)))


def samplers(texts: Sequence[str], song: Song, heard: Mapping[str, Take]) -> dict[str, Sampler]:
    """The players of `LAYER=sampler:FILE`, by layer. UsageError for layers that are not heard, or named
    twice.
    """
    found: dict[str, Sampler] = {}
    for text in texts:
        layer, equals, player = text.partition("=")
        if not equals:
            raise UsageError(
                f"{argument('player')} {shown(text)}: write LAYER=sampler:FILE, e.g. lead=sampler:piano.sf2"
            )
        if layer not in heard:
            there = ", ".join(heard) or "none"
            raise UsageError(
                f"{argument('player')} {layer[:40]!r}: is no layer with a take that is heard; "
                f"there is: {there}"
            )
        require_notes(song, layer)
        if layer in found:
            raise UsageError(f"{argument('player')} {layer}: is given twice; one file plays a layer")
        found[layer] = sampler(player, song.role(layer))
    return found


def playable(score: Score, player: Player) -> Score:
    """The score with notes beyond the timbre's range moved into it by octaves, by phrases where that does."""
    from stemwright.instruments.ranges import fitted

    if isinstance(player, Sampler) or player.range is None:
        return score
    return fitted(score, *player.range)


def player_facts(sampled: Sampled | None) -> dict[str, str] | None:
    """A sampler or a recording as reports tell of it; None for a performer."""
    return None if sampled is None else sampler_facts(sampled)


def sampler_facts(sampled: Sampled) -> dict[str, str]:
    """As reports and runs tell of a sampler or a recording."""
    return asdict(sampled)


def remarks(played: Sampler, layer: str, notes: int, silent: int) -> list[str]:
    """What a user should hear of how the sampler could play: one line each."""
    out = []
    low, high = played.instrument.keyboard.range
    if silent:
        out.append(
            f"{silent} of {notes} notes do not sound: {played.instrument.name} has keys {low} to {high}"
        )
    if is_drums(layer) and played.instrument.melodic:
        out.append(f"{played.sampled} is no drum kit; choose one with #128:PROGRAM if the file has it")
    return out
