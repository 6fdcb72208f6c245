"""What a song's object can do with the song's history."""

from __future__ import annotations

from pathlib import Path

from stemwright.face.results import Branches, Moved


class Versioned:
    """Going back and forth in the history of the song at `path`."""

    path: Path

    def undo(self, steps: int = 1) -> Moved:
        """Go back by so many changes; nothing is deleted. UsageError at the song's beginning."""
        from stemwright.editing.moves import undo

        return Moved.read(undo(self.path, steps))

    def redo(self) -> Moved:
        """Take the last undo back. UsageError where there is none, or the song was changed since."""
        from stemwright.editing.moves import redo

        return Moved.read(redo(self.path))

    def restore(self, run: int) -> Moved:
        """Make the song what it was after a run, 0: at its beginning; a change that can be undone itself."""
        from stemwright.editing.moves import restore

        return Moved.read(restore(self.path, run))

    def branch(self, name: str) -> Moved:
        """Go to a branch, or begin it where the song stands."""
        from stemwright.editing.moves import branch

        return Moved.read(branch(self.path, name))

    def branches(self) -> Branches:
        """The branches and where they stand."""
        from stemwright.editing.moves import branches

        return Branches.read(branches(self.path))
