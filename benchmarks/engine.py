"""The engine's figures as a page and a picture, from what `stemwright bench engine --out FILE` wrote.

    stemwright bench engine --out engine.json
    python benchmarks/engine.py engine.json [--folder benchmarks]

writes engine.md and engine.png into the folder.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from stemwright.bench.report import ReportSection, notes, sections

HOW = """Made by `stemwright bench engine --out engine.json` and `python benchmarks/engine.py engine.json`.

Everything stands side by side in one run. For each shape of a performer, random weights are written
once, and every contestant is a process of its own that decodes them. First the logits of eight steps are
compared: all compute the same. Then the contestants decode in turn, round by round, each round beginning
with another one, with the cache filled to the length given; who has had its turn waits until its threads
sleep. The machine's read bandwidth for each working set is measured in the same rounds, in large pages,
with one stream a thread or four, whichever is faster. A rival tries its variants first and takes the
fastest. Layers that differ in the columns of their conditioning alone share a row, measured with the
most columns."""
COLOURS = {
    "engine-int8": "#1e8449",
    "engine-fp32": "#7dcea0",
    "pytorch": "#c0392b",
    "ort-fp32": "#5d6d7e",
    "ort-int8": "#aeb6bf",
}
PANELS = ("base", "small")


def page(result: dict[str, Any]) -> str:
    """The whole of engine.md."""
    machine, rows = result["machine"], result["rows"]
    found = sections(machine, rows)
    reached = [section for section in found if section.title == "to reach"]
    parts = [
        "# The engine beside others",
        HOW,
        "![Milliseconds a step, one thread](engine.png)",
        _machine(machine),
    ]
    parts += [_table(section) for section in [*reached, *(s for s in found if s not in reached)]]
    parts += ["## Notes", "\n".join(f"- {line}" for line in notes(machine, rows))]
    return "\n\n".join(parts) + "\n"


def _machine(machine: dict[str, Any]) -> str:
    versions = {**machine["versions"], **machine["rivals"]}
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    size = f"{machine['cores']} cores, {machine['memory_mb']} MB"
    return f"Machine: {machine['processor']}, {size}, {machine['isa']}; {listed}."


def _table(section: ReportSection) -> str:
    lines = [f"## {section.title[0].upper()}{section.title[1:]}", ""]
    lines.append("| " + " | ".join(section.columns) + " |")
    lines.append("| " + " | ".join("---" for _ in section.columns) + " |")
    lines += ["| " + " | ".join(row) + " |" for row in section.rows]
    return "\n".join(lines)


def picture(result: dict[str, Any], path: Path) -> None:
    """Milliseconds a step, one thread and one take, a panel a preset; lines where reading alone would end."""
    rows = [row for row in result["rows"] if row["kind"] == "step" and row["batch"] == row["threads"] == 1]
    groups = [[row for row in rows if row["preset"] == name and "bass" in row["layers"]] for name in PANELS]
    groups = [group for group in groups if group]
    if not groups:
        raise SystemExit(f"{path.name}: no step of base or small with one take and one thread was measured")
    figure, axes = plt.subplots(1, len(groups), figsize=(6.5 * len(groups), 4.6), squeeze=False)
    for axis, group in zip(axes[0], groups, strict=True):
        _panel(axis, group)
    bound = plt.Line2D([], [], color="black", lw=2, label="reading weights and cache at measured bandwidth")
    figure.legend(handles=[bound], loc="lower center", frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(path, dpi=120)


def _panel(axis: Any, rows: list[dict[str, Any]]) -> None:
    rows = sorted(rows, key=lambda row: (row["cache"], row["ms"]))
    place, ticks, labels, last = 0.0, [], [], None
    for row in rows:
        if last not in (None, row["cache"]):
            place += 0.8
        last = row["cache"]
        axis.barh(place, row["ms"], color=COLOURS[row["contestant"]], height=0.8)
        axis.plot([row["read_ms"]] * 2, [place - 0.4, place + 0.4], color="black", lw=2)
        axis.text(row["ms"], place, f" {row['ms']:.1f}", va="center", fontsize=9)
        ticks.append(place)
        labels.append(f"{row['title']}, {row['cache']}")
        place += 1
    axis.set_yticks(ticks, labels, fontsize=9)
    axis.invert_yaxis()
    axis.set_xlim(0, max(row["ms"] for row in rows) * 1.12)
    axis.set_xlabel("ms a step, one thread, one take (13.3 is real time)")
    layers = ", ".join(rows[0]["layers"])
    axis.set_title(f"{rows[0]['preset']}: {layers}; cache of 1200 and 2360 frames", fontsize=10)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    result = json.loads(options.results.read_text(encoding="utf-8"))
    (options.folder / "engine.md").write_text(page(result), encoding="utf-8")
    picture(result, options.folder / "engine.png")


if __name__ == "__main__":
    main()
