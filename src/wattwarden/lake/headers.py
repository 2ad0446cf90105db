"""Which table a file is, and which column a header means: by name, label in either language, or field."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import ARRIVED_AT, Contract, Table
from wattwarden.lake.import_settings import ImportSettings, plain
from wattwarden.lake.sources.part import Part
from wattwarden.lake.sources.xlsx_file import EXAMPLE_MARK

ENTRY_COLUMN = "Entry 隔离编号"
"""Column of an exported quarantine sheet that names the entry of each row."""
PROBLEM_COLUMNS = ("Problem column 问题列", "Found 发现", "Expected 应为")
"""Columns of an exported quarantine sheet that say what is wrong; they are not imported."""

_BRACKETS = re.compile(r"^(.*?)[(（\[【]\s*([^()（）\[\]【】]+?)\s*[)）\]】]$", re.DOTALL)
_BETWEEN = re.compile(r"\s*[|\n]\s*")
_REMAINDER = re.compile(r"[\W\d_年月日号季度期]*(part|copy|export|final|v)?[\W\d_年月日]*")


@dataclass(frozen=True)
class Meaning:
    """What a source column means.

    Args:
        column: Column of the contract, or ``arrived_at``.
        factor: Its numbers times this are in the unit of the contract.
    """

    column: str
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class Recognised:
    """What the header of a part says about one table.

    Args:
        table: The table.
        meanings: Meaning by source column.
        ignored: Source columns that mean nothing in this table.
        doubled: Contract columns that several source columns claim.
    """

    table: Table
    meanings: Mapping[str, Meaning]
    ignored: tuple[str, ...]
    doubled: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> list[str]:
        """Required columns that the header lacks."""
        there = {meaning.column for meaning in self.meanings.values()}
        return [name for name in self.table.columns if self.table.is_required(name) and name not in there]


def squeeze(name: str) -> str:
    """``name`` for comparison: no case, no spaces, no signs between words."""
    text = unicodedata.normalize("NFKC", name).casefold().strip().strip("*").strip()
    return re.sub(r"[\s_\-.,:;/'\"`]+", "", text)


class HeaderBook:
    """All names by which the tables of the contract and their columns are known."""

    def __init__(self, contract: Contract, settings: ImportSettings) -> None:
        self._tables = contract.source_tables
        self._settings = settings
        self._names = {name: _column_names(table) for name, table in self._tables.items()}
        self._table_names: dict[str, str] = {}
        for name, table in self._tables.items():
            for alias in (name, table.zh, table.en):
                self._table_names.setdefault(squeeze(alias), name)

    def recognise(self, part: Part, table: str) -> Recognised:
        """What the columns of ``part`` mean in ``table``."""
        meanings: dict[str, Meaning] = {}
        doubled: list[str] = []
        for name in part.columns:
            meaning = self.meaning(table, name)
            if meaning is None:
                continue
            if any(other.column == meaning.column for other in meanings.values()):
                doubled.append(meaning.column)
            meanings[name] = meaning
        skipped = {squeeze(name) for name in (EXAMPLE_MARK, ENTRY_COLUMN, *PROBLEM_COLUMNS)}
        ignored = tuple(
            name for name in part.columns if name not in meanings and squeeze(name) not in skipped
        )
        return Recognised(self._tables[table], meanings, ignored, tuple(doubled))

    def meaning(self, table: str, header: str) -> Meaning | None:
        """What one header means in ``table``; None when it means nothing."""
        for text in (header, *_BETWEEN.split(header.strip())):
            if found := self._meaning_of(table, text):
                return found
        return None

    def table_of(self, part: Part) -> Recognised:
        """The table that ``part`` holds: by the name of its sheet, file or folder, else by its columns.

        Raises:
            WattwardenError: no table, or more than one, fits.
        """
        folder = Path(part.file).parent.name
        for name in (part.name, Path(part.file).stem, folder):
            if table := self.table_named(name):
                return self.checked(self.recognise(part, table), part)
        return self.checked(self._by_columns(part), part)

    def table_named(self, name: str) -> str | None:
        """The table whose name or label ``name`` is, or begins with, apart from dates and numbers."""
        text = squeeze(name)
        for alias in sorted(self._table_names, key=len, reverse=True):
            if text.startswith(alias) and _REMAINDER.fullmatch(text.removeprefix(alias)):
                return self._table_names[alias]
        return None

    def checked(self, found: Recognised, part: Part) -> Recognised:
        """``found``, if its header can be used.

        Raises:
            WattwardenError: required columns are missing, or two columns mean the same.
        """
        if found.doubled:
            column = found.table.columns.get(found.doubled[0])
            raise fail(
                part.title,
                found=f"several columns for {found.doubled[0]} ({column.zh if column else ''})",
                expected="each column once",
                action="Remove one of them, or say in a mapping which one to use.",
            )
        if found.missing:
            hint = self._header_below(part, found.table.name)
            listed = ", ".join(f"{name} ({found.table.columns[name].zh})" for name in found.missing)
            raise fail(
                part.title,
                found=f"the columns {', '.join(part.columns)}"[:400],
                expected=f"for table {found.table.name} also the columns {listed}",
                action=hint
                or "Add the columns, or write a mapping: wattwarden suggest FILE --save mapping.yaml",
            )
        return found

    def _by_columns(self, part: Part) -> Recognised:
        fits = [self.recognise(part, name) for name in self._tables]
        usable = [fit for fit in fits if not fit.missing and fit.meanings and not fit.doubled]
        best = max((len(fit.meanings) for fit in usable), default=0)
        chosen = [fit for fit in usable if len(fit.meanings) == best]
        if len(chosen) == 1 and best * 2 >= len(part.columns):
            return chosen[0]
        names = ", ".join(fit.table.name for fit in chosen) or "no table"
        raise fail(
            part.title,
            found=f"the columns {', '.join(part.columns)}, which fit {names}"[:500],
            expected="a file or sheet that is named like a table, or whose columns fit exactly one",
            action="Name it with --table, or write a mapping: wattwarden suggest FILE --save mapping.yaml",
        )

    def _header_below(self, part: Part, table: str) -> str:
        if any(self.meaning(table, name) for name in part.columns):
            return ""
        return "If the first line is a title, remove the lines above the column names."

    def _meaning_of(self, table: str, text: str) -> Meaning | None:
        names, columns = self._names[table], self._tables[table].columns
        if column := names.get(squeeze(text)):
            return Meaning(column)
        bracketed = _BRACKETS.match(text.strip())
        if bracketed:
            column = names.get(squeeze(bracketed[1]))
            if column and column in columns:
                factor = self._settings.factor(columns[column].type, bracketed[2])
                return Meaning(column, factor if factor is not None else Decimal(1))
            return Meaning(column) if column else None
        return self._by_unit_ending(table, text)

    def _by_unit_ending(self, table: str, text: str) -> Meaning | None:
        """``amount_yuan`` means ``amount_fen`` times 100."""
        stem, _, unit = plain(text).rpartition("_")
        for name, column in self._tables[table].columns.items():
            own = column.quantity.unit_en.lower()
            if own and name == f"{stem}_{own}" and (factor := self._settings.factor(column.type, unit)):
                return Meaning(name, factor)
        return None


def unknown_unit(settings: ImportSettings, table: Table, header: str, column: str) -> str | None:
    """The unit in the brackets of ``header`` if it is a unit, but none of this column's."""
    bracketed = _BRACKETS.match(header.strip())
    if not bracketed or column not in table.columns:
        return None
    unit = plain(bracketed[2])
    is_unit = any(unit in units for units in settings.units.values())
    own = settings.units.get(table.columns[column].type, {})
    return (
        bracketed[2]
        if is_unit and unit not in own and squeeze(header) not in _labels(table, column)
        else None
    )


def _labels(table: Table, column: str) -> Iterable[str]:
    described = table.columns[column]
    return {squeeze(name) for name in (column, described.zh, described.en, described.field or "")}


def _column_names(table: Table) -> dict[str, str]:
    names: dict[str, str] = {squeeze(ARRIVED_AT): ARRIVED_AT}
    kinds = (
        [(name, name) for name in table.columns],
        [(column.zh, name) for name, column in table.columns.items()],
        [(column.en, name) for name, column in table.columns.items()],
        [(column.field or "", name) for name, column in table.columns.items()],
    )
    for kind in kinds:
        for alias, name in kind:
            if alias:
                names.setdefault(squeeze(alias), name)
    return names
