"""Rows on their way into the lake, as one Arrow stream whose own errors are not lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TypeAlias

import duckdb
import pyarrow as pa

Rows: TypeAlias = pa.Table | Iterator[pa.RecordBatch]
"""A table, or batches of one schema that are made while they are read."""


class RowStream:
    """One pass over rows.

    DuckDB turns an exception of the iterator into an error of its own; ``own_errors`` brings back
    the exception that was raised.

    Args:
        rows: A table or an iterator of batches.
    """

    def __init__(self, rows: Rows) -> None:
        self._raised: Exception | None = None
        self.reader = rows.to_reader() if isinstance(rows, pa.Table) else self._from_batches(rows)
        """The stream; None for an iterator without a batch."""

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """Raise what the iterator raised in place of what DuckDB made of it."""
        try:
            yield
        except duckdb.Error:
            if self._raised is None:
                raise
            raise self._raised from None

    def _from_batches(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatchReader | None:
        first = next(batches, None)
        if first is None:
            return None
        return pa.RecordBatchReader.from_batches(first.schema, self._remembering(chain([first], batches)))

    def _remembering(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:
            self._raised = error
            raise
