"""Suggest a mapping for a file that nobody has mapped yet."""

from dataclasses import dataclass
from pathlib import Path

from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.lake.import_settings import import_settings
from wattwarden.lake.mapping import load_mapping
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.sources.files import SourceFile, read_file
from wattwarden.lake.suggest import Suggestion, mapping_text, suggest


@dataclass(frozen=True)
class Proposal:
    """Suggestions for one sheet or file.

    Args:
        title: The file, and sheet.
        best: The likeliest table.
        others: The next ones.
        text: The best one as the YAML of a mapping.
    """

    title: str
    best: Suggestion
    others: tuple[Suggestion, ...]
    text: str


def suggest_mapping(
    home: Path, file: Path, table: str | None, save: Path | None, encoding: str | None = None
) -> list[Proposal]:
    """Suggestions for each sheet of ``file``.

    Args:
        home: Data folder, for unfinished work only.
        file: The unknown file.
        table: Table that it holds, if known.
        save: Where to write the mapping of the first sheet; it is loaded once to prove that it is valid.
        encoding: Encoding of a text file; None to find out.

    Raises:
        WattwardenError: the file cannot be read, or the table is unknown.
    """
    settings = import_settings()
    if table is not None and table not in contract().source_tables:
        raise fail("--table", found=table, expected=", ".join(contract().source_tables))
    if not file.is_file():
        raise fail(str(file), found="no such file", expected="a file with rows", action="Check the path.")
    proposals = []
    with Scratch(home, [file], settings.memory) as scratch:
        for part in read_file(scratch, settings, SourceFile(file, str(file)), 0, encoding):
            found = suggest(scratch, contract(), settings, part, table)
            text = mapping_text(part, found[0], file.name)
            proposals.append(Proposal(part.title, found[0], tuple(found[1:]), text))
    if save is not None:
        save.write_text(proposals[0].text, encoding="utf-8")
        load_mapping(str(save), contract(), settings)
    return proposals
