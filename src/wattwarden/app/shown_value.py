"""One value as a person reads it: unit, separators, labels of codes."""

from decimal import Decimal, InvalidOperation

from wattwarden.domain.labels import Label, Language
from wattwarden.domain.money import round_to, yuan_text
from wattwarden.domain.quantities import QUANTITIES
from wattwarden.domain.tables import Column, Contract
from wattwarden.domain.params import Param

ABSENT = "–"
_UNITS = {
    "day": Label(zh="天", en="days"),
    "month": Label(zh="个月", en="months"),
    "hour": Label(zh="小时", en="hours"),
    "minute": Label(zh="分钟", en="minutes"),
    "year": Label(zh="年", en="years"),
}
_MOST_DECIMALS = 4
_SHOWN_LENGTH = {"month": len("2026-10"), "time": len("2026-10-31 08:00")}


def shown_value(value: object, kind: str, language: Language) -> str:
    """``value`` of a contract type with its unit; money in yuan, an absent value as a dash.

    Args:
        value: As it came from JSON or Arrow.
        kind: A key of ``QUANTITIES``.
        language: Language of units and of yes and no.
    """
    if value is None:
        return ABSENT
    if kind == "fen":
        return yuan(int(round_to(Decimal(str(value)), 0)), language)
    if kind == "bool":
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][bool(value)]
    if kind in _SHOWN_LENGTH:
        return str(value).replace("T", " ")[: _SHOWN_LENGTH[kind]]
    quantity = QUANTITIES[kind]
    if not (quantity.is_decimal or kind == "int"):
        return str(value)
    unit = quantity.unit_zh if language == "zh" else quantity.unit_en
    return f"{number(value)} {unit}".rstrip()


def shown_param(param: Param, language: Language) -> str:
    """A parameter of a rule: its values with the unit, if the unit is a word that readers know."""
    values = param.value if isinstance(param.value, tuple) else (param.value,)
    if param.unit in QUANTITIES:
        return ", ".join(shown_value(value, param.unit, language) for value in values)
    unit = _UNITS.get(param.unit)
    text = ", ".join(number(value) if isinstance(value, int | Decimal) else str(value) for value in values)
    return f"{text} {unit.text(language) if unit else param.unit}".rstrip()


def column_label(contract: Contract, table: str, name: str, language: Language) -> str:
    """Name on screen of a column, looked for in ``table`` first; the name itself where there is none."""
    tables = [contract[table]] if table in contract else []
    for candidate in [*tables, *contract.tables.values()]:
        if name in candidate.columns:
            return candidate.columns[name].label.text(language)
    return name


def yuan(amount: int | None, language: Language) -> str:
    """An amount of fen in yuan with its unit."""
    if amount is None:
        return ABSENT
    return f"{yuan_text(amount)} {'元' if language == 'zh' else 'yuan'}"


def number(value: object) -> str:
    """A number with separators and without idle zeros; what is no number as it is."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return str(value)
    text = f"{round_to(exact, _MOST_DECIMALS):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def code_label(contract: Contract, table: str, name: str, value: object, language: Language) -> str | None:
    """Label of a code of column ``name``, looked for in ``table`` first; None where there is none."""
    tables = [contract[table]] if table in contract else []
    for candidate in [*tables, *contract.tables.values()]:
        column: Column | None = candidate.columns.get(name)
        if column is not None and column.values and str(value) in column.values:
            return column.values[str(value)].text(language)
    return None
