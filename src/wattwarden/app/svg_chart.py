"""A line chart as SVG, for papers; screens draw theirs from the same points."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 28, 30
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
_DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""Lines differ in their dashes too: papers are printed in grey."""
_TICKS, _DAYS, _TIMES = 4, 6, 4
"""Marks on the axes; times are longer words than days, so fewer fit."""
_FAR, _DAY = 0.7, 10
Values = Sequence[float | None]


def line_svg(x: Sequence[str], lines: Mapping[str, Values], font: str) -> str:
    """Draw ``lines`` over ``x``; an absent value leaves a gap.

    Args:
        x: Labels of the points, in order.
        lines: Values by name of the line, each as long as ``x``.
        font: Family that has the characters of the names.
    """
    lines = {name: line for name, line in lines.items() if any(value is not None for value in line)}
    low, high = _bounds([value for line in lines.values() for value in line if value is not None])
    wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def at(index: int, value: float) -> str:
        across = _LEFT + wide * (index / max(1, len(x) - 1))
        return f"{across:.1f},{_TOP + tall * (1 - (value - low) / (high - low)):.1f}"

    parts = [*_frame(x, low, high), *_names(list(lines))]
    for number, line in enumerate(lines.values()):
        style = (
            f'fill="none" stroke="{_colour(number)}" stroke-width="1.4" stroke-dasharray="{_dash(number)}"'
        )
        parts += [
            f'<polyline {style} points="{" ".join(at(i, v) for i, v in run)}"/>' for run in _runs(line) if len(run) > 1
        ]  # fmt: skip
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'{head} font-family="{escape(font)}" font-size="10" fill="#333">{"".join(parts)}</svg>'


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Round ends of the axis; it begins at 0 unless all values lie far from it, as voltages do."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    low = min(0.0, low) if low < high * _FAR else low
    step = _round_up(((high - low) or abs(high) or 1.0) / _TICKS)
    low = math.floor(low / step) * step
    while low + step * _TICKS < high:
        step = _round_up(step * 1.01)
        low = math.floor(low / step) * step
    return low, low + step * _TICKS


def _round_up(step: float) -> float:
    """The next of 1, 2, 2.5, 5 and 10 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= step)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _dash(number: int) -> str:
    return _DASHES[number % len(_DASHES)]


def _runs(line: Values) -> list[list[tuple[int, float]]]:
    """Stretches of a line without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(line):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return runs


def _frame(x: Sequence[str], low: float, high: float) -> list[str]:
    wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    parts = []
    for tick in range(_TICKS + 1):
        level = _TOP + tall * (1 - tick / _TICKS)
        value = low + (high - low) * tick / _TICKS
        parts.append(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{level:.1f}" y2="{level:.1f}" stroke="#ddd"/>'
        )
        parts.append(f'<text x="{_LEFT - 6}" y="{level + 3:.1f}" text-anchor="end">{value:,g}</text>')
    marks = _DAYS if all(len(name) <= _DAY for name in x) else _TIMES
    shown = sorted({round(n * (len(x) - 1) / marks) for n in range(marks + 1)}) if x else []
    for index in shown:
        across = _LEFT + wide * (index / max(1, len(x) - 1))
        anchor = "start" if index == 0 else "end" if index == len(x) - 1 else "middle"
        parts.append(
            f'<text x="{across:.1f}" y="{HEIGHT - 12}" text-anchor="{anchor}">{escape(x[index][:16])}</text>'
        )
    return parts


def _names(names: Sequence[str]) -> list[str]:
    parts, across = [], float(_LEFT)
    for number, name in enumerate(names):
        line = f'<line x1="{across:.0f}" x2="{across + 22:.0f}" y1="12" y2="12" stroke="{_colour(number)}" stroke-width="2"'
        parts.append(f'{line} stroke-dasharray="{_dash(number)}"/>')
        parts.append(f'<text x="{across + 27:.0f}" y="15.500">{escape(name)}</text>')
        across += 40 + sum(6 if sign.isascii() else 10 for sign in name)
    return parts
