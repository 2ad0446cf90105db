"""The charts that prove one finding, from the points that its scan laid out in the reading room."""

import logging
from collections.abc import Iterator, Mapping, Sequence

from wattwarden.app.console.charts import Chart, Lines, line_chart
from wattwarden.app.reading_room import curve_key, curve_set
from wattwarden.app.report.curves import Curve, curve_of
from wattwarden.app.store import home
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Language
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.rulekit.model import Rule, Series

Row = Mapping[str, object]
_LOG = logging.getLogger(__name__)


def proof_charts(row: Row, rule: Rule, language: Language) -> Sequence[Chart]:
    """Charts in the order of the rule; one without points is left out.

    Args:
        row: The finding, with ``proof`` as JSON text and the columns that series may match.
    """
    room = ReadingRoom(home())
    return [_chart(curve, language) for series in rule.proof.series for curve in _curve(room, row, series)]


def _curve(room: ReadingRoom, row: Row, series: Series) -> Iterator[Curve]:
    try:
        points = room.read(curve_set(series), curve_key(row, series))
    except WattwardenError as error:
        # The rule draws it only since the last scan; the next scan lays it out.
        _LOG.info("no curve of %s: %s", series.table, error)
        return
    if points.num_rows and {series.x, *series.y} <= set(points.column_names):
        columns = [points[name].to_pylist() for name in (series.x, *series.y)]
        yield curve_of(contract(), series, list(zip(*columns, strict=True)), row)


def _chart(curve: Curve, language: Language) -> Chart:
    units = dict.fromkeys(line.unit.text(language) for line in curve.lines if line.unit)
    values = {line.label.text(language): line.values for line in curve.lines}
    axis = {"zh": "时间", "en": "Time"}[language]
    return line_chart(
        curve.title.text(language), Lines(curve.x, values, " / ".join(units), _marked(curve), axis)
    )


def _marked(curve: Curve) -> tuple[str, str] | None:
    """The drawn points at which the period of the finding begins and ends."""
    if curve.mark_from is None:
        return None
    inside = [x for x in curve.x if x >= curve.mark_from and (curve.mark_to is None or x <= curve.mark_to)]
    return (inside[0], inside[-1]) if inside else None
