"""Write Excel templates of contract tables."""

from collections.abc import Sequence
from pathlib import Path

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Language
from wattwarden.lake.import_settings import import_settings
from wattwarden.lake.template import write_template


def write_templates(
    names: Sequence[str], language: Language, folder: Path | None, workbook: Path | None
) -> list[Path]:
    """Write one workbook per table into ``folder``, or all tables into ``workbook``; return what was written.

    Args:
        names: Tables; none for all.
        language: Language of the drop-down lists.
        folder: Folder for one workbook per table.
        workbook: One workbook for all tables.

    Raises:
        WattwardenError: an unknown table, or neither or both of folder and workbook.
    """
    sources = contract().source_tables
    unknown = [name for name in names if name not in sources]
    if unknown:
        raise fail(f"table {unknown[0]}", found="no such table", expected=", ".join(sources))
    if (folder is None) == (workbook is None):
        raise fail("template", found="no single target", expected="either --out FOLDER or --xlsx FILE")
    tables = [sources[name] for name in names or sources]
    if workbook is not None:
        workbook.parent.mkdir(parents=True, exist_ok=True)
        write_template(workbook, tables, import_settings(), language)
        return [workbook]
    written = []
    for table in tables:
        target = Path(str(folder)) / f"{table.name}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_template(target, [table], import_settings(), language)
        written.append(target)
    return written
