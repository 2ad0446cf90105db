"""Import files or a database query: read, check, store, and say what became of every file and table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.domain.tables import Contract
from wattwarden.lake.checks_rows import Feed
from wattwarden.lake.feeds import mapped_feeds, only_rows, plain_feed
from wattwarden.lake.headers import HeaderBook, Recognised
from wattwarden.lake.import_log import digest_of, imported_before
from wattwarden.lake.import_run import ImportRun, Outcome, Progress
from wattwarden.lake.import_settings import ImportSettings, import_settings
from wattwarden.lake.mapping import SourceMapping, load_mapping
from wattwarden.lake.quarantine import Entry, open_entries
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.session import LakeSession
from wattwarden.lake.sources.database import DatabaseQuery, read_database
from wattwarden.lake.sources.files import SourceFile, find_files, read_file
from wattwarden.lake.sources.part import PART_SHIFT, Part
from wattwarden.lake.store import Lake


@dataclass(frozen=True)
class ImportRequest:
    """What to import and how.

    Args:
        home: Data folder.
        paths: Files and folders.
        database: A database query instead of, or besides, files.
        mapping: Name or file of a mapping; None when headers are known.
        table: Table of all files, when their names do not tell.
        sheet: Only sheets of this name.
        encoding: Encoding of text files; None to find out.
        dry_run: Check and compare, but keep nothing.
        again: Import files even if they were imported before.
        imported_at: Arrival of the rows; None for now.
    """

    home: Path
    paths: tuple[Path, ...] = ()
    database: DatabaseQuery | None = None
    mapping: str | None = None
    table: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    dry_run: bool = False
    again: bool = False
    imported_at: datetime | None = None


@dataclass(frozen=True)
class FileReport:
    """What became of one file or sheet.

    Args:
        title: File, and sheet.
        status: ``imported``, ``unchanged`` (imported before), ``refused``.
        tables: Tables it feeds.
        rows: Rows read.
        quarantined: Rows put into quarantine.
        problems: Why it was refused.
        ignored_columns: Columns that mean nothing.
    """

    title: str
    status: str
    tables: tuple[str, ...] = ()
    rows: int = 0
    quarantined: int = 0
    problems: tuple[Problem, ...] = ()
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableReport:
    """What became of the rows of one table, in numbers of rows.

    Args:
        table: Table name.
        read: Rows read.
        new: Rows with a new key.
        corrected: Rows that replace another version.
        unchanged: Rows that were there already.
        doubled: Rows that repeat another row of this import.
        quarantined: Bad rows.
    """

    table: str
    read: int
    new: int
    corrected: int
    unchanged: int
    doubled: int
    quarantined: int


@dataclass
class ImportReport:
    """What an import did.

    Args:
        files: One per file or sheet.
        tables: One per table.
        ignored: Files that are no tables, or that the mapping does not name.
        forbidden: Files that the mapping says must never be read.
        unchecked: Columns by table whose references could not be checked, as the other table is empty.
        skipped: Tables of the mapping whose files are absent.
        resolved: Quarantine entries that are settled now.
        version: Lake version afterwards; None if nothing was stored.
        is_dry: Whether nothing was kept on purpose.
    """

    files: list[FileReport] = field(default_factory=list)
    tables: list[TableReport] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    unchecked: dict[str, list[str]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    resolved: int = 0
    version: int | None = None
    is_dry: bool = False

    @property
    def refused(self) -> int:
        """Number of files or sheets refused."""
        return sum(1 for file in self.files if file.status == "refused")

    @property
    def quarantined(self) -> int:
        """Number of rows in quarantine because of this import."""
        return sum(table.quarantined for table in self.tables)


def silent(step: str, subject: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def import_files(request: ImportRequest, progress: Progress = silent) -> ImportReport:
    """Import everything that ``request`` names, in one lake version.

    Raises:
        WattwardenError: nothing can be read at all, a mapping is wrong, the lake is locked or full.
    """
    return _Import(request, progress).run()


class _Import:
    def __init__(self, request: ImportRequest, progress: Progress) -> None:
        self._request = request
        self._progress = progress
        self._contract: Contract = contract()
        self._settings: ImportSettings = import_settings()
        self._at = request.imported_at or datetime.now(UTC)
        self._book = HeaderBook(self._contract, self._settings)
        self._mapping = self._load_mapping()
        self._known: dict[int, Recognised] = {}
        self._retry: dict[int, set[int]] = {}
        self._report = ImportReport(is_dry=request.dry_run)

    def run(self) -> ImportReport:
        files = self._choose_files()
        self._request.home.mkdir(parents=True, exist_ok=True)
        with Scratch(self._request.home, [file.path for file in files], self._settings.memory) as scratch:
            parts = self._read(scratch, files)
            if parts:
                with Lake(self._request.home, self._contract).session() as session:
                    self._import(scratch, session, parts)
        self._report.files.sort(key=lambda file: file.title)
        return self._report

    def _load_mapping(self) -> SourceMapping | None:
        if self._request.table and self._request.table not in self._contract.source_tables:
            raise WattwardenError(
                Problem(
                    "--table",
                    self._request.table,
                    ", ".join(self._contract.source_tables),
                    "Correct the name.",
                )
            )
        name = self._request.mapping
        return load_mapping(name, self._contract, self._settings) if name else None

    def _choose_files(self) -> list[SourceFile]:
        if not self._request.paths:
            return []
        found = find_files(self._request.paths)
        mapping = self._mapping
        if mapping is None:
            self._report.ignored = found.ignored
            return list(found.files)
        chosen = [file for file in found.files if mapping.may_hold(file.title)]
        self._report.forbidden = tuple(f.title for f in found.files if mapping.is_forbidden(f.title))
        others = [f.title for f in found.files if f not in chosen and f.title not in self._report.forbidden]
        self._report.ignored = (*found.ignored, *others)
        if not chosen and self._request.database is None:
            patterns = ", ".join(source.file for source in mapping.sources.values())
            raise WattwardenError(
                Problem(
                    f"mapping {mapping.name}",
                    f"none of its files in {', '.join(map(str, self._request.paths))}",
                    patterns,
                    "Name the folder that holds them, or another mapping.",
                )
            )
        return chosen

    def _read(self, scratch: Scratch, files: Sequence[SourceFile]) -> list[Part]:
        parts: list[Part] = []
        number = 0
        for at, file in enumerate(files):
            self._progress("read", file.title, at, len(files))
            try:
                found = read_file(scratch, self._settings, file, number, self._request.encoding)
            except WattwardenError as error:
                self._refuse(file.title, error)
                number += 1
                continue
            number += len(found)
            wanted = self._request.sheet
            parts += [part for part in found if wanted is None or part.sheet == wanted]
        if self._request.database:
            parts.append(read_database(scratch, self._request.database, number))
        return [part for part in parts if self._is_understood(part)]

    def _is_understood(self, part: Part) -> bool:
        """Whether it is clear what a part holds; if not, it is refused."""
        if self._mapping:
            return self._mapping.source_of(part.file, part.sheet) is not None
        try:
            if self._request.table:
                found = self._book.checked(self._book.recognise(part, self._request.table), part)
            else:
                found = self._book.table_of(part)
            plain_feed(self._settings, part, found)
        except WattwardenError as error:
            self._refuse(part.title, error)
            return False
        self._known[part.number] = found
        return True

    def _import(self, scratch: Scratch, session: LakeSession, parts: list[Part]) -> None:
        reading = self._reading()
        fresh = self._without_seen(session, parts, reading)
        if not fresh:
            return
        run = ImportRun(scratch, session, self._contract, self._settings, self._at, self._progress)
        run.check(fresh, lambda left: self._feeds(scratch, left), frozenset(self._retry))
        run.store()
        run.quarantine(fresh, self._request.mapping or "")
        stored = [part for part in fresh if part.number not in run.outcome.refused]
        if stored and not self._request.dry_run:
            if session.changed or any(part.number not in self._retry for part in stored):
                run.log(stored, reading)
            self._report.version = session.commit(self._note(run.outcome, stored)).version
        self._tell(run.outcome, fresh)

    def _without_seen(self, session: LakeSession, parts: list[Part], reading: str) -> list[Part]:
        """Parts to import: new ones, and known ones with rows in quarantine which may pass now.

        With a mapping, one new part needs all others beside it, since rows may be joined; of the known
        ones only the rows in quarantine are taken again.
        """
        seen = {} if self._request.again else imported_before(session, reading)
        known = [part for part in parts if (part.sha256, part.sheet) in seen]
        waiting = open_entries(session) if known else []
        retry = {
            part.number: {_row(part, entry) for entry in waiting if _is_of(entry, part)} for part in known
        }
        is_joined = self._mapping is not None and (len(known) < len(parts) or any(retry.values()))
        fresh = [part for part in parts if part.number not in retry or retry[part.number] or is_joined]
        numbers = {part.number for part in fresh}
        self._retry = {number: rows for number, rows in retry.items() if number in numbers}
        self._report.files += [
            FileReport(part.title, "unchanged", rows=part.rows)
            for part in parts
            if part.number not in numbers
        ]
        return fresh

    def _feeds(self, scratch: Scratch, parts: Sequence[Part]) -> list[Feed]:
        if self._mapping:
            feeds, skipped = mapped_feeds(scratch, self._contract, self._settings, self._mapping, parts)
            self._report.skipped = tuple(skipped)
        else:
            feeds = [plain_feed(self._settings, part, self._known[part.number]) for part in parts]
        for number, rows in self._retry.items():
            feeds = [
                only_rows(feed, number, rows) if number in feed.parts and not feed.is_grouped else feed
                for feed in feeds
            ]
        return feeds

    def _reading(self) -> str:
        """Digest of everything that decides how a file is read."""
        mapping = self._mapping.model_dump_json() if self._mapping else ""
        tables = [table.model_dump_json() for table in self._contract.source_tables.values()]
        settings = (BUILT_IN / "import.yaml").read_text(encoding="utf-8")
        return digest_of(settings, mapping, self._request.table or "", self._request.encoding or "", *tables)

    def _note(self, outcome: Outcome, stored: Sequence[Part]) -> dict[str, str]:
        changed = sum(result.inserted + result.corrected for result in outcome.merged.values())
        return {
            "files": str(len({part.file for part in stored})),
            "rows": str(changed),
            "mapping": self._mapping.name if self._mapping else "",
        }

    def _tell(self, outcome: Outcome, parts: Sequence[Part]) -> None:
        report = self._report
        report.unchecked, report.resolved = outcome.unchecked, len(outcome.resolved)
        by_number = {part.number: part for part in parts}
        for name, counts in outcome.counts.items():
            merged = outcome.merged[name]
            rejected = sum(len(by_number[number].rejects) for number in counts)
            report.tables.append(
                TableReport(
                    name,
                    sum(count.read for count in counts.values()) + rejected,
                    merged.inserted,
                    merged.corrected,
                    merged.unchanged,
                    sum(count.doubled for count in counts.values()),
                    sum(count.bad for count in counts.values()) + rejected,
                )
            )
        for part in parts:
            error = outcome.refused.get(part.number)
            if error:
                self._refuse(part.title, error)
            else:
                report.files.append(self._file_report(part, outcome))

    def _file_report(self, part: Part, outcome: Outcome) -> FileReport:
        tables = tuple(name for name, counts in outcome.counts.items() if part.number in counts)
        bad = sum(counts[part.number].bad for counts in outcome.counts.values() if part.number in counts)
        ignored = self._known[part.number].ignored if part.number in self._known else ()
        rows = part.rows + len(part.rejects)
        changed = any(outcome.merged[name].changed for name in tables)
        status = "unchanged" if part.number in self._retry and not changed else "imported"
        return FileReport(part.title, status, tables, rows, bad + len(part.rejects), (), ignored)

    def _refuse(self, title: str, error: WattwardenError) -> None:
        self._report.files.append(FileReport(title, "refused", problems=error.problems))


def _is_of(entry: Entry, part: Part) -> bool:
    return entry.file_sha256 == part.sha256 and entry.sheet == part.sheet and entry.position >= 0


def _row(part: Part, entry: Entry) -> int:
    return (part.number << PART_SHIFT) + entry.position
