"""Join the small files that daily imports leave behind, so that a scan opens few."""

from collections import defaultdict

import duckdb

from wattwarden.lake.delta import DataFile, DeltaFolder
from wattwarden.lake.drafts import Drafts
from wattwarden.lake.schema import Layout, literal

SMALL_BYTES = 16_000_000
MANY_FILES = 16


def compact(
    folder: DeltaFolder, layout: Layout | None, connection: duckdb.DuckDBPyConnection, drafts: Drafts
) -> int:
    """Rewrite each month that has many small files; the rows stay the same.

    The small files stay on disk, because older lake versions name them.

    Args:
        folder: The table.
        layout: Its shape; None for a table of the lake's own, which is left as it is appended.
        connection: Where the rows are sorted.
        drafts: Where files are written until they are complete.

    Returns:
        Number of files that were joined.
    """
    small: dict[str | None, list[DataFile]] = defaultdict(list)
    for file in folder.listing():
        if file.bytes < SMALL_BYTES:
            small[file.month].append(file)
    removed: list[DataFile] = []
    added: list[DataFile] = []
    for month, files in sorted(small.items(), key=lambda item: item[0] or ""):
        if len(files) < MANY_FILES:
            continue
        listed = ", ".join(map(literal, folder.paths(files)))
        order = f"ORDER BY {layout.order}" if layout else ""
        select = (
            f"SELECT * FROM read_parquet([{listed}], union_by_name = true, hive_partitioning = false) {order}"
        )
        added += folder.write(connection, select, month, drafts)
        removed += files
    if removed:
        folder.replace(added, removed, same_rows=True)
        drafts.settle()
    return len(removed)
