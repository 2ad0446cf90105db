"""Compile the arithmetic of the hot paths; the functions stay plain Python for a reader and a debugger.

Source: no formula of its own.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])
THREADS = 2


def compiled(function: Function) -> Function:
    """Compile to machine code at the first call, kept on disk; it runs without the interpreter's lock."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))


def compiled_sums(function: Function) -> Function:
    """``compiled`` for sums of measured figures, which may be added in any order; never for money.

    The order is the machine's choice, so results agree to about 15 digits between machines, not to the last.
    """
    free = {"reassoc", "contract", "nsz"}
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=free)(function))


def in_parts(count: int, work: Callable[[slice], object]) -> None:
    """Share ``count`` items out to the threads: ``work`` is called with one slice of them in each."""
    bounds = [count * part // THREADS for part in range(THREADS + 1)]
    parts = [slice(low, high) for low, high in pairwise(bounds) if low < high]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, parts))
