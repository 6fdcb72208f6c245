"""Python examples of a page, run as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def ran(page: Path, where: Path) -> str:
    """What the examples of a page print, run in order in the folder `where` with the shipped weights."""
    examples = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STEMWRIGHT_")}
    done = subprocess.run(
        [sys.executable, "-c", examples],
        capture_output=True,
        text=True,
        cwd=where,
        env={**clean, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
