"""Write a derivation as an Excel sheet or as a page."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wattwarden.app.columns import load_lists
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.calc.tariff.applied import Reason
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.worked import Worked

SHEET = Label(zh="计算过程", en="Derivation")
REASONS = Label(zh="为何执行", en="Why these apply")
TEMPLATES = Path(__file__).parent / "templates"


def write_worked(worked: Worked, path: Path, language: Language, reasons: Sequence[Reason] = ()) -> None:
    """Write ``reasons`` and the steps of ``worked``, as a page or a workbook by the ending of the file.

    Raises:
        WattwardenError: the file cannot be written, or its ending is neither .html nor .xlsx.
    """
    lists = load_lists().lists
    sheets = [Sheet(SHEET, lists["worked"], worked.rows(language))]
    if reasons:
        rows = [{"fact": r.fact.text(language), "follows": r.follows.text(language)} for r in reasons]
        sheets.insert(0, Sheet(REASONS, lists["reasons"], rows))
    if path.suffix == ".xlsx":
        write_workbook(path, sheets, language)
    elif path.suffix == ".html":
        _write_page(worked.title, sheets, path, language)
    else:
        raise fail(str(path), found=f"ending {path.suffix or '(none)'}", expected=".xlsx or .html",
                   action="Name the file with one of these endings.")  # fmt: skip


def _write_page(title: Label, sheets: Sequence[Sheet], path: Path, language: Language) -> None:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("sheets.html.jinja").render(title=title, sheets=sheets, language=language)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise fail(str(path), found=str(error), expected="a file that can be written") from error
