"""Compile the arithmetic of the hot paths; the functions stay plain Python for a reader and a debugger.

Source: no formula of its own.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile to machine code at the first call, kept on disk; it runs without the interpreter's lock."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))
