"""One import from parts to the lake: check everything first, then store all of it or nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.tables import Contract
from wattwarden.lake.checks import KnownKeys, PartCount, TableCheck, UnusablePartError, reference_order
from wattwarden.lake.checks_rows import Feed
from wattwarden.lake.import_log import LOG, Logged, log_rows
from wattwarden.lake.import_settings import ImportSettings
from wattwarden.lake.merge import MergeResult
from wattwarden.lake.quarantine import (
    ENTRIES,
    RESOLVED,
    STATES,
    Entry,
    QuarantineWriter,
    accepted_entries,
    open_entries,
    state_rows,
)
from wattwarden.lake.scratch import Scratch
from wattwarden.lake.session import LakeSession
from wattwarden.lake.sources.part import Part

Progress = Callable[[str, str, int, int], None]
"""Called with the step (``read``, ``check``, ``store``), its subject, what is done and what there is."""

FeedMaker = Callable[[Sequence[Part]], list[Feed]]
"""Feeds of the parts that are still in the import."""


@dataclass
class Outcome:
    """What became of an import.

    Args:
        counts: Rows by table and part.
        merged: What was new, corrected and unchanged, by table.
        refused: Why a part was refused, by part.
        unchecked: Columns by table that name rows of a table which is empty everywhere.
        resolved: Quarantine entries that this import settled.
        quarantined: New quarantine entries.
    """

    counts: dict[str, dict[int, PartCount]] = field(default_factory=dict)
    merged: dict[str, MergeResult] = field(default_factory=dict)
    refused: dict[int, WattwardenError] = field(default_factory=dict)
    unchecked: dict[str, list[str]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    quarantined: int = 0

    def bad(self, part: int) -> int:
        """Most rows of ``part`` that any table has in quarantine."""
        return max((counts[part].bad for counts in self.counts.values() if part in counts), default=0)


class ImportRun:
    """Checks and stores the parts of one import.

    Args:
        scratch: Working space.
        session: The lake, locked for this import.
        contract: The data contract.
        settings: Words, formats and limits.
        imported_at: Time of the import, zone-aware.
        progress: Told about each step.
    """

    def __init__(
        self,
        scratch: Scratch,
        session: LakeSession,
        contract: Contract,
        settings: ImportSettings,
        imported_at: datetime,
        progress: Progress,
    ) -> None:
        self._scratch = scratch
        self._session = session
        self._contract = contract
        self._settings = settings
        self._at = imported_at
        self._progress = progress
        self.outcome = Outcome()
        self.checks: dict[str, TableCheck] = {}

    def check(
        self, parts: Sequence[Part], make_feeds: FeedMaker, lenient: frozenset[int] = frozenset()
    ) -> None:
        """Check all rows; refuse parts with too many bad rows, then check the rest again without them.

        Args:
            parts: All parts.
            make_feeds: Makes the feeds of some of them.
            lenient: Parts of which only rows from the quarantine are read; they are not refused.
        """
        while True:
            left = [part for part in parts if part.number not in self.outcome.refused]
            self.checks, self.outcome.counts, self.outcome.unchecked = {}, {}, {}
            try:
                self._check_tables(make_feeds(left))
            except UnusablePartError as error:
                if error.part is None:
                    raise
                self.outcome.refused[error.part] = error
                continue
            refused = {part.number: self._too_bad(part) for part in left if part.number not in lenient}
            found = {number: error for number, error in refused.items() if error}
            if not found:
                return
            self.outcome.refused |= found

    def store(self) -> None:
        """Hand the good rows to the lake, table by table; nothing is visible before ``session.commit``."""
        for at, (name, check) in enumerate(self.checks.items()):
            self._progress("store", name, at, len(self.checks))
            self.outcome.merged[name] = self._session.merge(name, self._batches(check), self._at)
            if self.outcome.merged[name].conflicts:
                raise fail(
                    f"table {name}",
                    found=f"{self.outcome.merged[name].conflicts} rows that contradict others",
                    expected="rows that passed the checks",
                )

    def quarantine(self, parts: Sequence[Part], mapping: str) -> None:
        """Put the bad rows into quarantine, and settle the entries whose rows were accepted now."""
        writer = QuarantineWriter(
            self._scratch, self._settings, {part.number: part for part in parts}, self._at, mapping
        )
        waiting = {entry.entry_id: entry for entry in open_entries(self._session)}
        tables = []
        for name, check in self.checks.items():
            entries = [writer.entries(check)] if check.bad_count else []
            numbers = {number for feed in check.feeds for number in feed.parts}
            entries += [
                writer.rejects(part, name) for part in parts if part.number in numbers and part.rejects
            ]
            tables += entries
            own = [entry for entry in waiting.values() if entry.table == name]
            self.outcome.resolved += accepted_entries(self._scratch, check, own)
        if tables:
            new = _without_known(pa.concat_tables(tables), waiting)
            self.outcome.quarantined = new.num_rows
            self._session.append_system(ENTRIES, new)
        self.settle(self.outcome.resolved)

    def settle(self, entries: Sequence[str]) -> None:
        """Mark quarantine entries as resolved."""
        if entries:
            self._session.append_system(STATES, state_rows(entries, RESOLVED, self._at))

    def log(self, parts: Sequence[Part], reading: str) -> None:
        """Remember which parts were imported and how they were read."""
        logged = []
        for part in parts:
            if part.number in self.outcome.refused:
                continue
            tables = [name for name, counts in self.outcome.counts.items() if part.number in counts]
            bad = self.outcome.bad(part.number) + len(part.rejects)
            logged.append(
                Logged(
                    self._at, part.file, part.sheet, part.sha256, reading, ",".join(tables), part.rows, bad
                )
            )
        if logged:
            self._session.append_system(LOG, log_rows(logged))

    def _check_tables(self, feeds: list[Feed]) -> None:
        known = KnownKeys(self._scratch, self._contract, self._session.files)
        order = reference_order(self._contract, {feed.table.name for feed in feeds})
        for at, name in enumerate(order):
            self._progress("check", name, at, len(order))
            own = [feed for feed in feeds if feed.table.name == name]
            check = TableCheck(self._scratch, self._settings, own, self._at)
            self.checks[name] = check
            check.check_rows()
            check.check_keys()
            unchecked = check.check_references(lambda table: known.known(table, self.checks), self._contract)
            if unchecked:
                self.outcome.unchecked[name] = unchecked
            self.outcome.counts[name] = check.count_by_part()

    def _batches(self, check: TableCheck) -> Iterator[pa.RecordBatch]:
        query = check.good(with_row=False)
        yield from self._scratch.sql.sql(query).to_arrow_reader(self._settings.batch_rows)

    def _too_bad(self, part: Part) -> WattwardenError | None:
        for name, counts in self.outcome.counts.items():
            count = counts.get(part.number)
            if count is None:
                continue
            bad, read = count.bad + len(part.rejects), count.read + len(part.rejects)
            if bad >= self._settings.refuse_rows and bad > self._settings.refuse_share * read:
                return WattwardenError(
                    Problem(
                        f"{part.title} → {name}",
                        f"{bad:,} of {read:,} rows are wrong; the most frequent: {self._most_frequent(name, part)}",
                        f"at most {self._settings.refuse_share:.0%} wrong rows",
                        "Check that it is the right file and that each column means what its name says.",
                    )
                )
        return None

    def _most_frequent(self, table: str, part: Part) -> str:
        check = self.checks[table]
        rows = self._scratch.rows(
            f"SELECT p['column'], any_value(p['found']), any_value(p['en']), count(*) AS n "
            f"FROM (SELECT unnest(problems) AS p FROM {check.bad_table} WHERE _row >> 40 = {part.number}) "
            f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1"
        )
        if not rows:
            return "lines that are no rows"
        column, found, expected, count = rows[0]
        return f"column {column} ({int(str(count)):,} times), such as {found!r} where {expected} is expected"


def _without_known(entries: pa.Table, waiting: dict[str, Entry]) -> pa.Table:
    """``entries`` without those that wait already for the same reason."""
    known = {name: [dict(problem) for problem in entry.problems] for name, entry in waiting.items()}
    keep = [
        row["entry_id"] not in known or row["found"] != (known[row["entry_id"]][0]["found"])
        for row in entries.select(["entry_id", "found"]).to_pylist()
    ]
    return entries.filter(pa.array(keep, pa.bool_()))
