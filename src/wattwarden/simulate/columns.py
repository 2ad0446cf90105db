"""Turn numpy columns into Arrow columns of the contract's types, without a Python loop over rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wattwarden.domain.errors import fail
from wattwarden.domain.quantities import QUANTITIES
from wattwarden.simulate.plan import EPOCH, Ints

NULL = int(np.iinfo(np.int64).min)
"""In an integer column: absent."""

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Fixed:
    """Exact decimals as whole numbers of 10^-``digits``."""

    values: npt.NDArray[np.integer]
    digits: int


@dataclass(frozen=True)
class Codes:
    """Codes as positions in ``names``; a negative position is absent."""

    index: npt.NDArray[np.integer]
    names: Sequence[str]


Values: TypeAlias = npt.NDArray[Any] | Fixed | Codes | pa.Array
Frame = dict[str, Values]
"""Columns of one table, all of the same length."""


def without(frame: Frame, dropped: npt.NDArray[np.bool_]) -> Frame:
    """A frame less the rows that are dropped."""
    kept = ~dropped

    def some(values: Values) -> Values:
        if isinstance(values, Fixed):
            return Fixed(values.values[kept], values.digits)
        if isinstance(values, Codes):
            return Codes(values.index[kept], values.names)
        return values.filter(pa.array(kept)) if isinstance(values, pa.Array) else values[kept]

    return {name: some(values) for name, values in frame.items()}


def arrow_type(kind: str) -> pa.DataType:
    """Arrow type of a contract type (a key of ``QUANTITIES``)."""
    quantity = QUANTITIES[kind]
    if quantity.scale is not None:
        return pa.decimal128(int(quantity.sql.removeprefix("DECIMAL(").split(",")[0]), quantity.scale)
    plain = {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DATE": pa.date32()}
    return plain.get(quantity.sql, pa.timestamp("us"))


def decimals(values: npt.NDArray[np.integer], precision: int, scale: int) -> pa.Array:
    """decimal128 array from whole numbers of 10^-``scale``; ``NULL`` is absent."""
    low = np.ascontiguousarray(values, dtype=np.int64)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0] = low
    words[:, 1] = low >> 63
    absent = low == NULL
    validity = pa.py_buffer(np.packbits(~absent, bitorder="little")) if absent.any() else None
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(low), [validity, pa.py_buffer(words)])


def ids(prefix: str, numbers: npt.NDArray[np.integer], digits: int) -> pa.Array:
    """``prefix`` and each number in ``digits`` places, as an Arrow string array."""
    rest = np.ascontiguousarray(numbers, dtype=np.int64)
    head = prefix.encode()
    text = np.empty((len(rest), len(head) + digits), dtype=np.uint8)
    text[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
    for place in range(text.shape[1] - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(text) + 1, dtype=np.int32) * text.shape[1]
    return pa.Array.from_buffers(pa.string(), len(text), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def column(kind: str, values: Values, subject: str) -> pa.Array:
    """One Arrow column of contract type ``kind``.

    Raises:
        WattwardenError: the values are of a kind that the type does not take.
    """
    target = arrow_type(kind)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values if values.type == target else values.cast(target)
    if isinstance(values, Codes):
        return _coded(values)
    if isinstance(values, Fixed) or pa.types.is_decimal(target):
        return _decimal_column(target, values, subject)
    if values.dtype == np.bool_:
        return pa.array(values)
    if not np.issubdtype(values.dtype, np.integer):
        raise fail(subject, found=str(values.dtype), expected=f"whole numbers for {kind}")
    return _whole_column(target, values.astype(np.int64))


def _coded(values: Codes) -> pa.Array:
    index = pa.array(values.index.astype(np.int32), mask=values.index < 0)
    return pa.array(list(values.names), type=pa.string()).take(index)


def _decimal_column(target: pa.DataType, values: npt.NDArray[Any] | Fixed, subject: str) -> pa.Array:
    if isinstance(values, Fixed):
        factor = 10 ** (target.scale - values.digits)
        whole = values.values.astype(np.int64)
        return decimals(np.where(whole == NULL, NULL, whole * factor), target.precision, target.scale)
    if not np.issubdtype(values.dtype, np.number):
        raise fail(subject, found=str(values.dtype), expected="numbers")
    if np.issubdtype(values.dtype, np.integer):
        return _decimal_column(target, Fixed(values, 0), subject)
    real = values.astype(np.float64)
    known = np.isfinite(real)
    scaled = np.rint(np.where(known, real, 0.0) * 10.0**target.scale).astype(np.int64)
    return decimals(np.where(known, scaled, NULL), target.precision, target.scale)


def _whole_column(target: pa.DataType, values: Ints) -> pa.Array:
    absent = values == NULL
    mask = absent if absent.any() else None
    if pa.types.is_boolean(target):
        return pa.array(values == 1, mask=mask)
    if pa.types.is_date(target):
        return pa.array(np.where(absent, 0, values).astype(np.int32), mask=mask, type=pa.int32()).cast(target)
    if pa.types.is_timestamp(target):
        return pa.array(np.where(absent, 0, values) * MICROSECONDS, mask=mask, type=pa.int64()).cast(target)
    return pa.array(values, mask=mask, type=target)


def from_rows(kinds: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> dict[str, pa.Array]:
    """Arrow columns from rows as mappings; a column that a row does not name is absent there.

    Raises:
        WattwardenError: a row names a column that ``kinds`` does not have.
    """
    unknown = {name for row in rows for name in row} - set(kinds)
    if unknown:
        raise fail("simulated rows", found=f"columns {sorted(unknown)}", expected=f"some of {sorted(kinds)}")
    return {name: scalars(kind, [row.get(name) for row in rows]) for name, kind in kinds.items()}


def scalars(kind: str, values: Sequence[object]) -> pa.Array:
    """One Arrow column of contract type ``kind`` from Python values; None is absent."""
    target = arrow_type(kind)
    if not pa.types.is_decimal(target):
        return pa.array([_plain(value) for value in values], type=target)
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return column(kind, numbers, kind)


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def seconds(when: datetime) -> int:
    """Seconds of a wall-clock time since 1970-01-01 00:00 of the same clock."""
    return (when.date() - EPOCH).days * 86_400 + when.hour * 3_600 + when.minute * 60 + when.second
