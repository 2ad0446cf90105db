"""Charts for pages: an ECharts option as data, and the same figures as a table for those who cannot see it.

Colours are those of Okabe and Ito (Color Universal Design, 2008), told apart by the colour-blind; lines also
differ in their marks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#6b6b6b")
_SYMBOLS = ("circle", "rect", "triangle", "diamond", "pin", "arrow", "emptyCircle")
_MARKED_POINTS = 60
"""Up to so many points each is marked; beyond, the line alone."""
_WIDEST_BAR, _WIDEST_STACK = 22, 56
"""Pixels; a lone bar must not fill the chart."""
Values = Sequence[float | int | None]


@dataclass(frozen=True)
class Chart:
    """One chart.

    Args:
        option: For ECharts, without functions: the console's script adds colours of the theme.
        unit: Unit of the values, shown beside each.
        columns, rows: The same figures as a table.
    """

    title: str
    option: Mapping[str, object]
    unit: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = field(default=())


@dataclass(frozen=True)
class Lines:
    """What to draw over a common axis.

    Args:
        values: By name of the line.
        mark: Stretch of the axis that is shaded, such as the period of a finding.
    """

    x: Sequence[str]
    values: Mapping[str, Values]
    unit: str = ""
    mark: tuple[str, str] | None = None
    axis: str = ""


def line_chart(title: str, drawn: Lines) -> Chart:
    """Values over time, one line each."""
    return _over(title, drawn, "line", stacked=False)


def bar_chart(title: str, drawn: Lines, *, stacked: bool = False) -> Chart:
    """Values over categories or months as bars."""
    return _over(title, drawn, "bar", stacked=stacked)


def rank_chart(title: str, pairs: Sequence[tuple[str, float | int]], unit: str, axis: str) -> Chart:
    """Names by value, the largest on top."""
    names = [name for name, _ in pairs]
    option = {
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 28, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "middle", "nameGap": 24},
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisLabel": {"width": 170, "overflow": "truncate"},
        },
        "series": [{"type": "bar", "data": [value for _, value in pairs], "barMaxWidth": 16}],
    }
    return Chart(title, option, unit, (axis, f"{title} ({unit})" if unit else title), pairs)


def _over(title: str, drawn: Lines, kind: str, *, stacked: bool) -> Chart:
    series: list[dict[str, object]] = []
    for number, (name, values) in enumerate(drawn.values.items()):
        one: dict[str, object] = {"name": name, "type": kind, "data": list(values)}
        if kind == "line":
            one |= {"symbol": _SYMBOLS[number % len(_SYMBOLS)], "symbolSize": 6, "connectNulls": False,
                    "showSymbol": len(drawn.x) <= _MARKED_POINTS, "lineStyle": {"width": 1.8}}  # fmt: skip
        else:
            one["barMaxWidth"] = _WIDEST_STACK if stacked else _WIDEST_BAR
            if stacked:
                one["stack"] = "all"
        series.append(one)
    if drawn.mark and series:
        start, end = drawn.mark
        series[0]["markArea"] = {
            "silent": True,
            "itemStyle": {"color": "#D55E00", "opacity": 0.13},
            "data": [[{"xAxis": start}, {"xAxis": end}]],
        }
    option = {
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 20, "top": 44, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "type": "scroll"},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": list(drawn.x), "boundaryGap": kind == "bar"},
        "yAxis": {"type": "value", "name": drawn.unit, "scale": kind == "line", "nameLocation": "end"},
        "series": series,
    }
    if not drawn.unit:
        # What has no unit is counted: a half finding would only puzzle.
        option["yAxis"] = {**option["yAxis"], "minInterval": 1}  # type: ignore[dict-item]  # an axis as made above
    rows = [(x, *(values[at] for values in drawn.values.values())) for at, x in enumerate(drawn.x)]
    return Chart(title, option, drawn.unit, (drawn.axis, *drawn.values), rows)
