"""Curves that prove a finding, drawn from the lake as the scan saw it.

All findings of the report that want the same curve are read by one query, limited to the rows they need,
so that a derived table is not computed for a whole county to draw fifty of its meters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wattwarden.app.reading_room import MOST_POINTS, curve_key
from wattwarden.app.report.material import Material
from wattwarden.app.shown_value import column_label
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label
from wattwarden.domain.tables import Contract
from wattwarden.engines.derive import derivation_order
from wattwarden.rulekit.model import Series

Row = Mapping[str, object]
Points = list[tuple[object, ...]]


@dataclass(frozen=True)
class Line:
    """One drawn column with its unit."""

    label: Label
    unit: Label | None
    values: Sequence[float | int | None]


@dataclass(frozen=True)
class Curve:
    """One chart beside a finding.

    Args:
        x: Times as ISO text, ascending.
        mark_from, mark_to: Period of the finding as ISO text, if it has one.
        problem: Why the curve could not be read, empty if it could.
    """

    title: Label
    x: Sequence[str]
    lines: Sequence[Line]
    mark_from: str | None
    mark_to: str | None
    problem: str = ""


def curves(material: Material, rows: Sequence[Row]) -> dict[str, list[Curve]]:
    """Curves by finding key; a curve without points is left out, one that cannot be read says so."""
    wanted: dict[Series, set[str]] = {}
    for row in rows:
        for series in _series(material, row):
            wanted.setdefault(series, set()).add(curve_key(row, series))
    points = {series: _read(material, series, sorted(ids - {""})) for series, ids in wanted.items()}
    return {
        str(row["finding_key"]): [
            curve
            for series in _series(material, row)
            if (curve := _drawn(material, series, points[series], row)) is not None
        ]
        for row in rows
    }


def _series(material: Material, row: Row) -> Iterable[Series]:
    rule = material.rules.get(str(row["rule_id"]))
    return rule.proof.series if rule else ()


def _drawn(material: Material, series: Series, points: dict[str, Points] | str, row: Row) -> Curve | None:
    if isinstance(points, str):
        return Curve(Label(zh=series.zh, en=series.en), (), (), None, None, points)
    mine = points.get(curve_key(row, series))
    return curve_of(material.contract, series, mine, row) if mine else None


def _read(material: Material, series: Series, ids: Sequence[str]) -> dict[str, Points] | str:
    """Points by subject, or why they could not be read."""
    found: dict[str, Points] = {}
    if not ids:
        return found
    try:
        table = material.engine.query(_query(material, series, ids))
    except WattwardenError as error:
        return error.problems[0].found
    for subject, *point in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
        found.setdefault(str(subject), []).append(tuple(point))
    return found


def _query(material: Material, series: Series, ids: Sequence[str]) -> str:
    order = derivation_order(material.contract, [series.table])
    computed = [name for name in order if (d := material.contract[name].derived) and d.sql is None]
    if computed:
        material.engine.derive(order)
    inline = [] if computed else order
    parts = [f'"{name}" AS NOT MATERIALIZED ({material.contract[name].derived.sql})' for name in inline]  # type: ignore[union-attr]  # derivation_order returns derived tables only
    ctes = f"WITH {', '.join(parts)} " if parts else ""
    columns = ", ".join(f'"{name}"' for name in (series.match, series.x, *series.y))
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in ids)
    return (
        f'{ctes}SELECT {columns} FROM "{series.table}" WHERE CAST("{series.match}" AS VARCHAR) IN ({listed}) '
        f'AND "{series.x}" IS NOT NULL '
        f'QUALIFY row_number() OVER (PARTITION BY "{series.match}" ORDER BY "{series.x}" DESC) <= {MOST_POINTS} '
        f'ORDER BY "{series.match}", "{series.x}"'
    )


def curve_of(contract: Contract, series: Series, points: Points, row: Row) -> Curve:
    """The curve through ``points``, each the time and the values of ``series.y``."""
    table = contract[series.table]
    lines = []
    for index, name in enumerate(series.y, start=1):
        quantity = table.columns[name].quantity
        is_money = table.columns[name].type == "fen"
        unit = Label(zh="元", en="yuan") if is_money else _unit(quantity.unit_zh, quantity.unit_en)
        values = [_plain(point[index], is_money) for point in points]
        label = Label(
            zh=column_label(contract, series.table, name, "zh"),
            en=column_label(contract, series.table, name, "en"),
        )
        lines.append(Line(label, unit, values))
    x = [str(point[0]).replace("T", " ") for point in points]
    start, end = row["period_from"], row["period_to"]
    title = Label(zh=series.zh, en=series.en)
    return Curve(title, x, lines, None if start is None else str(start), None if end is None else str(end))


def _unit(zh: str, en: str) -> Label | None:
    return Label(zh=zh, en=en) if zh and en else None


def _plain(value: object, is_money: bool) -> float | int | None:
    if value is None:
        return None
    exact = Decimal(str(value))
    return float(exact / 100 if is_money else exact)
