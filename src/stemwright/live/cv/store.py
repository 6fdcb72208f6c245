"""Calibrations on disk: one TOML file a device, in `cv` of the user's config folder.

device = "ES-8"
[outputs.1]
gain = 1.0049
offset = 0.0221
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.live.config import own_folder, parse_toml, plain_name, read_limited
from stemwright.live.cv.calibration import EXACT, Calibration
from stemwright.live.numbers import finite

MAX_BYTES = 64 * 1024
MAX_CHANNELS = 64


@dataclass(slots=True)
class DeviceCalibration:
    """Of one device, by channel from 1. Channels that are not there are taken as exact."""

    device: str
    outputs: dict[int, Calibration] = field(default_factory=dict)
    inputs: dict[int, Calibration] = field(default_factory=dict)

    def output(self, channel: int) -> Calibration:
        """That of an output channel, from 1."""
        return self.outputs.get(channel, EXACT)

    def input(self, channel: int) -> Calibration:
        """That of an input channel, from 1."""
        return self.inputs.get(channel, EXACT)


def folder() -> Path:
    """Where the files are, there or not."""
    return own_folder("cv")


def file_of(device: str) -> Path:
    """The file of a device: its name as far as file names may have it, and a few digits of its SHA-256, so
    that no two devices share one.
    """
    plain = plain_name(device, 40) or "device"
    return folder() / f"{plain}-{hashlib.sha256(device.encode()).hexdigest()[:8]}.toml"


def load(device: str) -> DeviceCalibration:
    """What is stored of a device; nothing where there is no file. UsageError names file and field that are
    wrong.
    """
    path = file_of(device)
    if not path.exists():
        return DeviceCalibration(device)
    data = read_limited(path, MAX_BYTES)
    try:
        return _parsed(data, device)
    except UsageError as error:
        raise UsageError(f"{path}: {error.marked}; calibrate again, or mend or delete the file") from None


def save(calibration: DeviceCalibration) -> Path:
    """Store it, whole or not at all; gives its file. StemwrightError where that cannot be written."""
    path = file_of(calibration.device)
    lines = [f"device = {json.dumps(calibration.device)}"]
    for side in ("outputs", "inputs"):
        for channel, each in sorted(getattr(calibration, side).items()):
            lines += ["", f"[{side}.{channel}]", f"gain = {each.gain!r}", f"offset = {each.offset!r}"]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".cv-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from None
    return path


def _parsed(data: bytes, device: str) -> DeviceCalibration:
    sheet = parse_toml(data, MAX_BYTES, "a calibration")
    for key in sheet:
        if key not in ("device", "outputs", "inputs"):
            raise UsageError(f"{key[:40]}: is not known; there are device, outputs and inputs")
    if sheet.get("device") != device:
        raise UsageError(f"device: {shown(sheet.get('device'))} is not {shown(device)}")
    return DeviceCalibration(device, _side(sheet, "outputs"), _side(sheet, "inputs"))


def _side(sheet: Mapping[str, Any], side: str) -> dict[int, Calibration]:
    found = sheet.get(side, {})
    if not isinstance(found, Mapping):
        raise UsageError(f"{side}: should be tables by channel")
    out = {}
    for name, each in found.items():
        if not re.fullmatch(r"[0-9]{1,2}", name) or not 1 <= int(name) <= MAX_CHANNELS:
            raise UsageError(f"{side}.{name[:20]}: is not a channel from 1 to {MAX_CHANNELS}")
        if not isinstance(each, Mapping) or set(each) != {"gain", "offset"}:
            raise UsageError(f"{side}.{name}: should have gain and offset")
        for key, value in each.items():
            if finite(value) is None:
                raise UsageError(f"{side}.{name}.{key}: {shown(value)} is not a number")
        try:
            out[int(name)] = Calibration(float(each["gain"]), float(each["offset"]))
        except UsageError as error:
            raise UsageError(f"{side}.{name}.{error.marked}") from None
    return out
