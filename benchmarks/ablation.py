"""What each choice in the codec's network is worth: equal trainings at half width, and speed at full size.

    python benchmarks/ablation.py DATA OUT [--steps 800] [--batch 8] [--only NAME,...] [--json FILE]

Every variant differs from the shipped network in one thing. Its half-width twin (a quarter of the
arithmetic) sees the same batches for the same steps from nothing, without judges; the figures are those of
held-out clips (``stemwright.training.codec.validation``). Speed and size are those of
the full network, exported, with random weights: variants take turns on one thread, and the medians of
processor seconds over seconds of sound are reported. Trainings lie in OUT/<name>; stopped, they go on.
"""

import argparse
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
import torch

from stemwright.training.codec.export import write_graphs
from stemwright.training.codec.model import HOP, SAMPLE_RATE, CodecConfig, CodecModel
from stemwright.training.codec.recipe import train_codec
from stemwright.training.codec.trainer import Recipe

VARIANTS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "convolutional decoder": {"decoder": "convolutions", "decoder_blocks": 7},
    "GELU": {"activation": "gelu"},
    "snake": {"activation": "snake"},
    "9 codebooks of 512": {"codebook_size": 512, "codebooks": 9},
    "10 codebooks of 256": {"codebook_size": 256, "codebooks": 10},
}
HALF = {"width": 192, "channels": (24, 64, 128, 192)}
SECONDS, TURNS = 10, 9

Row = dict[str, float]


def held_out(name: str, data: Path, out: Path, steps: int, batch: int, threads: int | None) -> Row:
    """Figures at 6 kbit/s of a variant's half-width twin after its training."""
    figures = train_codec(
        data,
        out / name.replace(" ", "-"),
        steps=steps,
        threads=threads,
        config=replace(CodecConfig(), **HALF, **VARIANTS[name]),
        recipe=Recipe(batch=batch, adversary=0.0, valid_minutes=1e9),
        export=False,
        report=lambda line: print(f"{name}: {line}", flush=True),
    )
    kept = {k: float(figures[k]) for k in ("total", "mel", "spectrum", "wave", "si_snr")}
    return {**kept, "usage": min(figures["usage"])}


def speeds(names: list[str]) -> dict[str, Row]:
    """Size and real-time factors of the full networks, which take turns on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    frames = SECONDS * SAMPLE_RATE // HOP
    rng = np.random.default_rng(0)
    audio = 0.1 * rng.standard_normal((1, frames * HOP)).astype(np.float32)
    rows: dict[str, Row] = {}
    sessions: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {}
    for name in names:
        model = CodecModel(replace(CodecConfig(), **VARIANTS[name]))
        torch.nn.init.normal_(model.quantiser.codebooks)
        config = model.config
        given = {
            "encoder": {"audio": audio},
            "decoder": {
                "codes": rng.integers(0, config.codebook_size, (1, config.codebooks, frames), dtype=np.int64)
            },
        }
        with TemporaryDirectory() as folder:
            write_graphs(model, Path(folder))
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
            for part, values in given.items():
                graph = onnxruntime.InferenceSession(str(Path(folder) / f"{part}.onnx"), options)
                sessions[name, part] = graph, values
        rows[name] = {
            "parameters": sum(p.numel() for p in model.parameters()) / 1e6,
            "tables": model.quantiser.codebooks.numel() / 1e6,
            "megabytes": size,
        }
    spent: dict[tuple[str, str], list[float]] = {key: [] for key in sessions}
    for _ in range(TURNS):
        for key, (graph, values) in sessions.items():
            start = time.thread_time()
            graph.run(None, values)
            spent[key].append((time.thread_time() - start) / SECONDS)
    for (name, part), found in spent.items():
        rows[name][part] = float(np.median(found))
    return rows


COLUMNS = {
    "mel": ("mel distance", 3),
    "si_snr": ("SI-SNR, dB", 1),
    "total": ("whole loss", 3),
    "usage": ("least usage", 2),
    "parameters": ("parameters, M", 1),
    "tables": ("of them codebooks, M", 2),
    "megabytes": ("MB", 1),
    "encoder": ("encode RTF", 4),
    "decoder": ("decode RTF", 4),
}


def markdown(rows: dict[str, Row]) -> str:
    """A table: variants down, figures across."""
    lines = [
        "| | " + " | ".join(title for title, _ in COLUMNS.values()) + " |",
        "| --- " * (len(COLUMNS) + 1) + "|",
    ]
    for name, row in rows.items():
        cells = [f"{row[key]:.{digits}f}" for key, (_, digits) in COLUMNS.items()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=8, help="seconds of sound a step")
    parser.add_argument("--only", default=None, help=f"some of {', '.join(VARIANTS)}")
    parser.add_argument("--threads", type=int, default=None, help="of training")
    parser.add_argument("--json", type=Path, default=None)
    args = parser.parse_args()
    names = args.only.split(",") if args.only else list(VARIANTS)
    if unknown := [name for name in names if name not in VARIANTS]:
        raise SystemExit(f"--only {unknown[0]!r}: no such variant; there are {', '.join(VARIANTS)}")
    trained = {
        name: held_out(name, args.data, args.out, args.steps, args.batch, args.threads) for name in names
    }
    rows = {name: {**trained[name], **row} for name, row in speeds(names).items()}
    print(markdown(rows))
    if args.json:
        shipped = asdict(CodecConfig())
        result = {"steps": args.steps, "batch": args.batch, "half": HALF, "shipped": shipped, "rows": rows}
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
