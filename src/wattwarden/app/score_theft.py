"""How the whole chain does on theft: visits, money, wrong accusations, trick by trick, against evasion.

Looks at cases and findings of risk point 1.2.2 as a crew would get them, not at a model by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from wattwarden.app.open_scan import scanned_lake
from wattwarden.app.scan_files import latest_scan
from wattwarden.app.score_scan import (
    VISITS,
    Key,
    Planted,
    Share,
    TheftFloor,
    accused,
    guilty_of,
    money_share,
    read_truth,
)
from wattwarden.domain.errors import Problem

RISK = "1.2.2"
NO_EVASION = "none"
_WHO = ["subject_kind", "subject_id", "customer_id", "premise_id", "risks"]


@dataclass(frozen=True)
class Visits:
    """The first visits for theft.

    Attributes:
        theft: Share of them at a thief.
        anything: Share of them where anything is wrong.
        money: Share of all stolen money, in fen, that belongs to the thieves among them.
    """

    theft: Share
    anything: Share
    money: Share


@dataclass(frozen=True)
class TheftScore:
    """Theft in one scan.

    Attributes:
        visits: By the number of first visits.
        accused_per_1000: Honest customers with a finding of theft, per 1,000 honest customers.
        by_trick: Thieves found at all, and found among the first 500 visits, by trick.
        by_evasion: Thieves found at all, by how they avoid notice.
    """

    visits: Mapping[int, Visits]
    accused: int
    honest: int
    by_trick: Mapping[str, tuple[Share, Share]]
    by_evasion: Mapping[str, Share]

    @property
    def accused_per_1000(self) -> float:
        """Wrong accusations per 1,000 honest customers."""
        return 1000 * self.accused / max(self.honest, 1)


def score_theft(home: Path, truth_folder: Path) -> TheftScore:
    """Compare the newest scan's findings and cases of theft with the truth.

    Raises:
        WattwardenError: no scan, or no truth.
    """
    planted, scan = read_truth(truth_folder), latest_scan(home)
    with scanned_lake(home, scan) as engine:
        customers = engine.row_count("customer")
    return compare_theft(planted, scan.findings, scan.cases, customers)


def compare_theft(
    planted: Sequence[Planted], findings: pa.Table, cases: pa.Table, customers: int
) -> TheftScore:
    """Score findings and cases of theft against what is planted among so many customers."""
    faults = [p for p in planted if not p.is_lookalike]
    thefts = [p for p in faults if p.risk == RISK]
    everything = guilty_of(faults)
    rows = findings.select(["risk", *_WHO[:-1]]).to_pylist()
    named = [accused(row) for row in rows if row["risk"] == RISK]
    found: set[Key] = set().union(*named)
    visited = [accused(row) for row in cases.sort_by("rank").select(_WHO).to_pylist() if RISK in row["risks"]]
    head = set().union(*visited[: max(VISITS)])
    wrong = {_customer(keys) for keys in named if not keys & everything} - {None}
    guilty_customers = {key for key in everything if key[0] == "customer"}
    return TheftScore(
        visits={n: _visits(visited[:n], thefts, everything) for n in VISITS},
        accused=len(wrong),
        honest=max(customers - len(guilty_customers), 0),
        by_trick={
            kind: (_share(members, found), _share(members, head))
            for kind, members in _grouped(thefts, lambda p: p.kind).items()
        },
        by_evasion={
            name: _share(members, found)
            for name, members in _grouped(thefts, lambda p: p.evasion or NO_EVASION).items()
        },
    )


def below_theft_floor(score: TheftScore, floor: TheftFloor) -> list[Problem]:
    """Every figure that is worse than the floor allows."""
    figures = {
        f"theft.precision_{n}": (visits.theft.value, floor.precision.get(n, 0.0))
        for n, visits in score.visits.items()
    }
    figures |= {
        f"theft.money_{n}": (visits.money.value, floor.money.get(n, 0.0))
        for n, visits in score.visits.items()
    }
    problems = [
        Problem(name, f"{value:.1%}", f"at least {wanted:.1%}")
        for name, (value, wanted) in figures.items()
        if value < wanted
    ]
    if score.accused_per_1000 > floor.accused_per_1000_most:
        problems.append(
            Problem(
                "theft.accused_per_1000",
                f"{score.accused_per_1000:.2f}",
                f"at most {floor.accused_per_1000_most:g}",
            )
        )
    return problems


def _visits(visited: Sequence[set[Key]], thefts: Sequence[Planted], everything: set[Key]) -> Visits:
    thieves: set[Key] = set().union(*(p.keys for p in thefts))
    seen: set[Key] = set().union(*visited)
    return Visits(
        Share.of_counts(sum(bool(keys & thieves) for keys in visited), len(visited)),
        Share.of_counts(sum(bool(keys & everything) for keys in visited), len(visited)),
        money_share([p.loss_fen for p in thefts], [bool(p.keys & seen) for p in thefts]),
    )


def _share(members: Sequence[Planted], keys: set[Key]) -> Share:
    return Share.of_counts(sum(bool(p.keys & keys) for p in members), len(members))


def _grouped(planted: Sequence[Planted], name: Callable[[Planted], str]) -> dict[str, list[Planted]]:
    grouped: dict[str, list[Planted]] = defaultdict(list)
    for item in planted:
        grouped[name(item)].append(item)
    return dict(sorted(grouped.items()))


def _customer(keys: set[Key]) -> str | None:
    return next((value for kind, value in sorted(keys) if kind == "customer"), None)
