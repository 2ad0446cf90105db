"""Read a Parquet file in place: its types are its own, its bytes are hashed, nothing is copied."""

import hashlib
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from wattwarden.domain.errors import fail
from wattwarden.lake.schema import literal
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.csv_file import check_header
from wattwarden.lake.sources.part import Part


def read_parquet(scratch: Scratch, path: Path, title: str, number: int) -> Part:
    """Describe a Parquet file as a part.

    Raises:
        WattwardenError: truncated, damaged, without rows, or no Parquet file at all.
    """
    try:
        names = pq.read_schema(path).names
        types = scratch.types(f"read_parquet({literal(str(path.resolve()))})")
        rows = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError, duckdb.Error) as error:
        raise fail(
            title,
            found=f"a damaged or truncated file: {str(error).splitlines()[0]}",
            expected="a Parquet file",
            action="Export or copy it again.",
        ) from error
    check_header(names, title)
    if rows == 0:
        raise fail(title, found="no row", expected="at least one row", action="Export it again.")
    return Part(number, title, "", digest(path), path.resolve(), types, rows)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
