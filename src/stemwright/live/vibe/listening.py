"""Words come in, moods change: by a program where there is one and it answers well, else by the table."""

from __future__ import annotations

from dataclasses import dataclass, field

from stemwright.live.vibe.adviser import Adviser
from stemwright.live.vibe.mood import Mood
from stemwright.live.vibe.reading import MAX_TEXT, read
from stemwright.live.vibe.request import Request


@dataclass(frozen=True, slots=True)
class Said:
    """Words that were acted on from a sample on (`request` is what the session log keeps), or could not
    be.
    """

    text: str
    sample: int
    request: Request
    line: str


@dataclass(slots=True)
class Listening:
    """Where words are said. Calls do not wait; samples do not go back."""

    mood: Mood
    adviser: Adviser | None = None
    _asked: dict[int, str] = field(default_factory=dict)

    def say(self, sample: int, text: str) -> Said | None:
        """Act on words, or ask the program first: None, and `poll` tells."""
        text = text[:MAX_TEXT]
        if self.adviser is None or not self.adviser.works:
            return self._by_table(sample, text, "")
        self._asked[self.adviser.ask(text, self.mood.values(sample))] = text
        return None

    def poll(self, sample: int) -> list[Said]:
        """What the program has said by now; where it failed, the table is used in its place."""
        out = []
        for advice in self.adviser.poll() if self.adviser is not None else ():
            text = self._asked.pop(advice.number, None)
            if text is None:
                continue
            if advice.request is None:
                out.append(self._by_table(sample, text, advice.line))
            else:
                self.mood.apply(sample, advice.request)
                out.append(Said(text, sample, advice.request, ""))
        return out

    def _by_table(self, sample: int, text: str, why: str) -> Said:
        request = read(text)
        self.mood.apply(sample, request)
        line = f"{why}; the table of words was used" if why else ""
        if request.unknown:
            words = ", ".join(request.unknown[:8])
            line += f"{'; ' if line else ''}not understood: {words}"
        elif not request.stages and not line:
            line = "nothing was understood; try for example: darker, more tension for two minutes"
        return Said(text, sample, request, line)
