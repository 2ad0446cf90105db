"""SQL that turns one raw column into the type of the contract, or into NULL where it cannot.

Numbers become exact decimals before any factor is applied, and are rounded half up to the decimals of
their type; money and whole numbers must come out whole. All expressions are plain DuckDB scalars, so
that the whole check is vectorised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import Column
from wattwarden.lake.import_settings import ImportSettings, plain
from wattwarden.lake.schema import literal

EXACT = "DECIMAL(26, 10)"
"""Type of a number before its factor; a factor has at most 12 digits, so that the product fits."""

_SPACES = literal(" \t\r\n\u3000\u00a0\ufeff")
_WIDE, _NARROW = "０１２３４５６７８９．－＋", "0123456789.-+"
_DELETED = ",，%％ \t\r\n\u3000\u00a0"
"""Characters that a number may hold and that do not count."""

_NUMERIC = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_FLOATS = ("DOUBLE", "FLOAT")
_SERIAL_DAYS = "BETWEEN 20000 AND 80000"
"""Excel counts days from 1899-12-30; these numbers are the years 1954 to 2119."""


@dataclass(frozen=True)
class Reading:
    """How the values of one source column are to be read.

    Args:
        factor: Numbers times this are in the unit of the contract.
        formats: Formats of dates and times, tried in this order instead of the usual ones.
        codes: Code of the contract by value of the source.
    """

    factor: Decimal = Decimal(1)
    formats: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


def raw_text(expression: str, sql_type: str) -> str:
    """The raw value as text without space around it; an empty one is NULL."""
    if sql_type in _FLOATS:
        return (
            f"CASE WHEN {expression} = trunc({expression}) AND abs({expression}) < 1e15 "
            f"THEN CAST(CAST({expression} AS BIGINT) AS VARCHAR) ELSE CAST({expression} AS VARCHAR) END"
        )
    text = expression if sql_type == "VARCHAR" else f"CAST({expression} AS VARCHAR)"
    return f"nullif({trimmed(text)}, '')"


def trimmed(text: str) -> str:
    """``text`` without space around it, also full-width and non-breaking space."""
    return f"trim({text}, {_SPACES})"


def present(expression: str, sql_type: str) -> str:
    """The raw value as it is; NULL where it is empty, or not a number in a column of floats."""
    if sql_type in _FLOATS:
        return f"CASE WHEN isnan({expression}) THEN NULL ELSE {expression} END"
    return f"nullif({expression}, '')" if sql_type == "VARCHAR" else expression


def parse(settings: ImportSettings, column: Column, raw: str, sql_type: str, reading: Reading) -> str:
    """SQL expression of the value in the type of the contract.

    Args:
        settings: Words and formats.
        column: Target column.
        raw: Name of the raw column: as ``raw_text`` or ``present`` made it.
        sql_type: Type of the raw column.
        reading: Unit, formats and codes of the source.
    """
    kind = column.quantity.sql
    if column.type == "code" and (column.values or reading.codes):
        return _code(column, raw, reading.codes)
    if kind == "VARCHAR":
        return _words(settings, raw, is_id=column.type == "id")
    if kind == "BOOLEAN":
        return raw if sql_type == "BOOLEAN" else _bool(settings, raw, reading.codes)
    if kind == "DATE":
        return (_month if column.type == "month" else _date)(settings, raw, sql_type, reading.formats)
    if kind == "TIMESTAMP":
        return _time(settings, raw, sql_type, reading.formats)
    return _number(column, raw, sql_type, reading.factor)


def parse_arrival(raw: str, sql_type: str) -> str:
    """SQL expression of ``arrived_at``: an instant; without an offset it is UTC."""
    if sql_type == "VARCHAR":
        return f"CASE WHEN {raw} BETWEEN '0' AND ':' THEN TRY_CAST({raw} AS TIMESTAMPTZ) END"
    return f"TRY_CAST({raw} AS TIMESTAMPTZ)"


def keeps_type(column: Column, sql_type: str) -> bool:
    """Whether a source column is read as it is, not by way of text without space around it."""
    kind = column.quantity.sql
    is_number = sql_type in _NUMERIC or sql_type in _FLOATS or sql_type.startswith("DECIMAL")
    if kind == "BOOLEAN":
        return sql_type == "BOOLEAN"
    if kind in ("DATE", "TIMESTAMP"):
        return sql_type == "DATE" or sql_type.startswith("TIMESTAMP")
    return kind != "VARCHAR" and (is_number or sql_type == "VARCHAR")


def decimal_literal(factor: Decimal) -> str:
    """``factor`` as an SQL decimal of at most 12 digits.

    Raises:
        WattwardenError: it has more digits.
    """
    text = format(factor, "f")
    whole, _, part = text.partition(".")
    digits = len(whole.lstrip("-")) + len(part)
    if digits > 12 or not factor:  # noqa: PLR2004 - see EXACT
        raise fail("unit factor", found=text, expected="a number other than 0 with at most 12 digits")
    return f"CAST({text} AS DECIMAL({max(digits, 1)}, {len(part)}))"


def _number(column: Column, raw: str, sql_type: str, factor: Decimal) -> str:
    target = column.quantity.sql
    if not column.quantity.is_decimal:
        exact = (
            _exact(raw, sql_type) if factor == 1 else f"{_exact(raw, sql_type)} * {decimal_literal(factor)}"
        )
        return f"CASE WHEN {exact} = trunc({exact}) THEN TRY_CAST({exact} AS BIGINT) END"
    if factor != 1:
        return f"TRY_CAST({_exact(raw, sql_type)} * {decimal_literal(factor)} AS {target})"
    if sql_type == "VARCHAR":
        return f"COALESCE(TRY_CAST({_plain_number(raw)} AS {target}), TRY_CAST({_cleaned(raw)} AS {target}))"
    return f"TRY_CAST({raw} AS {target})"


def _exact(raw: str, sql_type: str) -> str:
    if sql_type == "VARCHAR":
        return f"COALESCE(TRY_CAST({_plain_number(raw)} AS {EXACT}), TRY_CAST({_cleaned(raw)} AS {EXACT}))"
    return f"TRY_CAST({raw} AS {EXACT})"


def _plain_number(raw: str) -> str:
    return f"CASE WHEN contains({raw}, '_') THEN NULL ELSE {raw} END"


def _cleaned(raw: str) -> str:
    """Full-width digits narrowed; spaces, separators between thousands and a percent sign taken away.

    ``raw`` stands in each branch once: DuckDB computes an expression that occurs twice for all rows,
    even where only a few need it.
    """
    digit, space = "[0-9０-９]", "[ \\t\\r\\n\u3000\u00a0]*"
    whole = f"({digit}{{1,3}}([,，]{digit}{{3}})+|{digit}+)"
    shape = f"{space}[-+－＋]?{whole}([.．]{digit}+)?[%％]?{space}"
    return (
        f"CASE WHEN regexp_full_match({raw}, {literal(shape)}) "
        f"THEN translate({raw}, {literal(_WIDE + _DELETED)}, {literal(_NARROW)}) END"
    )


def _words(settings: ImportSettings, raw: str, *, is_id: bool) -> str:
    """Text, without formula errors; numbers that Excel cut to an exponent are no identifiers."""
    errors = ", ".join(map(literal, settings.formula_errors))
    checked = f"CASE WHEN starts_with({raw}, '#') AND {raw} IN ({errors}) THEN NULL ELSE {raw} END"
    if not is_id:
        return checked
    cut = r"\d(\.\d+)?[eE]\+?\d+"
    return (
        f"CASE WHEN contains({raw}, '+') AND regexp_full_match({raw}, '{cut}') THEN NULL ELSE {checked} END"
    )


def _code(column: Column, raw: str, given: Mapping[str, str]) -> str:
    values = column.values or {}
    aliases: dict[str, str] = {}
    for source, code in given.items():
        aliases.setdefault(plain(source), code)
    for code in values:
        aliases.setdefault(plain(code), code)
    for code, label in values.items():
        aliases.setdefault(plain(label.zh), code)
        aliases.setdefault(plain(label.en), code)
    whens = " ".join(f"WHEN {literal(alias)} THEN {literal(code)}" for alias, code in aliases.items())
    mapped = f"CASE lower(translate({raw}, '（），：', '(),:')) {whens} END"
    if given or not values:
        return mapped
    return f"CASE WHEN {raw} IN ({', '.join(map(literal, values))}) THEN {raw} ELSE {mapped} END"


def _bool(settings: ImportSettings, raw: str, given: Mapping[str, str]) -> str:
    true_words = [*settings.true_words, *(source for source, code in given.items() if code == "true")]
    false_words = [*settings.false_words, *(source for source, code in given.items() if code == "false")]
    yes = ", ".join(literal(word.upper()) for word in true_words)
    no = ", ".join(literal(word.upper()) for word in false_words)
    return f"CASE WHEN upper({raw}) IN ({yes}) THEN true WHEN upper({raw}) IN ({no}) THEN false END"


def _formats(formats: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(literal, formats)) + "]"


def _date(settings: ImportSettings, raw: str, sql_type: str, formats: tuple[str, ...]) -> str:
    if sql_type != "VARCHAR":
        return f"CAST({_local(settings, raw, sql_type)} AS DATE)"
    if formats:
        return f"CAST(try_strptime({raw}, {_formats(formats)}) AS DATE)"
    return _with_digits(
        raw,
        f"COALESCE(TRY_CAST({raw} AS DATE), CAST(try_strptime({raw}, {_formats(settings.date_formats)}) AS DATE), "
        f"CAST(try_strptime({raw}, {_formats(settings.time_formats)}) AS DATE), {_serial(raw, 'DATE')})",
    )


def _month(settings: ImportSettings, raw: str, sql_type: str, formats: tuple[str, ...]) -> str:
    """The first day of a month; a whole date counts if it is a first day."""
    if formats:
        return f"CAST(date_trunc('month', try_strptime({raw}, {_formats(formats)})) AS DATE)"
    day = _date(settings, raw, sql_type, ())
    first = f"CASE WHEN day({day}) = 1 THEN {day} END"
    if sql_type != "VARCHAR":
        return first
    month = f"CAST(try_strptime({raw}, {_formats(settings.month_formats)}) AS DATE)"
    return _with_digits(raw, f"COALESCE({month}, {first})")


def _time(settings: ImportSettings, raw: str, sql_type: str, formats: tuple[str, ...]) -> str:
    if sql_type != "VARCHAR":
        return f"CAST({_local(settings, raw, sql_type)} AS TIMESTAMP)"
    if formats:
        return f"try_strptime({raw}, {_formats(formats)})"
    ahead = f"length({raw}) > 19 AND substr({raw}, -6, 1) = '-'"
    zoned = f"contains({raw}, '+') OR ends_with({raw}, 'Z') OR ({ahead})"
    local = f"TRY_CAST({raw} AS TIMESTAMPTZ) AT TIME ZONE {literal(settings.time_zone)}"
    return _with_digits(
        raw,
        f"COALESCE(CASE WHEN {zoned} THEN {local} ELSE TRY_CAST({raw} AS TIMESTAMP) END, "
        f"try_strptime({raw}, {_formats(settings.time_formats + settings.date_formats)}), "
        f"{_serial(raw, 'TIMESTAMP')})",
    )


def _with_digits(raw: str, value: str) -> str:
    """``value`` where the text begins with a digit: words such as ``infinity`` are no dates."""
    return f"CASE WHEN {raw} BETWEEN '0' AND ':' THEN {value} END"


def _local(settings: ImportSettings, raw: str, sql_type: str) -> str:
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"({raw} AT TIME ZONE {literal(settings.time_zone)})"
    return raw


def _serial(raw: str, kind: str) -> str:
    number = f"TRY_CAST({_plain_number(raw)} AS DOUBLE)"
    if kind == "DATE":
        value = f"DATE '1899-12-30' + CAST(floor({number}) AS INTEGER)"
    else:
        value = f"TIMESTAMP '1899-12-30' + to_seconds(round({number} * 86400))"
    return f"CASE WHEN {number} {_SERIAL_DAYS} THEN {value} END"
