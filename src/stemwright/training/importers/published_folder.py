"""A published checkpoint's folder: `config.json`, `preprocessor_config.json`, `model.safetensors`.

Nothing of it is run: the numbers of the configuration are read one by one, within bounds, and weights come
from safetensors alone, never from a pickle.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.song.sealed import strict_json

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
WEIGHTS = "model.safetensors"
MAX_TEXT = 1 << 20  # bytes of a configuration or a README
MAX_WEIGHTS = 2 << 30  # bytes
MAX_HOP = 4096  # samples of a frame
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.th")
_LICENCE = re.compile(r"license:[ \t]*[\"']?([A-Za-z0-9][A-Za-z0-9.+-]{0,63})[\"']?[ \t]*\r?")


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder says of itself; `licence` is its README's, "" where that names none."""

    path: Path
    config: Mapping[str, Any]
    preprocessor: Mapping[str, Any]
    licence: str

    @property
    def weights(self) -> Path:
        """The file of weights."""
        return self.path / WEIGHTS

    def whole(self, field: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number of the configuration. UsageError outside the bounds."""
        value = self.config.get(field, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(field, f"must be a whole number, {low} to {high}")
        return value

    def ratios(self, field: str) -> tuple[int, ...]:
        """The strides: 1 to 8 whole numbers from 2 to 16. UsageError for others."""
        value = self.config.get(field)
        if not isinstance(value, list) or not 1 <= len(value) <= 8:
            raise self.wrong(field, "must be a list of 1 to 8 strides")
        if not all(isinstance(n, int) and not isinstance(n, bool) and 2 <= n <= 16 for n in value):
            raise self.wrong(field, "must hold whole numbers, 2 to 16")
        if math.prod(value) > MAX_HOP:
            raise self.wrong(field, f"must multiply to at most {MAX_HOP} samples a frame")
        return tuple(value)

    def power_of_two(self, field: str, default: int | None = None) -> int:
        """A codebook's size. UsageError unless a power of two from 2 to 32768."""
        value = self.whole(field, 2, 1 << 15, default)
        if value & (value - 1):
            raise self.wrong(field, "must be a power of two")
        return value

    def fixed(self, field: str, value: object, otherwise: str, default: object = None) -> None:
        """UsageError, which says `otherwise`, unless a field has the one value that can be imported."""
        found = self.config.get(field, default)
        if found != value or isinstance(found, bool) != isinstance(value, bool):
            raise self.wrong(field, otherwise)

    def wrong(self, field: str, what: str) -> UsageError:
        """The error of one field."""
        found = shown(self.config.get(field))
        return UsageError(f"{self.path / CONFIG}: field {field!r} is {found}: {what}")


def read_folder(path: Path) -> Folder:
    """Read what stands beside the weights, and see that they are there. UsageError in one line."""
    if not path.is_dir():
        raise UsageError(f"{path}: is not a folder; give the one that holds {CONFIG} and {WEIGHTS}")
    config = _object(path / CONFIG)
    _check_weights(path)
    preprocessor = _object(path / PREPROCESSOR) if (path / PREPROCESSOR).exists() else {}
    return Folder(path, config, preprocessor, _licence(path / "README.md"))


def check_preprocessor(folder: Folder, sample_rate: int) -> None:
    """UsageError where the preprocessor's file is of another sound than the configuration's."""
    for field, wanted in (("sampling_rate", sample_rate), ("feature_size", 1)):
        found = folder.preprocessor.get(field, wanted)
        if found != wanted:
            raise UsageError(
                f"{folder.path / PREPROCESSOR}: field {field!r} is {shown(found)}, {CONFIG} needs {wanted}: "
                "download the checkpoint again"
            )


def _check_weights(path: Path) -> None:
    weights = path / WEIGHTS
    if not weights.is_file():
        pickles = sorted(file.name for pattern in _PICKLES for file in path.glob(pattern))
        if (path / f"{WEIGHTS}.index.json").exists():
            raise UsageError(f"{path}: its weights are in several files: save them as one {WEIGHTS}")
        if pickles:
            raise UsageError(
                f"{path}: has {pickles[0]}, a pickle, which could run any program and is not read: download "
                f"{WEIGHTS} from where it came, or let transformers write it (save_pretrained)"
            )
        raise UsageError(f"{weights}: is missing; download it from where {CONFIG} came")
    if weights.stat().st_size > MAX_WEIGHTS:
        raise UsageError(f"{weights}: larger than {MAX_WEIGHTS} bytes, not a codec's weights")


def _object(path: Path) -> dict[str, Any]:
    try:
        record = strict_json(_text(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: not valid JSON ({ascii(str(error)[:80])[1:-1]}): download it again"
        ) from None
    if not isinstance(record, dict):
        raise UsageError(f"{path}: must hold a JSON object: download it again")
    return record


def _text(path: Path) -> str:
    if not path.is_file():  # a pipe would be waited on for ever
        raise UsageError(f"{path}: is missing; give the folder as it is published")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_TEXT + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > MAX_TEXT:
        raise UsageError(f"{path}: larger than {MAX_TEXT} bytes: download it again")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8 text: download it again") from None


def _licence(readme: Path) -> str:
    """What a model card's head says (`license:` between two lines `---`); "" where it says nothing."""
    if not readme.is_file():
        return ""
    text = _text(readme)
    if not text.startswith("---"):
        return ""
    for line in text.split("\n---", 1)[0].split("\n")[1:]:
        found = _LICENCE.fullmatch(line)
        if found:
            return found[1]
    return ""
