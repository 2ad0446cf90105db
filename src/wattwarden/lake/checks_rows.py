"""Check every row of a feed by itself: types, required values, ranges, dates, conditions between columns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from wattwarden.domain.labels import Label
from wattwarden.domain.tables import ARRIVED_AT, Column, RowCheck, Table
from wattwarden.lake.checks_values import (
    Reading,
    keeps_type,
    parse,
    parse_arrival,
    present,
    raw_text,
    trimmed,
)
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.sources.part import ROW

_MANY_VALUES = 12


@dataclass(frozen=True)
class Feed:
    """Rows of one or more parts on their way into one table.

    Args:
        table: The table.
        relation: Query that gives ``_row`` and raw columns named as in the contract.
        types: DuckDB type by raw column.
        sources: Name in the source by column, for messages.
        readings: How values are to be read, by column.
        parts: Numbers of the parts it reads.
        source: Key of the table in the mapping, empty without one.
        is_grouped: Whether one row stands for several of the source.
    """

    table: Table
    relation: str
    types: Mapping[str, str]
    sources: Mapping[str, str]
    readings: Mapping[str, Reading] = field(default_factory=dict)
    parts: tuple[int, ...] = ()
    source: str = ""
    is_grouped: bool = False

    @property
    def has_arrival(self) -> bool:
        """Whether the source says when each row became known."""
        return ARRIVED_AT in self.types


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong.

    Args:
        column: Column in the words of the source.
        condition: SQL condition over raw and typed columns; the row is wrong where it is true.
        found: SQL expression of what is there.
        expected: What should be there.
        suspicion: A cheaper condition that is true wherever ``condition`` is.
    """

    column: str
    condition: str
    found: str
    expected: Label
    suspicion: str = ""

    @property
    def struct(self) -> str:
        """SQL expression of the problem, NULL where there is none."""
        found = f"left(COALESCE(CAST({self.found} AS VARCHAR), ''), 500)"
        return f"CASE WHEN {self.condition} THEN {problem(self.column, found, self.expected)} END"


def problem(column: str, found: str, expected: Label) -> str:
    """SQL struct of one problem; ``found`` is an SQL expression."""
    return (
        f"{{'column': {literal(column)}, 'found': {found}, "
        f"'zh': {literal(expected.zh)}, 'en': {literal(expected.en)}}}"
    )


