"""What this machine has."""

from __future__ import annotations

from stemwright.face.facts import Machine


def doctor() -> Machine:
    """Examine this machine and the bundles that are installed; tries those that give sound."""
    from stemwright.shown.doctor import examine

    return Machine.read(examine())
