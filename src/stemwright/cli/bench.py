"""`bench`: how fast this machine makes music, beside what others could do with it."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines
from stemwright.cli.watching import watching
from stemwright.errors import UsageError

_Quick = Annotated[
    bool, typer.Option("--quick", help="A few cases, about a minute. Without: everything, about ten minutes.")
]
_Presets = Annotated[
    list[str] | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="tiny, small or base; may be repeated. Default: all, with --quick base.",
        show_default=False,
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the JSON object here too.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    family = typer.Typer(help="Measure this machine.", no_args_is_help=True)
    family.callback(epilog="Example: stemwright bench engine --quick")(lambda: None)
    family.command("engine", epilog="Example: stemwright bench engine --preset base --out engine.json")(
        engine
    )
    app.add_typer(family, name="bench")


def engine(quick: _Quick = False, preset: _Presets = None, json: opt.Json = False, out: _Out = None) -> None:
    """Decode random weights on the engine, PyTorch and ONNX Runtime, side by side in one run.

    All compute the same: their logits are compared first. The rivals need the
    training extra; they get their best settings, which are printed. The
    machine's read bandwidth is measured in between. Run nothing else meanwhile.
    """
    from stemwright.bench.benchmark import bench_engine

    if out is not None:
        _check(out)
    with watching() as watch:
        facts, rows = bench_engine(preset or [], quick, watch)
    result = {"machine": {**_machine(), **facts}, "rows": rows}
    if out is not None:
        out.write_text(jsonlib.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if json:
        emit_json(result)
    else:
        _show(result)


def _check(out: Path) -> None:
    """Before ten minutes of work rather than after."""
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError(f"--out: {out} is not a file in a folder that is there; name another")


def _machine() -> dict[str, Any]:
    from stemwright.work import machine
    from stemwright.work.cores import cores

    return {
        "processor": machine.processor(),
        "cores": cores(),
        "memory_mb": machine.memory_mb(),
        "versions": machine.versions(),
    }


def _show(result: dict[str, Any]) -> None:
    from rich.console import Console

    from stemwright.bench.table import tables

    machine = result["machine"]
    lines([f"{machine['processor']}, {machine['cores']} cores, {machine['memory_mb']} MB"])
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=150)
    console.print(tables(machine, result["rows"]))
