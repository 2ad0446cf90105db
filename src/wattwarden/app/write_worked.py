"""Write a derivation as an Excel sheet."""

from pathlib import Path

from wattwarden.app.columns import load_lists
from wattwarden.app.workbook import Sheet, write_workbook
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.worked import Worked

SHEET = Label(zh="计算过程", en="Derivation")


def write_worked(worked: Worked, path: Path, language: Language) -> None:
    """Write the steps of ``worked``, one row each.

    Raises:
        WattwardenError: the file cannot be written.
    """
    columns = load_lists().lists["worked"]
    write_workbook(path, [Sheet(SHEET, columns, worked.rows(language))], language)
