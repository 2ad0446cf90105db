"""Settings of the import, read from ``content/import.yaml``: words, formats, units, limits, phrases."""

import functools
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from pydantic import Field, field_validator

from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.quantities import QUANTITIES


class ImportSettings(Strict):
    """What the reader and the checks take for granted.

    Attributes:
        time_zone: Zone of the site; a time with an offset becomes its wall time.
        earliest_year, latest_year: Dates outside are typing errors.
        future_days: How far an event may lie after the import, in days.
        max_line_bytes: Longest line of a text file, in bytes.
        max_text: Longest value, in characters.
        refuse_share, refuse_rows: A file with more bad rows than this share, and so many, is refused.
        memory: Memory limit of the checks, as DuckDB writes it.
        batch_rows: Rows handed to the lake at a time.
        units: Factor to the unit of the contract, by column type and unit.
        synonyms: Other names of a column, by its name in the contract; for suggestions only.
        expected: Phrases for rows in quarantine, by fault.
    """

    time_zone: str
    earliest_year: int
    latest_year: int
    future_days: int = Field(ge=0)
    max_line_bytes: int = Field(gt=0)
    max_text: int = Field(gt=0)
    refuse_share: float = Field(ge=0, le=1)
    refuse_rows: int = Field(ge=0)
    memory: str
    batch_rows: int = Field(gt=0)
    empty_words: tuple[str, ...]
    true_words: tuple[str, ...]
    false_words: tuple[str, ...]
    formula_errors: tuple[str, ...]
    date_formats: tuple[str, ...]
    month_formats: tuple[str, ...]
    time_formats: tuple[str, ...]
    units: Mapping[str, Mapping[str, Decimal]]
    synonyms: Mapping[str, tuple[str, ...]]
    expected: Mapping[str, Label]

    @field_validator("units")
    @classmethod
    def _known_types(cls, value: Mapping[str, Mapping[str, Decimal]]) -> Mapping[str, Mapping[str, Decimal]]:
        unknown = sorted(set(value) - set(QUANTITIES))
        if unknown:
            raise ValueError(f"units of unknown column types {unknown}")
        return value

    def factor(self, column_type: str, unit: str) -> Decimal | None:
        """Factor from ``unit`` to the unit of ``column_type``; None when it is not one of its units."""
        return self.units.get(column_type, {}).get(plain(unit))

    def phrase(self, fault: str, **details: object) -> Label:
        """What was expected where ``fault`` was found, with its details filled in."""
        label = self.expected[fault]
        return Label(zh=label.zh.format(**details), en=label.en.format(**details))


def plain(text: str) -> str:
    """``text`` for comparison: full-width forms narrowed, lower case, no space around."""
    return unicodedata.normalize("NFKC", text).strip().lower()


@functools.cache
def import_settings(path: Path = BUILT_IN / "import.yaml") -> ImportSettings:
    """The settings, read once per process.

    Raises:
        WattwardenError: the file is not valid.
    """
    return validate(ImportSettings, read_yaml(path), str(path))
