"""What performers and the flow have in common: a bundle that makes tokens in one of its timbres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.producer.wanted import Wanted
    from stemwright.song.document import Take
    from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class TokenPlayer:
    """A bundle, the timbre and its slot."""

    bundle: Bundle
    timbre: str
    slot: int | None
    makes = "tokens"

    def made(self, sha: str) -> dict[str, Any]:
        """What a take of tokens `sha` tells of them and who played."""
        return {"timbre": self.timbre, "tokens_sha256": sha, "bundle_sha256": self.bundle.sha256}

    def played(self, take: Take) -> bool:
        """Whether a take was played by this bundle."""
        return take.bundle_sha256 == self.bundle.sha256

    def common_key(self, state: GlobalState, want: Wanted) -> dict[str, Any]:
        """What tokens depend on besides the score and how they are drawn."""
        return {
            "makes": "tokens",
            "state": state.to_json(),
            "layer": want.role,
            "timbre": self.slot,
            "bundle": self.bundle.sha256,
            "seed": want.seed,
            "take": want.take,
            "base": want.edit.base.tokens_sha256 if want.edit else None,
            "bars": str(want.edit) if want.edit else None,
        }
