"""What a song's history can be asked, and asked to do: the part of `Song` that is like git."""

from __future__ import annotations

from pathlib import Path

from stemwright.face import arguments as arg
from stemwright.face.changes import Difference, Merged
from stemwright.face.facts import Collected, Copied
from stemwright.face.results import Branches, Log, Moved, Verified
from stemwright.work.progress import Watch, unwatched


class Versioned:
    """The history of the song in the folder `path`."""

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

    def log(self) -> Log:
        """Every act that changed the song."""
        from stemwright.shown.log import history

        return Log.read(history(self.path))

    def verify(self) -> Verified:
        """Whether every file is what it was when it was written; does not raise where one is not."""
        from stemwright.shown.reports import check

        return Verified.read(check(self.path))

    def diff(
        self,
        a: int | str | Path | None = None,
        b: int | str | Path | None = None,
        *,
        sound: bool = False,
        plot: arg.Place | None = None,
        progress: Watch = unwatched,
    ) -> Difference:
        """What is not the same in A and B: runs by their numbers, branches, takes ("lead@2") or song folders.
        Without `b`: A beside the song now; without both: what the last change did.

        `sound`: decode takes that differ and tell how loud they are. `plot`: draw the notes into that .png
        or .svg file.
        """
        from stemwright.editing.differences import differences

        named = [None if each is None else str(each) for each in (a, b)]
        found = differences(self.path, *named, sound=sound, watch=progress)
        facts = found.to_json()
        if plot is not None:
            from stemwright.shown.difference import plot_differences

            facts["pictures"] = [str(file) for file in plot_differences(self.path, found, arg.path(plot))]
        return Difference.read(facts)

    def merge(self, branch: str, *, ours: arg.Texts = (), theirs: arg.Texts = ()) -> Merged:
        """Join another branch into the one that is worked on. Where there are `conflicts` nothing is changed.

        `ours`, `theirs`: names of layers, or "state", that count as they are here or there, or "all".
        """
        from stemwright.editing.merging import merge

        return Merged.read(merge(self.path, branch, arg.texts(ours), arg.texts(theirs)))

    def gc(self, *, yes: bool = False) -> Collected:
        """What no run can reach, nor the song as it is: counted, and with `yes` deleted; nothing that any
        undo, redo, restore or branch needs.
        """
        from stemwright.editing.collecting import collect

        return Collected.read(collect(self.path, yes=yes))

    def copy(self, new: arg.Place, *, whole: bool = False, progress: Watch = unwatched) -> Copied:
        """Copy the song with its history to a folder that is new; `whole`: with cache and renders too."""
        from stemwright.editing.copying import copy_song

        return Copied.read(copy_song(self.path, arg.path(new), whole=whole, watch=progress))
