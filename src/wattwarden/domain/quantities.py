"""Column types of the data contract: each has one storage type and one unit.

Measurements are exact decimals, so that a sum does not depend on the order in
which threads add it up: the same data give the same findings, bit for bit.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """How a contract type is stored and shown.

    Args:
        sql: SQL type, understood by DuckDB and Spark alike.
        unit_zh: Unit on Chinese screens, empty where there is none.
        unit_en: Unit on English screens.
        scale: Decimals kept, for decimal types.
    """

    sql: str
    unit_zh: str = ""
    unit_en: str = ""
    scale: int | None = None

    @property
    def is_decimal(self) -> bool:
        """Whether values are exact decimals."""
        return self.scale is not None


def _decimal(precision: int, scale: int, unit_zh: str, unit_en: str) -> Quantity:
    return Quantity(f"DECIMAL({precision},{scale})", unit_zh, unit_en, scale)


QUANTITIES: dict[str, Quantity] = {
    "id": Quantity("VARCHAR"),
    "text": Quantity("VARCHAR"),
    "code": Quantity("VARCHAR"),
    "bool": Quantity("BOOLEAN"),
    "int": Quantity("BIGINT"),
    "date": Quantity("DATE"),
    "month": Quantity("DATE"),
    # Local wall time of the site; see docs/decisions/0004-time.md.
    "time": Quantity("TIMESTAMP"),
    "fen": Quantity("BIGINT", "分", "fen"),
    "price": _decimal(18, 8, "元/kWh", "CNY/kWh"),
    "kwh": _decimal(18, 4, "kWh", "kWh"),
    "kvarh": _decimal(18, 4, "kvarh", "kvarh"),
    "kw": _decimal(18, 4, "kW", "kW"),
    "kva": _decimal(18, 4, "kVA", "kVA"),
    "volt": _decimal(12, 2, "V", "V"),
    "amp": _decimal(12, 4, "A", "A"),
    "pct": _decimal(12, 4, "%", "%"),
    "permille": _decimal(12, 4, "‰", "‰"),
    "ratio": _decimal(18, 6, "", ""),
    "degree": _decimal(12, 6, "°", "°"),
    "celsius": _decimal(12, 2, "℃", "°C"),
    "km": _decimal(12, 3, "公里", "km"),
    "hours": _decimal(12, 2, "小时", "h"),
    "days": _decimal(12, 2, "天", "days"),
    "seconds": _decimal(14, 2, "秒", "s"),
}
