"""What later data said about remedies, drawn before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.app.casework.area_effect import KEY
from wattwarden.app.casework.lists import ListedCase, listed
from wattwarden.app.console.charts import Chart, Lines, line_chart
from wattwarden.domain.access import Viewer
from wattwarden.domain.labels import Label, Language
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, CaseVerification

VERDICTS = {
    "mended": Label(zh="已整改", en="Mended"),
    "not_mended": Label(zh="未整改，已重新打开", en="Not mended, reopened"),
    "cannot_tell": Label(zh="暂无法判断", en="Cannot be told yet"),
}
_SHOWN = 20


@dataclass(frozen=True)
class Compared:
    """One verdict with its reasons and a chart for each finding that has a series."""

    listed: ListedCase
    verification: CaseVerification
    verdict: Label
    why: Sequence[Label]
    charts: Sequence[Chart]


def comparisons(viewer: Viewer, language: Language, case_id: int | None = None) -> list[Compared]:
    """The latest verdicts, of one case or of all that the viewer may see."""
    cases = visible(Case, viewer, "see_cases")
    cases = cases.filter(pk=case_id) if case_id else cases
    rows = (
        CaseVerification.objects.filter(case__in=cases)
        .select_related("case", "case__owner")
        .order_by("-at")[:_SHOWN]
    )
    return [_compared(viewer, row, language) for row in rows]


def _compared(viewer: Viewer, row: CaseVerification, language: Language) -> Compared:
    return Compared(
        listed(viewer, [row.case])[0],
        row,
        VERDICTS[row.verdict],
        [Label.model_validate(why) for why in row.why],
        [_chart(series, str(row.remedied_on), language) for series in row.series],
    )


def _chart(series: dict[str, object], remedied_on: str, language: Language) -> Chart:
    days, values = series["x"], series["y"]
    if not isinstance(days, list) or not isinstance(values, list):
        raise TypeError("a stored comparison is two lists")
    before = Label(zh="整改前", en="before the remedy").text(language)
    after = Label(zh="整改后", en="after the remedy").text(language)
    drawn = {
        before: [v if day <= remedied_on else None for day, v in zip(days, values, strict=True)],
        after: [v if day > remedied_on else None for day, v in zip(days, values, strict=True)],
    }
    means = [
        f"{value:.2f}" if isinstance(value := series[name], float | int) else "–"
        for name in ("before", "after")
    ]
    of_area = series["key"] == KEY
    title = Label(
        zh=f"{'台区日损失(千瓦时)，' if of_area else ''}均值：整改前 {means[0]}，整改后 {means[1]}",
        en=f"{'daily loss of the area, kWh: ' if of_area else ''}mean before {means[0]}, after {means[1]}",
    )
    return line_chart(
        title.text(language),
        Lines([str(day) for day in days], drawn, axis=Label(zh="日期", en="day").text(language)),
    )
