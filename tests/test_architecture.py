"""The rooms of the house and who may import whom (docs/design.md): downwards only."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import stemwright

ROOT = Path(stemwright.__file__).parent

ROOMS: dict[str, str] = {  # room -> the rooms that it imports, no more and no fewer
    "work": "",
    "song": "",
    "notation": "song",
    "store": "song",
    "words": "song",
    "conditioning": "song",
    "models": "song",
    "native": "models work",
    "codec": "models native song",
    "perform": "conditioning models native song",
    "flow": "codec conditioning models native song",
    "compose": "models song",
    "symbolic": "compose models native song",
    "mix": "native song store",
    "instruments": "models song",
    "evaluation": "models song",
    "recordings": "evaluation mix song",
    "bench": "conditioning models native song work",
    "corpus": "compose evaluation notation song store",
    "text": "models song",
    "producer": "codec compose conditioning flow instruments mix models native perform song store symbolic "
    "text words work",
    "editing": "codec compose mix producer recordings song store work",
    "playback": "mix native producer song store work",
    "live": "models native song symbolic words",
    "dataset": "codec compose conditioning corpus evaluation instruments models perform song store work",
    "exchange": "compose evaluation mix models notation producer song store work",
    "shown": "codec compose conditioning editing models native perform producer song store symbolic work",
    "training": "bench codec compose conditioning corpus dataset evaluation exchange flow instruments live "
    "models native perform recordings song store symbolic text work",
    "assess": "codec compose conditioning corpus evaluation exchange flow instruments live mix models "
    "native perform producer song symbolic text work",
    "face": "codec editing exchange models playback producer shown song training work",
    "cli": "assess bench codec corpus dataset evaluation exchange face instruments live models "
    "producer shown song training work",
}
LARGEST = 0.16
"""The share of the package's lines that a room may have."""
LINES = 400
"""Lines that a file may have."""


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def public(name: str) -> str:
    """The module that a name of the package itself comes from."""
    return f"stemwright.{stemwright._HOMES.get(name, name)}"


def submodule(module: str, name: str) -> str:
    """What `from module import name` imports: the module of that name in it, or the module itself."""
    path = ROOT.parent.joinpath(*module.split("."), name)
    return f"{module}.{name}" if path.with_suffix(".py").is_file() or path.is_dir() else module


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
            if module == "stemwright":
                names.update(public(alias.name) for alias in node.names)
            else:
                names.update(submodule(module, alias.name) for alias in node.names)
    return names


def room_of(path: Path) -> str | None:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else None


def targets(path: Path) -> set[str]:
    """The modules of the package that a module imports, as dotted names."""
    return {name for name in imported_names(path) if name.startswith("stemwright.")}


def rooms_of(path: Path) -> set[str]:
    rooms = {name.split(".")[1] for name in targets(path)}
    return {name for name in rooms if (ROOT / name).is_dir()} - {room_of(path)}


def test_every_arrow_is_one_that_the_house_has() -> None:
    found: dict[str, set[str]] = {
        path.name: set() for path in ROOT.iterdir() if (path / "__init__.py").is_file()
    }
    for path in modules():
        room = room_of(path)
        if room is not None:
            found[room] |= rooms_of(path)
    assert {room: " ".join(sorted(arrows)) for room, arrows in found.items()} == ROOMS


def test_whatever_is_imported_is_there() -> None:
    """Also in functions, which no other test may call."""
    there = {path.relative_to(ROOT).with_suffix("").parts for path in modules()}
    there |= {parts[:-1] for parts in there if parts[-1] == "__init__"}
    for path in modules():
        missing = {name for name in targets(path) if tuple(name.split(".")[1:]) not in there}
        built = {"stemwright.native._engine", "stemwright.native._live", "stemwright.__version__"}
        assert not missing - built, path


def test_arrows_point_downwards() -> None:
    """In the order of ROOMS each room imports earlier ones alone."""
    order = list(ROOMS)
    for room, arrows in ROOMS.items():
        assert all(order.index(arrow) < order.index(room) for arrow in arrows.split()), room


def test_no_circles_in_rooms() -> None:
    def module(path: Path) -> str:
        parts = path.relative_to(ROOT).with_suffix("").parts
        return ".".join(["stemwright", *(part for part in parts if part != "__init__")])

    arrows = {module(path): path for path in modules()}
    graph = {name: {arrow for arrow in targets(path) if arrow in arrows} for name, path in arrows.items()}
    TopologicalSorter({name: found - {name} for name, found in graph.items()}).prepare()  # raises CycleError


def test_rooms_and_files_stay_small() -> None:
    sources = [path for kind in ("*.py", "*.cpp", "*.h") for path in ROOT.rglob(kind)]
    sources = [path for path in sources if "third_party" not in path.parts]
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in sources}
    assert {path: count for path, count in lines.items() if count > LINES} == {}
    total = sum(lines.values())
    for room in ROOMS:
        assert sum(count for path, count in lines.items() if room_of(path) == room) < LARGEST * total, room


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
