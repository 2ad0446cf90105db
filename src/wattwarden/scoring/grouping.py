"""Small array helpers: sorted groups and what is done per group."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Groups:
    """Runs of equal keys in sorted rows.

    Attributes:
        starts: Position of the first row of each group.
        index: Number of the group of each row.
    """

    starts: Ints
    index: Ints

    @classmethod
    def of(cls, *keys: Ints) -> "Groups":
        """Groups of rows that are equal in all ``keys`` and lie together."""
        rows = len(keys[0])
        changed = np.zeros(rows, dtype=bool)
        if rows:
            changed[0] = True
        for key in keys:
            changed[1:] |= key[1:] != key[:-1]
        return cls(np.flatnonzero(changed), np.cumsum(changed) - 1)

    def total(self, values: Ints) -> Ints:
        """Sum per group."""
        return np.add.reduceat(values, self.starts) if len(values) else values[:0]

    def largest(self, values: Ints) -> Ints:
        """Maximum per group."""
        return np.maximum.reduceat(values, self.starts) if len(values) else values[:0]

    def product(self, values: Floats) -> Floats:
        """Product per group, in the order of the rows."""
        return np.multiply.reduceat(values, self.starts) if len(values) else values[:0]

    @property
    def sizes(self) -> Ints:
        """Rows per group."""
        return np.diff(np.append(self.starts, len(self.index)))

    def position(self) -> Ints:
        """Place of each row in its group, from 0."""
        return np.arange(len(self.index)) - self.starts[self.index]


def codes(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Number the strings of a column so that the numbers sort like the strings; NULL is -1."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    order = pc.sort_indices(encoded.dictionary).to_numpy(zero_copy_only=False)
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return rank[indices], encoded.dictionary.take(pa.array(order))


def ints(column: pa.ChunkedArray, absent: int) -> Ints:
    """Whole numbers of a column, with ``absent`` for NULL."""
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64()), absent).to_numpy(), dtype=np.int64)
