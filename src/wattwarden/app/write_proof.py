"""Write a proof pack as a paper, or as a workbook: one sheet with the words, one for each series."""

from datetime import UTC, datetime
from pathlib import Path

from wattwarden.app.audit import operator
from wattwarden.app.columns import ListColumn
from wattwarden.app.open_scan import scan_number
from wattwarden.app.proof_pack import ProofPack, ProofSeries, proof_in_room, proof_pack
from wattwarden.app.proof_pdf import proof_pdf
from wattwarden.app.show_finding import Finding, proof_words
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.lake.reading_room import ReadingRoom

WORDS = {
    "part": ListColumn(kind="text", label=Label(zh="项目", en="Part"), means=Label(zh="项目", en="Part")),
    "value": ListColumn(kind="text", label=Label(zh="内容", en="What"), means=Label(zh="内容", en="What")),
}
AXIS = Label(zh="时间", en="Time")
MOST_NAME = 28


def write_finding_proof(
    home: Path, finding: Finding, path: Path, language: Language, masker: Masker, reason: str = ""
) -> None:
    """Write the proof of one finding, as a paper or a workbook by the ending of the file.

    Raises:
        WattwardenError: the ending is neither .pdf nor .xlsx, or the file cannot be written.
    """
    pack = _pack_of(home, finding)
    if path.suffix == ".pdf":
        mark = " · ".join(
            filter(None, (operator(), f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M}", reason))
        )
        content = proof_pdf(home, proof_words(home, finding, language, masker), pack, language, mark)
        try:
            path.write_bytes(content)
        except OSError as error:
            raise fail(str(path), found=str(error), expected="a file that can be written") from error
    elif path.suffix == ".xlsx" and pack is not None:
        write_proof(pack, path, language)
    else:
        raise fail(str(path), found=f"ending {path.suffix or '(none)'}",
                   expected=".pdf or .xlsx" if pack else ".pdf: the finding is about no customer")  # fmt: skip


def _pack_of(home: Path, finding: Finding) -> ProofPack | None:
    """As the scan laid it out; from the lake where the scan was none that does."""
    customer = finding.row["customer_id"]
    if customer is None:
        return None
    if ReadingRoom(home).number() == scan_number(finding.listing.scan):
        return proof_in_room(home, str(customer), [finding.rule] if finding.rule else [])
    return proof_pack(home, str(customer))


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
