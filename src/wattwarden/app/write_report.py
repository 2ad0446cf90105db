"""Write the report of a scan: one HTML file, and the same as a workbook."""

from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.audit import masker_for
from wattwarden.app.open_scan import chosen_scan, scan_number
from wattwarden.app.report.material import gathered
from wattwarden.app.report.page import make_report, render
from wattwarden.app.report.sheets import sheets
from wattwarden.app.workbook import write_workbook
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Language

CASES_TOLD = 50


@dataclass(frozen=True)
class ReportRequest:
    """What to write.

    Args:
        html: The page; not written when None.
        xlsx: The workbook; not written when None.
        language: Language of the workbook, and the one in which the page opens.
        scan: Number of the scan; the newest when None.
        cases: Cases told in full on the page.
        unmasked, reason: Show personal data, and why.
    """

    home: Path
    html: Path | None
    xlsx: Path | None
    language: Language
    scan: int | None = None
    cases: int = CASES_TOLD
    unmasked: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class WrittenReport:
    """What was written."""

    scan: int
    findings: int
    cases: int
    files: tuple[Path, ...]


def write_report(request: ReportRequest) -> WrittenReport:
    """Write the files that are asked for.

    Raises:
        WattwardenError: there is no scan, the lake of the scan is gone, or a file cannot be written.
    """
    files = tuple(path for path in (request.html, request.xlsx) if path is not None)
    facts = {"files": [str(path) for path in files]}
    scan = chosen_scan(request.home, request.scan)
    masker = masker_for(request.home, "report", request.unmasked, request.reason, facts)
    with gathered(request.home, scan, masker) as material:
        report = make_report(material, request.cases)
        if request.html is not None:
            _write(request.html, render(report, request.language))
        if request.xlsx is not None:
            write_workbook(request.xlsx, sheets(report, request.language), request.language)
    return WrittenReport(scan_number(scan), scan.findings.num_rows, scan.cases.num_rows, files)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise fail(str(path), found=str(error), expected="a file that can be written") from error
    finally:
        draft.unlink(missing_ok=True)
