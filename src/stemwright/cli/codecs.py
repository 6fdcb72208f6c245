"""`import-codec`: a public codec's checkpoint becomes a codec bundle. Needs the import extra."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines, short
from stemwright.cli.watching import watching
from stemwright.errors import StemwrightError

if TYPE_CHECKING:
    from stemwright.training.importers.export import ImportedCodec

_Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER", help="The checkpoint: config.json, model.safetensors.", show_default=False
    ),
]
_Out = Annotated[Path, typer.Argument(metavar="OUT", help="The new bundle's folder.", show_default=False)]
_Kbit = Annotated[
    float, typer.Option("--kbit", metavar="N", help="At most so many kilobits a second: how many codebooks.")
]
_Name = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NAME", help="Default: by the codec, as encodec-24khz.", show_default=False
    ),
]
_Licence = Annotated[
    str | None,
    typer.Option(
        "--licence",
        metavar="TEXT",
        help="Licence of the weights. Default: what the folder's README says.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("import-codec", epilog="Example: stemwright import-codec encodec_24khz weights/encodec")(
        import_codec
    )


def import_codec(
    folder: _Folder,
    out: _Out,
    kbit: _Kbit = 6.0,
    name: _Name = None,
    licence: _Licence = None,
    json: opt.Json = False,
) -> None:
    """Make a codec bundle of a public EnCodec or DAC checkpoint (needs the import extra)."""
    try:
        from stemwright.training.importers.export import import_codec as run

        with watching() as watch:
            made = run(folder, out, kbit=kbit, name=name, licence=licence, watch=watch)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("stemwright"):
            raise
        raise StemwrightError(
            f"importing needs {error.name}: install the import extra, which brings torch too: "
            "pip install 'stemwright[import]'"
        ) from None
    if json:
        emit_json(_record(made))
    else:
        lines(_report(made))


def _record(made: ImportedCodec) -> dict[str, object]:
    bundle = made.bundle
    shape = bundle.manifest.architecture
    return {
        "bundle": str(bundle.path),
        "name": bundle.manifest.name,
        "sha256": bundle.sha256,
        "tokens_sha256": bundle.tokens_sha256,
        **{key: shape[key] for key in ("sample_rate", "hop", "codebooks", "codebook_size", "parameters")},
        "licences": list(bundle.manifest.licences),
        "equal_codes": made.equal_codes,
        "max_difference": made.max_difference,
    }


def _report(made: ImportedCodec) -> list[str]:
    bundle = made.bundle
    shape = bundle.manifest.architecture
    frames = shape["sample_rate"] / shape["hop"]
    return [
        f"{bundle.path}: codec {bundle.manifest.name}, {short(bundle.sha256)}; {shape['sample_rate']} Hz, "
        f"{frames:.4g} frames a second, {shape['codebooks']} codebooks of {shape['codebook_size']}",
        f"beside transformers: {100 * made.equal_codes:.2f}% of the codes equal, audio differs by at most "
        f"{made.max_difference:.1e}",
        f"licence of the weights: {', '.join(bundle.manifest.licences)}",
    ]
