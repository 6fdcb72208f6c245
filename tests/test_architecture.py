"""The rooms of the house and who may import whom (docs/design.md): downwards only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import stemwright

ROOT = Path(stemwright.__file__).parent

ALLOWED: dict[str, set[str]] = {
    "song": set(),
    "store": {"song"},
    "conditioning": {"song"},
    "models": {"song"},
    "native": {"song"},
    "codec": {"conditioning", "models", "native", "store", "song"},
    "perform": {"conditioning", "models", "native", "store", "song"},
    "compose": {"conditioning", "models", "native", "store", "song"},
    "mix": {"conditioning", "models", "native", "store", "song"},
    "instruments": {"models", "song"},
    "evaluation": {"song", "codec"},
    "bench": {"conditioning", "models", "native", "song"},
    "training": {"song", "conditioning", "models", "codec", "native", "compose", "evaluation", "bench"}
    | {"instruments", "perform"},
    "producer": {"perform", "compose", "mix", "codec", "conditioning", "models", "native", "store", "song"}
    | {"instruments"},
    "face": {"producer", "codec", "song"},
    "assess": {"producer", "perform", "compose", "mix", "codec", "conditioning", "models", "native", "store"}
    | {"song", "evaluation", "instruments"},
}
ALLOWED["cli"] = set(ALLOWED) - {"cli"}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def public(name: str) -> str:
    """The module that a name of the package itself comes from."""
    return f"stemwright.{stemwright._HOMES.get(name, name)}"


def imported_names(path: Path) -> set[str]:
    """Absolute names of everything that a module imports, at its top or inside functions."""
    package = ["stemwright", *path.relative_to(ROOT).parent.parts]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            names.update({module} if module != "stemwright" else {public(a.name) for a in node.names})
    return names


def room_of(path: Path) -> str | None:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else None


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    room = room_of(path)
    if room is None:
        return
    assert room in ALLOWED, f"room {room} is not in docs/design.md; add it there and here"
    rooms = {name.split(".")[1] for name in imported_names(path) if name.startswith("stemwright.")}
    rooms = {name for name in rooms if (ROOT / name).is_dir()}
    assert rooms - {room} <= ALLOWED[room]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_torch_stays_in_training_and_pickle_stays_out(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported_names(path)}
    assert not tops & {"pickle", "shelve", "marshal", "dill", "joblib"}
    if room_of(path) != "training":
        assert not tops & {"torch", "torchaudio", "torchvision"}


def test_the_command_line_starts_without_heavy_modules() -> None:
    code = (
        "import sys, stemwright.cli.main; "
        "print(sorted(set(sys.modules) & {'numpy', 'onnxruntime', 'soundfile', 'soxr', 'scipy', 'torch'}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
