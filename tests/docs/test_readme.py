"""README and CONTRIBUTING: short; links and paths lead somewhere; the example and the commands are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import stemwright
from stemwright.cli.commands_page import commands_page
from support.examples import ran

ROOT = Path(__file__).parents[2]
PACKAGE = Path(stemwright.__file__).parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "docs/results.md", "docs/python.md", "docs/design.md")


def test_it_is_short() -> None:
    assert len(README.split()) <= 700


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert links and [link for link in links if not (page.parent / link).exists()] == []


def test_the_python_example_runs(tmp_path: Path) -> None:
    printed = ran(ROOT / "README.md", tmp_path)
    assert Path(tmp_path / printed.strip()).is_file()


def test_every_command_that_it_names_exists() -> None:
    known = set(re.findall(r"^## ([a-z-]+)", commands_page(), re.MULTILINE))
    named = set(re.findall(r"^stemwright ([a-z-]+)", README, re.MULTILINE))
    assert len(named) >= 4 and named <= known


def test_the_map_leads_to_files() -> None:
    """Every path that CONTRIBUTING.md names; a bare file name is in the folder of the path before it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    before = PACKAGE
    for path in re.findall(r"`([\w./-]+(?:\.py|/))`", text):
        found = [base / path for base in (PACKAGE, ROOT, before) if (base / path).exists()]
        assert found, path
        before = found[0] if path.endswith("/") else found[0].parent


def test_the_run_time_environment_is_held_where_it_is_said() -> None:
    checks, page = ((ROOT / name).read_text(encoding="utf-8") for name in (".ci/run", "CONTRIBUTING.md"))
    (bound,) = re.findall(r'"\$size" -le ([0-9]+) ', checks)
    assert int(bound) <= 320 and f"at most {bound} MB" in page
