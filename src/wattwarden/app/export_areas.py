"""Write areas and suspects as JSON or Excel."""

from pathlib import Path

from wattwarden.app.area_loss_card import area_rows, suspect_rows
from wattwarden.app.columns import load_lists
from wattwarden.app.evaluate_area_loss import AreaEvaluation
from wattwarden.app.export_list import json_text
from wattwarden.app.workbook import Sheet, glossary, write_workbook
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language

AREAS, SUSPECTS = "area_causes", "area_suspects"


def write_areas(found: AreaEvaluation, out: Path, language: Language) -> None:
    """Write every area and every suspect; the ending of the file chooses the form.

    Raises:
        WattwardenError: an ending other than .json and .xlsx, or a file that cannot be written.
    """
    lists = load_lists().lists
    areas, suspects = area_rows(found, language), suspect_rows(found, language)
    if out.suffix == ".xlsx":
        sheets = [
            Sheet(Label(zh="台区原因", en="Causes"), lists[AREAS], areas),
            Sheet(Label(zh="嫌疑用户", en="Suspects"), lists[SUSPECTS], suspects),
            Sheet(
                Label(zh="列说明", en="Glossary"), lists["glossary"], glossary([AREAS, SUSPECTS], language)
            ),
        ]
        write_workbook(out, sheets, language)
    elif out.suffix == ".json":
        parts = (json_text(areas, list(lists[AREAS])), json_text(suspects, list(lists[SUSPECTS])))
        out.write_text(f'{{"areas": {parts[0]}, "suspects": {parts[1]}}}\n', encoding="utf-8")
    else:
        raise fail(str(out), found=f"the ending {out.suffix!r}", expected=".json or .xlsx")
