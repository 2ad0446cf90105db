"""Propose a mapping for an unknown file: by names in both languages, types and what values look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import yaml

from wattwarden.domain.tables import Column, Contract, Table
from wattwarden.lake.checks_values import Reading, keeps_type, parse, present, raw_text
from wattwarden.lake.headers import HeaderBook, squeeze
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.schema import literal, quoted
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.part import Part

DATE_FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
    "%d-%b-%Y", "%y%m%d",
)  # fmt: skip
"""Formats that are tried when the usual ones do not fit; day before month."""

_SAMPLE = 2000
_SHOWN = 3
_LIKELY = 0.55
_NAME, _VALUES = 0.75, 0.25
_SURE = 0.999
_TABLES = 4
_SHORTEST_PART = 2


@dataclass(frozen=True)
class ColumnGuess:
    """Where a column of the contract may come from.

    Args:
        column: Column of the contract.
        source: Column of the file.
        confidence: 0 to 1.
        formats: Date formats that the values need, if any.
        unit: Factor from the unit in the header to that of the contract, if they differ.
        samples: Values as they stand in the file.
    """

    column: str
    source: str
    confidence: float
    formats: tuple[str, ...]
    unit: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """A table that a file may hold.

    Args:
        table: The table.
        columns: Guesses, in the order of the file.
        unused: Columns of the file without a guess.
        missing: Required columns without a guess.
        confidence: 0 to 1.
    """

    table: Table
    columns: tuple[ColumnGuess, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    confidence: float


def suggest(
    scratch: Scratch, contract: Contract, settings: ImportSettings, part: Part, table: str | None = None
) -> list[Suggestion]:
    """The tables that ``part`` may hold, the likeliest first.

    Args:
        scratch: Working space, to look at values.
        contract: All tables.
        settings: Words, formats and synonyms.
        part: The file.
        table: Only this table.
    """
    guesser = _Guesser(scratch, contract, settings, part)
    tables = [contract[table]] if table else list(contract.source_tables.values())
    by_name = sorted(tables, key=lambda one: (-guesser.name_score(one), one.name))[:_TABLES]
    found = [guesser.suggestion(one) for one in by_name]
    return sorted(found, key=lambda one: (-one.confidence, one.table.name))


def mapping_text(part: Part, suggestion: Suggestion, file_name: str) -> str:
    """The suggestion as the YAML of a mapping, with confidence and samples as comments."""
    sheet = f", sheet: {_scalar(part.sheet)}" if part.sheet else ""
    lines = [
        f"zh: {_scalar(file_name)}",
        f"en: {_scalar(file_name)}",
        "sources:",
        f"  data: {{file: {_scalar(file_name)}{sheet}}}",
        "tables:",
        f"  {suggestion.table.name}:   # {suggestion.table.zh} / {suggestion.table.en}; {suggestion.confidence:.0%}",
        "    from: data",
        "    select:",
    ]
    for guess in suggestion.columns:
        entry = f"column: {_scalar(guess.source)}"
        if guess.formats:
            entry += f", formats: [{', '.join(map(_scalar, guess.formats))}]"
        if guess.unit:
            entry += f", unit: {guess.unit}"
        label = suggestion.table.columns[guess.column].zh
        samples = " | ".join(guess.samples).replace("\n", " ")
        lines.append(f"      {guess.column}: {{{entry}}}   # {label}; {guess.confidence:.0%}; {samples}")
    lines += [
        f"      # {name}: {{value: …}}   # {suggestion.table.columns[name].zh}: required / 必填"
        for name in suggestion.missing
    ]
    if suggestion.unused:
        lines.append("# not used / 未使用: " + ", ".join(suggestion.unused))
    return "\n".join(lines) + "\n"


class _Guesser:
    def __init__(self, scratch: Scratch, contract: Contract, settings: ImportSettings, part: Part) -> None:
        self._scratch = scratch
        self._settings = settings
        self._part = part
        self._book = HeaderBook(contract, settings)
        self._values: dict[tuple[str, str, tuple[str, ...]], float] = {}
        self._samples = self._read_samples()

    def name_score(self, table: Table) -> float:
        """How well the names of the columns, and of the file, fit a table."""
        best = [
            max((self._name(table, name, source) for name in table.columns), default=0)
            for source in self._columns
        ]
        named = self._book.table_named(self._part.name) == table.name
        return sum(score for score in best if score >= _LIKELY) + (len(best) if named else 0)

    def suggestion(self, table: Table) -> Suggestion:
        """Give each column of the file to at most one column of the table, the surest pairs first."""
        pairs = [
            (self._confidence(table, name, source), name, source)
            for source in self._columns
            for name in table.columns
        ]
        taken: dict[str, tuple[str, float]] = {}
        used: set[str] = set()
        for score, name, source in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
            if score >= _LIKELY and name not in taken and source not in used:
                taken[name] = (source, score)
                used.add(source)
        order = {source: at for at, source in enumerate(self._columns)}
        guesses = [self._guess(table, name, source, score) for name, (source, score) in taken.items()]
        guesses.sort(key=lambda guess: order[guess.source])
        missing = tuple(name for name in table.columns if table.is_required(name) and name not in taken)
        required = sum(1 for name in table.columns if table.is_required(name))
        covered = sum(guess.confidence for guess in guesses) / max(len(self._columns), 1)
        whole = 1 - len(missing) / max(required, 1)
        named = self._book.table_named(self._part.name) == table.name
        confidence = min(1.0, (covered + whole) / 2 + (0.2 if named else 0))
        unused = tuple(source for source in self._columns if source not in used)
        return Suggestion(table, tuple(guesses), unused, missing, confidence)

    @property
    def _columns(self) -> list[str]:
        return list(self._part.columns)

    def _guess(self, table: Table, name: str, source: str, score: float) -> ColumnGuess:
        formats = self._formats(table.columns[name], source)
        meaning = self._book.meaning(table.name, source)
        unit = format(meaning.factor, "f") if meaning and meaning.factor != 1 else ""
        return ColumnGuess(name, source, score, formats, unit, self._samples[source][:_SHOWN])

    def _confidence(self, table: Table, name: str, source: str) -> float:
        by_name = self._name(table, name, source)
        if by_name < _LIKELY * _NAME:
            return 0
        fit = self._fit(table.columns[name], source, self._formats(table.columns[name], source))
        return 0 if fit == 0 else by_name * _NAME + fit * _VALUES

    def _name(self, table: Table, name: str, source: str) -> float:
        meaning = self._book.meaning(table.name, source)
        if meaning:
            return 1.0 if meaning.column == name else 0.0
        column = table.columns[name]
        names = [name, column.zh, column.en, column.field or "", *self._settings.synonyms.get(name, ())]
        return max(_alike(squeeze(source), squeeze(alias)) for alias in names if alias)

    def _formats(self, column: Column, source: str) -> tuple[str, ...]:
        """The first unusual date format that fits all values, where the usual ones fit none or few."""
        if column.quantity.sql not in ("DATE", "TIMESTAMP") or self._part.columns[source] != "VARCHAR":
            return ()
        if self._fit(column, source, ()) > _LIKELY:
            return ()
        fits = [form for form in DATE_FORMATS if self._fit(column, source, (form,)) >= _SURE]
        return tuple(fits[:1])

    def _fit(self, column: Column, source: str, formats: tuple[str, ...]) -> float:
        """Share of the present values of a sample that the type of the column can read."""
        kind = f"{column.type} {','.join(column.values or ())}"
        if (kind, source, formats) not in self._values:
            self._values[kind, source, formats] = self._measure(column, source, formats)
        return self._values[kind, source, formats]

    def _measure(self, column: Column, source: str, formats: tuple[str, ...]) -> float:
        sql_type = self._part.columns[source]
        is_kept = keeps_type(column, sql_type)
        raw = (present if is_kept else raw_text)(quoted(source), sql_type)
        value = parse(
            self._settings, column, "r", sql_type if is_kept else "VARCHAR", Reading(formats=formats)
        )  # fmt: skip
        query = (
            f"SELECT count(v), count(r) FROM (SELECT r, {value} AS v FROM "
            f"(SELECT {raw} AS r FROM read_parquet({literal(str(self._part.parquet))}) LIMIT {_SAMPLE}))"
        )
        read, there = self._scratch.rows(query)[0]
        return int(str(read)) / int(str(there)) if int(str(there)) else 0.5

    def _read_samples(self) -> Mapping[str, tuple[str, ...]]:
        listed = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in self._part.columns)
        rows = self._scratch.rows(
            f"SELECT {listed} FROM read_parquet({literal(str(self._part.parquet))}) LIMIT 50"
        )
        return {
            name: tuple(dict.fromkeys(str(row[at])[:30] for row in rows if row[at] not in (None, "")))
            for at, name in enumerate(self._part.columns)
        }


def _alike(one: str, other: str) -> float:
    """Likeness of two squeezed names, 0 to 1; a name inside a longer one counts nearly in full."""
    if not one or not other:
        return 0
    if one == other:
        return 0.95
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    shorter, longer = sorted((one, other), key=len)
    is_inside = shorter in longer and len(shorter) >= _SHORTEST_PART and len(shorter) * 3 >= len(longer)
    return max(ratio * 0.9, 0.7 if is_inside else 0)


def _scalar(text: str) -> str:
    """``text`` as a YAML scalar that stands inside a flow mapping."""
    return str(yaml.safe_dump(text, allow_unicode=True, default_style='"', width=10_000)).strip()
