"""ONNX Runtime sessions: one thread unless asked, in order, with deterministic kernels."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import StemwrightError
from stemwright.models.onnx_checks import check_graph
from stemwright.models.packed import unpacked_graph

if TYPE_CHECKING:
    import onnxruntime

MAX_GRAPH = 1 << 30  # bytes
_LIBRARIES = (
    "libonnxruntime.so*",
    "libonnxruntime.*.dylib",
    "onnxruntime.dll",
    "onnxruntime_pybind11_state*.so",
)
"""Where the C interface is, on Linux, macOS and Windows; the last one in older packages."""


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session with execution guards: sequential, deterministic, no spinning threads.

    What is loaded are the very bytes that were checked (`onnx_checks`), with packed weights as float32
    (`models.packed`). StemwrightError for any other file.
    """
    import onnxruntime

    data = read_graph(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise StemwrightError(
            f"{path}: ONNX Runtime cannot load it ({first_line(error)}); get the bundle again"
        ) from error


def read_graph(path: Path) -> bytes:
    """The bytes of a graph that was checked, for a session. StemwrightError for any other file."""
    try:
        if path.stat().st_size > MAX_GRAPH:
            raise StemwrightError(f"{path}: larger than {MAX_GRAPH} bytes; get the bundle again")
        data = path.read_bytes()
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be read ({error.strerror}); get the bundle again") from None
    check_graph(data, str(path))
    return unpacked_graph(data, str(path))


def library() -> Path:
    """The file of ONNX Runtime's C interface that its package brings, for our native part to open.

    StemwrightError where there is none; the package is not imported.
    """
    spec = find_spec("onnxruntime")
    folders = [Path(place) / "capi" for place in (spec.submodule_search_locations if spec else None) or ()]
    for pattern in _LIBRARIES:
        for folder in folders:
            found = sorted(folder.glob(pattern))
            if found:
                return found[-1]
    raise StemwrightError("onnxruntime: its package has no library with a C interface; install it again")


def first_line(error: Exception) -> str:
    """What an error says, in one short line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
