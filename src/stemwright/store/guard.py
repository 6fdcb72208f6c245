"""What a part of the folder asks for around each of its writes: a context in which it is the only writer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

Guard = Callable[[], AbstractContextManager[Any]]
