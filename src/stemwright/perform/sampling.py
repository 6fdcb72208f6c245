"""How codes are drawn where nobody says otherwise: as the bundle's manifest says, else the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.native.engine import Sampling

DEFAULT = {"temperature": 0.9, "top_k": 64, "top_p": 0.95, "guidance": 1.0, "guided_codebooks": 65535}


def sampling_of(bundle: Bundle) -> Sampling:
    """The manifest's `architecture.sampling` over the defaults. UsageError naming the field that is wrong."""
    from stemwright.native.engine import Sampling

    given = bundle.manifest.architecture.get("sampling", {})
    where = f"{bundle.path / 'manifest.json'}: field 'architecture.sampling'"
    if not isinstance(given, dict) or set(given) - set(DEFAULT):
        raise UsageError(f"{where} must hold {', '.join(DEFAULT)} only: get the bundle again")
    try:
        return Sampling(**{**DEFAULT, **given})
    except UsageError as error:
        raise UsageError(f"{where}: {error.marked}: get the bundle again") from None
