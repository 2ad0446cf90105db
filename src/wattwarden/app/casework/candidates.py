"""What a scan offers to the cases: findings by the case they belong to, and the row that sizes each case.

Findings that name staff make a case of their own, which the department does not see.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow.compute as pc

from wattwarden.app.own_changes import Authors
from wattwarden.app.scan_files import ScanFiles
from wattwarden.cases.merge import ScannedFinding
from wattwarden.domain.content import contract
from wattwarden.domain.finding import LifeState
from wattwarden.domain.staff_side import NamedStaff, named_staff, parted
from wattwarden.scoring.score import case_keys

Row = Mapping[str, object]
STAFF_SIDE = ".staff"
"""Ends the key of the case that holds the findings of a subject that name staff."""
_MONEY = ("low", "likely", "high")


@dataclass
class Candidates:
    """Findings by key of their case, the row of each finding, and the row of CASE_SCHEMA of each case."""

    groups: dict[str, list[ScannedFinding]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    cases: dict[str, Row] = field(default_factory=dict)


def candidates_of(scan: ScanFiles, authors: Authors) -> Candidates:
    """Read a scan; ``authors``: who made the changes that its findings are about, as it was published."""
    found, life = scan.findings, scan.life
    state = life["state"].take(pc.index_in(found["finding_key"], life["finding_key"].combine_chunks()))
    table = found.append_column("case_key", case_keys(found)).append_column("state", state)
    made = Candidates(cases={str(row["case_key"]): row for row in scan.cases.to_pylist()})
    sides: dict[str, set[bool]] = {}
    for batch in table.to_batches():
        for row in batch.to_pylist():
            changed_by = authors.get(row["finding_key"], ())
            named = named_staff(contract(), row["subject_kind"], row["subject_id"], row["proof"], changed_by)
            key = str(row["case_key"])
            sides.setdefault(key, set()).add(named.is_staff_side)
            made.rows[row["finding_key"]] = row
            own = key + STAFF_SIDE if named.is_staff_side else key
            made.groups.setdefault(own, []).append(_scanned(row, own, named))
    for key, kinds in sides.items():
        if True in kinds:
            _split(made, key, is_mixed=len(kinds) > 1)
    return made


def _scanned(row: Row, key: str, named: NamedStaff) -> ScannedFinding:
    staff = sorted(parted(named.staff_ids))
    about = (str(row["subject_id"]),) if row["subject_kind"] == "staff" else ()
    customer = {"customer": str(row["customer_id"])} if row["customer_id"] else {}
    return ScannedFinding(
        str(row["finding_key"]), key, str(row["severity"]), LifeState(str(row["state"] or LifeState.OPEN)), customer,
        about, tuple(n for n in staff if n not in about),
    )  # fmt: skip


def _split(made: Candidates, key: str, *, is_mixed: bool) -> None:
    """Give the staff-side case its row; where both sides have findings, each is sized by its own."""
    whole = made.cases[key]
    if not is_mixed:
        made.cases[key + STAFF_SIDE] = made.cases.pop(key) | {"staff_side": True}  # type: ignore[operator]  # rows are dicts
        return
    for own, staff_side in ((key, False), (key + STAFF_SIDE, True)):
        money = dict(_sized(made, made.groups[own]))
        likely, all_of_it = money["money_likely_fen"], int(str(whole["money_likely_fen"]))
        worth = int(str(whole["net_value_fen"])) * likely // all_of_it if all_of_it else 0
        made.cases[own] = {**whole, **money, "net_value_fen": worth, "staff_side": staff_side}


def _sized(made: Candidates, findings: Sequence[ScannedFinding]) -> Iterator[tuple[str, int]]:
    """Findings of one cause tell of the same loss: the largest of each cause counts."""
    for name in _MONEY:
        largest: dict[str, int] = {}
        for finding in findings:
            row = made.rows[finding.key]
            amount = row[f"loss_{name}_fen"]
            if amount is not None:
                cause = str(row["cause"])
                largest[cause] = max(largest.get(cause, 0), int(str(amount)))
        yield f"money_{name}_fen", sum(largest.values())