class RowChecker:
    """Writes the SQL that types and checks the rows of one feed.

    Args:
        settings: Words, formats and limits.
        feed: The rows.
        imported_at: Time of the import, zone-aware.
    """

    def __init__(self, settings: ImportSettings, feed: Feed, imported_at: datetime) -> None:
        self._settings = settings
        self._feed = feed
        self._now = imported_at

    def typed(self, columns: tuple[str, ...] | None = None) -> str:
        """Query of ``_row``, raw and typed columns.

        Args:
            columns: Contract columns wanted; None for all, with ``arrived_at`` where there is one.
        """
        table, types = self._feed.table, self._feed.types
        wanted = columns if columns is not None else (*table.columns, *self._arrival)
        raws = [f"{self._raw_value(name)} AS {raw_name(name)}" for name in wanted if name in types]
        values = [f"{self._value(name)} AS {quoted(name)}" for name in wanted]
        inner = f"SELECT {', '.join([ROW, *raws])} FROM ({self._feed.relation})"
        return f"SELECT *, {', '.join(values)} FROM ({inner})"

    def bad(self) -> str:
        """Query of ``_row`` and ``problems`` of the rows that are wrong by themselves."""
        faults = self.faults()
        if not faults:
            return f"SELECT {ROW}, [{_no_problem()}] AS problems FROM ({self._feed.relation}) WHERE false"
        structs = ", ".join(fault.struct for fault in faults)
        anywhere = " OR ".join(f"({fault.suspicion or fault.condition})" for fault in faults)
        listed = f"list_filter([{structs}], lambda p: p IS NOT NULL)"
        query = f"SELECT {ROW}, {listed} AS problems FROM ({self.typed()}) WHERE {anywhere}"
        return f"SELECT * FROM ({query}) WHERE len(problems) > 0"

    def faults(self) -> list[Fault]:
        """Every fault that a row can have by itself."""
        table = self._feed.table
        faults = [fault for name, column in table.columns.items() for fault in self._of_column(name, column)]
        if self._feed.has_arrival:
            faults.append(self._arrival_fault())
        return faults + [self._of_check(check) for check in table.checks if self._applies(check)]

    @property
    def _arrival(self) -> tuple[str, ...]:
        return (ARRIVED_AT,) if self._feed.has_arrival else ()

    def _raw_value(self, name: str) -> str:
        sql_type = self._feed.types[name]
        column = self._feed.table.columns.get(name)
        is_kept = keeps_type(column, sql_type) if column else sql_type != "VARCHAR"
        return (present if is_kept else raw_text)(quoted(name), sql_type)

    def _raw_type(self, name: str) -> str:
        sql_type = self._feed.types[name]
        column = self._feed.table.columns.get(name)
        is_kept = keeps_type(column, sql_type) if column else True
        return sql_type if is_kept else "VARCHAR"

    def _value(self, name: str) -> str:
        if name == ARRIVED_AT:
            return parse_arrival(raw_name(name), self._raw_type(name))
        column = self._feed.table.columns[name]
        if name not in self._feed.types:
            return f"CAST(NULL AS {column.quantity.sql})"
        reading = self._feed.readings.get(name, Reading())
        return parse(self._settings, column, raw_name(name), self._raw_type(name), reading)

    def _of_column(self, name: str, column: Column) -> list[Fault]:
        settings, value = self._settings, quoted(name)
        source = self._feed.sources.get(name, name)
        required = self._feed.table.is_required(name)
        if name not in self._feed.types:
            return [Fault(source, "true", "''", settings.phrase("required"))] if required else []
        raw = raw_name(name)
        faults = []
        if self._can_fail(name, column):
            unread = suspicion = f"{raw} IS NOT NULL AND {value} IS NULL"
            if self._raw_type(name) == "VARCHAR" and column.quantity.sql != "VARCHAR":
                words = ", ".join(map(literal, settings.empty_words))
                unread += f" AND upper({trimmed(raw)}) NOT IN ('', {words})"
            faults.append(Fault(source, unread, raw, self._type_phrase(column), suspicion))
        if required:
            faults.append(
                Fault(
                    source,
                    self._absent(name, column),
                    raw,
                    settings.phrase("required"),
                    f"{value} IS NULL",
                )
            )
        for bound, sign in (("min", "<"), ("max", ">")):
            limit = getattr(column, bound)
            if limit is not None:
                phrase = settings.phrase(bound, limit=f"{limit:g}")
                faults.append(Fault(source, f"{value} {sign} {limit:g}", value, phrase))
        return faults + self._of_kind(name, column, source)

    def _of_kind(self, name: str, column: Column, source: str) -> list[Fault]:
        """Limits of text and of dates."""
        settings, value, kind = self._settings, quoted(name), column.quantity.sql
        if kind == "VARCHAR" and column.type != "code":
            phrase = settings.phrase("long", limit=settings.max_text)
            return [Fault(source, f"length({value}) > {settings.max_text}", f"length({value})", phrase)]
        if kind not in ("DATE", "TIMESTAMP"):
            return []
        first, last = f"{kind} '{settings.earliest_year}-01-01'", f"{kind} '{settings.latest_year + 1}-01-01'"
        phrase = settings.phrase("year", earliest=settings.earliest_year, latest=settings.latest_year)
        faults = [Fault(source, f"{value} < {first} OR {value} >= {last}", value, phrase)]
        if name == self._feed.table.event_time:
            local = self._now.astimezone(ZoneInfo(settings.time_zone)) + timedelta(days=settings.future_days)
            limit = (
                f"{kind} '{local:%Y-%m-%d %H:%M:%S}'" if kind == "TIMESTAMP" else f"DATE '{local:%Y-%m-%d}'"
            )
            faults.append(Fault(source, f"{value} > {limit}", value, settings.phrase("future")))
        return faults

    def _absent(self, name: str, column: Column) -> str:
        """No value at all; one that cannot be read is another fault."""
        raw, value = raw_name(name), quoted(name)
        if not self._can_fail(name, column):
            return f"{value} IS NULL"
        if self._raw_type(name) != "VARCHAR" or column.quantity.sql == "VARCHAR":
            return f"{raw} IS NULL"
        words = ", ".join(map(literal, self._settings.empty_words))
        return f"{raw} IS NULL OR ({value} IS NULL AND upper({trimmed(raw)}) IN ('', {words}))"

    def _can_fail(self, name: str, column: Column) -> bool:
        """Whether a present value may be unreadable; text from a typed column never is."""
        return not (
            column.type in ("id", "text") and self._feed.types[name] not in ("VARCHAR", "DOUBLE", "FLOAT")
        )

    def _type_phrase(self, column: Column) -> Label:
        if column.type == "code":
            values = list((column.values or {}).items())
            more = " …" if len(values) > _MANY_VALUES else ""
            shown = [f"{code} ({label.zh})" for code, label in values[:_MANY_VALUES]]
            return self._settings.phrase("code", values=", ".join(shown) + more)
        return self._settings.phrase(column.type if column.type in self._settings.expected else "number")

    def _arrival_fault(self) -> Fault:
        raw, value = raw_name(ARRIVED_AT), quoted(ARRIVED_AT)
        now = f"TIMESTAMPTZ '{self._now.isoformat()}'"
        condition = f"{raw} IS NOT NULL AND ({value} IS NULL OR {value} > {now})"
        source = self._feed.sources.get(ARRIVED_AT, ARRIVED_AT)
        return Fault(source, condition, raw, self._settings.phrase(ARRIVED_AT))

    def _applies(self, check: RowCheck) -> bool:
        return any(name in self._feed.types for name in self._named(check))

    def _named(self, check: RowCheck) -> list[str]:
        words = set(re.findall(r"\w+", check.sql))
        return [name for name in self._feed.table.columns if name in words]

    def _of_check(self, check: RowCheck) -> Fault:
        names = self._named(check)
        shown = [
            f"'{name} = ' || COALESCE(CAST({quoted(name)} AS VARCHAR), '–')" for name in names
        ]  # fmt: skip
        columns = ", ".join(self._feed.sources.get(name, name) for name in names)
        return Fault(
            columns, f"({check.sql}) IS FALSE", " || ', ' || ".join(shown), Label(zh=check.zh, en=check.en)
        )


def raw_name(column: str) -> str:
    """SQL identifier of the raw value beside the typed one."""
    return quoted(f"raw {column}")


def _no_problem() -> str:
    return problem("", "''", Label(zh="-", en="-"))
