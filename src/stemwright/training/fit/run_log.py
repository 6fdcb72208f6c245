"""What a run writes down as it goes: `log.jsonl`, and event files for TensorBoard where they are asked for.

A line has `step`, `seconds` of training and `done`, the share of the budget; then either figures of a step,
its learning `rate` and `examples` a second, or `valid`, the held-out figures, and `held_out`, the number by
which the best weights are chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError, install

LOG = "log.jsonl"
OLD = "log.old.jsonl"
EVENTS = "tensorboard"
"""The folder of the event files, in the run's own."""


class RunLog:
    """The log of a run in the folder `out`. StemwrightError for `tensorboard` without the package."""

    def __init__(self, out: Path, tensorboard: bool) -> None:
        self.path, self.events = out / LOG, out / EVENTS
        self.writer = event_writer() if tensorboard else None
        self._open: Any = None

    def begin(self, step: int) -> None:
        """Go on from `step`: lines of later ones were written by a process that died before it saved what it
        had learnt, and come again. From step 0 on the log is new, and an older one is put aside.
        """
        if self.path.exists():
            if step == 0:
                self.path.replace(self.path.with_name(OLD))
            else:
                self._cut(step)
        if self.writer is not None:
            self._open = self.writer(str(self.events), purge_step=step + 1 if step else 0)

    def write(self, record: dict[str, Any]) -> None:
        """A line, with `step`."""
        line = _rounded(record)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
        if self._open is not None:
            for name, value in scalars(line):
                self._open.add_scalar(name, value, line["step"])
            self._open.flush()

    def end(self) -> None:
        """No more lines."""
        if self._open is not None:
            self._open.close()

    def _cut(self, step: int) -> None:
        text = self.path.read_text(encoding="utf-8", errors="replace")
        kept = "".join(line for line in text.splitlines(keepends=True) if _is_until(line, step))
        if kept != text:
            part = self.path.with_name(LOG + ".part")
            part.write_text(kept, encoding="utf-8")
            part.replace(self.path)


def event_writer() -> Any:
    """TensorBoard's writer. StemwrightError where the package is missing."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise StemwrightError(
            f"tensorboard=true needs tensorboard; install it: {install('tensorboard')}"
        ) from None
    return SummaryWriter


def scalars(line: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of a line by name: `train/loss`, `held_out`, `valid/bass.mel`, `valid/0`."""
    for name, value in line.items():
        if name == "valid":
            yield from _numbers("valid", value)
        elif name not in ("step", "judged"):
            yield from _numbers(name if "valid" in line else f"train/{name}", value)


def _numbers(name: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from _numbers(f"{name}/{key}", each)
    elif isinstance(value, int | float):
        yield name, float(value)


def _is_until(line: str, step: int) -> bool:
    """Whether a whole line is of this step or an earlier one."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return line.endswith("\n") and isinstance(found, dict) and found.get("step", 0) <= step


def _rounded(value: Any) -> Any:
    """Numbers of a log line to six digits."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
