"""Write a proof pack as a workbook: one sheet with the words, one for each series."""

from pathlib import Path

from wattwarden.app.columns import ListColumn
from wattwarden.app.proof_pack import ProofPack, ProofSeries
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.labels import Label, Language

WORDS = {
    "part": ListColumn(kind="text", label=Label(zh="项目", en="Part"), means=Label(zh="项目", en="Part")),
    "value": ListColumn(kind="text", label=Label(zh="内容", en="What"), means=Label(zh="内容", en="What")),
}
AXIS = Label(zh="时间", en="Time")
MOST_NAME = 28


def write_proof(pack: ProofPack, path: Path, language: Language) -> None:
    """Write the pack to ``path``.

    Raises:
        WattwardenError: the file cannot be written.
    """
    parts = (
        (Label(zh="疑点", en="Finding"), [t.text(language) for t in pack.titles]),
        (Label(zh="时间线", en="Timeline"), [f"{at} {what.text(language)}" for at, what in pack.timeline]),
        (Label(zh="可排除的情况", en="Would clear it"), [t.text(language) for t in pack.clears]),
        (Label(zh="先核查", en="Check first"), [t.text(language) for t in pack.first]),
        (Label(zh="安全", en="Safety"), [t.text(language) for t in pack.safety]),
    )
    words = [{"part": heading.text(language), "value": text} for heading, texts in parts for text in texts]
    sheets = [
        Sheet(Label(zh="证据", en="Proof"), WORDS, words),
        *(_sheet(n, s) for n, s in enumerate(pack.series, 1)),
    ]
    write_workbook(path, sheets, language)


def _sheet(number: int, series: ProofSeries) -> Sheet:
    labels = {"x": AXIS, **series.columns}
    columns = {
        name: ListColumn(kind="text", label=label, means=series.title) for name, label in labels.items()
    }
    rows = [
        {name: None if point[name] is None else str(point[name]) for name in labels}
        for point in series.points
    ]
    name = Label(
        zh=f"{number} {series.title.zh}"[:MOST_NAME].replace(":", " ").replace("：", " "),
        en=f"{number} {series.title.en}"[:MOST_NAME],
    )
    return Sheet(name, columns, rows)
