"""What proves, or clears, a suspicion against a customer: pure data for a screen, a page or a sheet.

Series: the own history, peers of the same type and voltage, the area's loss with and without the customer,
voltages, currents and powers of the phases; a timeline of events, work and visits; what would clear it, what
to look at first on site, and what to heed there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.proof_series import PLACE, SETS, TIMELINE, choose
from wattwarden.app.rule_catalogue import all_rules
from wattwarden.app.scan_files import latest_scan
from wattwarden.app.shown_value import code_label
from wattwarden.domain.content import BUILT_IN, contract, read_yaml, validate
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import LANGUAGES, Label, Language, Strict
from wattwarden.engines.derive import derivation_order
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.rulekit.model import Rule

SAFETY_FILE = "safety.yaml"
MOST_POINTS = 800
"""Points of one chart: a week of quarter hours, or two years of days."""
Row = Mapping[str, object]


class SafetyNote(Strict):
    """What to heed; ``where`` says what must be there for it to matter."""

    where: str
    zh: str
    en: str


class SafetyNotes(Strict):
    """All notes."""

    notes: tuple[SafetyNote, ...]


@dataclass(frozen=True)
class ProofSeries:
    """One chart.

    Attributes:
        title: What it shows.
        columns: Label of each line, by its column.
        points: Rows with ``x`` and the columns; absent is None.
    """

    title: Label
    columns: Mapping[str, Label]
    points: Sequence[Row]

    @property
    def x(self) -> list[str]:
        """Label of each point on the axis."""
        return [str(point["x"]) for point in self.points]

    def line(self, column: str) -> list[float | None]:
        """Value of one line at each point, to be drawn."""
        return [None if (value := point[column]) is None else float(str(value)) for point in self.points]

    def lines(self, language: Language) -> dict[str, list[float | None]]:
        """All lines by their names."""
        return {label.text(language): self.line(name) for name, label in self.columns.items()}


@dataclass(frozen=True)
class ProofPack:
    """Everything about one customer; ``series`` without a point are left out.

    Attributes:
        timeline: When and what, the oldest first.
        clears: What would clear the suspicion: the false alarms that the rules know.
        first: What to check first on site.
        safety: What to heed there.
    """

    customer: str
    titles: Sequence[Label]
    series: Sequence[ProofSeries]
    timeline: Sequence[tuple[str, Label]]
    clears: Sequence[Label]
    first: Sequence[Label]
    safety: Sequence[Label]


def proof_pack(home: Path, customer: str) -> ProofPack:
    """Gather the proof about ``customer`` from the newest lake and the findings of the newest scan.

    Raises:
        WattwardenError: the lake is empty, was never scanned, or has no such customer.
    """
    rules = _rules_that_hit(home, customer)
    with newest_lake(home) as engine:
        choose(engine, [customer])
        if not engine.query(SETS[PLACE].sql).num_rows:
            raise fail(
                f"customer {customer}", found="no such customer", expected="a number of the table customer"
            )

        def read(name: str) -> list[Row]:
            engine.derive(derivation_order(contract(), SETS[name].needs))
            rows: list[Row] = engine.query(SETS[name].sql).to_pylist()
            return rows

        return _assembled(customer, rules, read)


def proof_in_room(home: Path, customer: str, rules: Sequence[Rule]) -> ProofPack:
    """The proof about ``customer`` as the last full scan laid it out.

    Args:
        home: The data folder.
        customer: Number of the customer.
        rules: Rules with a finding about him.

    Raises:
        WattwardenError: no full scan has laid it out yet.
    """
    room = ReadingRoom(home)
    return _assembled(customer, rules, lambda name: room.read(name, customer).to_pylist())


def _assembled(customer: str, rules: Sequence[Rule], read: Callable[[str], list[Row]]) -> ProofPack:
    place = read(PLACE)
    return ProofPack(
        customer, [rule.title for rule in rules],
        [
            _series(proof.title, proof.columns, rows)
            for name, proof in SETS.items()
            if proof.title and proof.columns and (rows := _drawn(read(name), proof.columns))
        ],
        [(str(row["happened"]), _word(str(row["kind"]), str(row["what"]))) for row in read(TIMELINE)],
        _labels(label for rule in rules for label in rule.false_positives),
        _labels(label for rule in rules for label in rule.checks),
        _safety(place[0] if place else {}),
    )  # fmt: skip


def _series(title: Label, columns: Mapping[str, Label], rows: Sequence[Row]) -> ProofSeries:
    """Only lines with a value: a single-phase meter has no phase B."""
    there = {n: label for n, label in columns.items() if any(row[n] is not None for row in rows)}
    return ProofSeries(title, there, rows)


def _drawn(rows: list[Row], columns: Mapping[str, Label]) -> list[Row]:
    """Rows with at least one value, the newest ``MOST_POINTS``."""
    return [row for row in rows if any(row.get(name) is not None for name in columns)][-MOST_POINTS:]


def _rules_that_hit(home: Path, customer: str) -> list[Rule]:
    findings = latest_scan(home).findings
    mine = findings.filter(pc.equal(findings["customer_id"], customer))
    known = all_rules(home)
    return [known[name] for name in dict.fromkeys(mine["rule_id"].to_pylist()) if name in known]


def _labels(labels: Iterable[Label]) -> list[Label]:
    return list({label.en: label for label in labels}.values())


def _safety(row: Row) -> list[Label]:
    path = BUILT_IN / SAFETY_FILE
    notes = validate(SafetyNotes, read_yaml(path), str(path)).notes
    there = {"always", *(name for name, is_there in row.items() if is_there)}
    return [Label(zh=note.zh, en=note.en) for note in notes if note.where in there]


def _word(table: str, value: str) -> Label:
    column = {"meter_event": "event", "work_order": "kind", "inspection_result": "outcome"}[table]
    zh, en = (code_label(contract(), table, column, value, language) or value for language in LANGUAGES)
    name = contract()[table].label
    return Label(zh=f"{name.zh}：{zh}", en=f"{name.en}: {en}")
