"""Compare the newest scan of a simulated utility with what is true there.

This is the only reader of a simulation's truth. Definitions:

* a planted fault (rows of one ``group`` are one fault) is found when a finding of the same risk point is
  about the same subject or the same customer;
* a finding is a wrong accusation when nothing at all is planted on its subject, its customer or its area;
  one about an honest look-alike is a wrong accusation that is also counted by itself;
* a visit is right when anything is planted on its premise, customer or subject.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from wattwarden.app.scan_files import latest_scan
from wattwarden.calc.statistics import wilson_interval
from wattwarden.domain.content import read_yaml, validate
from wattwarden.domain.errors import Problem, fail
from wattwarden.domain.labels import Strict

TRUTH_FILE = "truth.csv"
VISITS = (100, 500)
RESAMPLES = 2_000
BOOTSTRAP_SEED = 20_260_101
Key = tuple[str, str]


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; the interval of nothing at all is (0, 1)."""

    hits: int
    of: int
    value: float
    low: float
    high: float

    @classmethod
    def of_counts(cls, hits: int, trials: int) -> "Share":
        """A share of counts with its Wilson interval."""
        return cls(hits, trials, hits / trials if trials else 0.0, *wilson_interval(hits, trials))


@dataclass(frozen=True)
class KindScore:
    """How one planted kind fared.

    Attributes:
        wrongly_accused: Wrong accusations by the rule of the same name.
        money_found: Share of the kind's money, in fen.
    """

    kind: str
    risk: str
    found: Share
    money_found: Share
    wrongly_accused: int

    @property
    def missed(self) -> int:
        """Planted but not found."""
        return self.found.of - self.found.hits


@dataclass(frozen=True)
class ScoreReport:
    """The whole comparison.

    Attributes:
        wrong_by_rule: Wrong accusations of each rule that made some.
        lookalikes_accused: Honest look-alikes with a finding of their risk point, by kind.
        precision: Share of right visits among the first n cases.
    """

    kinds: Sequence[KindScore]
    overall: Share
    money: Share
    findings: int
    wrongly_accused: Share
    wrong_by_rule: Mapping[str, int]
    lookalikes_accused: Mapping[str, Share]
    precision: Mapping[int, Share] = field(default_factory=dict)


class TheftFloor(Strict):
    """Least figures of theft.

    Attributes:
        precision: Least share of thieves among the first visits for theft, by their number.
        money: Least share of the stolen money found by so many visits.
        accused_per_1000_most: Most honest customers accused of theft, per 1,000.
    """

    precision: Mapping[int, float] = {}
    money: Mapping[int, float] = {}
    accused_per_1000_most: float = 1000.0


class Floor(Strict):
    """Least figures that a scan must reach, each a share from 0 to 1.

    Attributes:
        worth_found: Least share of the planted money that is found.
        kinds: Least share found, by planted kind.
        wrongly_accused_most: Largest share of findings that may be wrong accusations.
        lookalikes_most: Largest share of look-alikes that may be accused.
    """

    overall_found: float = 0.0
    worth_found: float = 0.0
    precision_100: float = 0.0
    precision_500: float = 0.0
    wrongly_accused_most: float = 1.0
    lookalikes_most: float = 1.0
    kinds: Mapping[str, float] = {}
    theft: TheftFloor = TheftFloor()


@dataclass(frozen=True)
class Planted:
    """One fault or look-alike: all rows of its group."""

    kind: str
    risk: str
    loss_fen: int
    is_lookalike: bool
    keys: frozenset[Key]
    area: str
    evasion: str = ""


def score_scan(home: Path, truth_folder: Path) -> ScoreReport:
    """Compare the newest scan below ``home`` with ``truth_folder``.

    Raises:
        WattwardenError: no scan, no truth, or a truth without a single row.
    """
    planted = read_truth(truth_folder)
    scan = latest_scan(home)
    return compare(planted, scan.findings, scan.cases)


def read_truth(folder: Path) -> list[Planted]:
    """All planted faults and look-alikes of a simulation.

    Raises:
        WattwardenError: no such file, or nothing in it.
    """
    path = folder if folder.is_file() else folder / TRUTH_FILE
    if not path.exists():
        raise fail(str(path), found="no file", expected="the truth of a simulated utility",
                   action="Pass the truth folder that 'wattwarden simulate' wrote.")  # fmt: skip
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise fail(str(path), found="no rows", expected="at least one planted fault")
    groups: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[row["kind"], row.get("group") or f"#{number}"].append(row)
    return [_planted(members) for members in groups.values()]


def _planted(rows: Sequence[Mapping[str, str]]) -> Planted:
    first = rows[0]
    keys = {(row["subject_kind"], row["subject_id"]) for row in rows}
    keys |= {("customer", row["customer_id"]) for row in rows if row["customer_id"]}
    keys |= {("premise", row["premise_id"]) for row in rows if row["premise_id"]}
    return Planted(
        first["kind"], first["risk"], sum(int(row["loss_fen"]) for row in rows), first["is_lookalike"] == "true",
        frozenset(keys), first.get("area_id", ""), first.get("evasion", ""),
    )  # fmt: skip


def compare(planted: Sequence[Planted], findings: pa.Table, cases: pa.Table) -> ScoreReport:
    """Score findings and cases against what is planted."""
    accusations = [accused(row) for row in findings.select(_WHO).to_pylist()]
    by_risk: dict[str, set[Key]] = defaultdict(set)
    for row, keys in zip(findings.select(["risk"]).to_pylist(), accusations, strict=True):
        by_risk[row["risk"]] |= keys
    faults = [p for p in planted if not p.is_lookalike]
    hit = [bool(p.keys & by_risk[p.risk]) for p in faults]
    guilty = guilty_of(faults)
    wrong = [
        rule
        for rule, keys in zip(findings.column("rule_id").to_pylist(), accusations, strict=True)
        if not keys & guilty
    ]
    wrong_by_rule = Counter(wrong)
    honest = _by_kind([p for p in planted if p.is_lookalike], lambda p: bool(p.keys & by_risk[p.risk]))
    return ScoreReport(
        kinds=_kind_scores(faults, hit, wrong_by_rule),
        overall=Share.of_counts(sum(hit), len(hit)),
        money=money_share([p.loss_fen for p in faults], hit),
        findings=findings.num_rows,
        wrongly_accused=Share.of_counts(len(wrong), findings.num_rows),
        wrong_by_rule=dict(sorted(wrong_by_rule.items(), key=lambda item: (-item[1], item[0]))),
        lookalikes_accused={k: Share.of_counts(sum(hits), len(hits)) for k, hits in sorted(honest.items())},
        precision={n: _precision(cases, guilty, n) for n in VISITS},
    )


_WHO = ["subject_kind", "subject_id", "customer_id", "premise_id"]


def accused(row: Mapping[str, str | None]) -> set[Key]:
    """Whom a row of findings or cases is about."""
    named = {(row["subject_kind"] or "", row["subject_id"] or "")}
    named |= {(kind, row[f"{kind}_id"] or "") for kind in ("customer", "premise") if row.get(f"{kind}_id")}
    return named


def guilty_of(faults: Iterable[Planted]) -> set[Key]:
    """Everything that something is planted on, the areas of customers included."""
    guilty: set[Key] = set()
    for fault in faults:
        guilty |= fault.keys
        if fault.area:
            guilty.add(("transformer_area", fault.area))
    return guilty


def _by_kind(planted: Iterable[Planted], verdict: Callable[[Planted], bool]) -> dict[str, list[bool]]:
    grouped: dict[str, list[bool]] = defaultdict(list)
    for item in planted:
        grouped[item.kind].append(verdict(item))
    return grouped


def _kind_scores(faults: Sequence[Planted], hit: Sequence[bool], wrong: Mapping[str, int]) -> list[KindScore]:
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, fault in enumerate(faults):
        members[fault.risk, fault.kind].append(position)
    return [
        KindScore(
            kind, risk, Share.of_counts(sum(hit[i] for i in rows), len(rows)),
            money_share([faults[i].loss_fen for i in rows], [hit[i] for i in rows]), wrong.get(kind, 0),
        )
        for (risk, kind), rows in sorted(members.items())
    ]  # fmt: skip


def money_share(losses: Sequence[int], hit: Sequence[bool]) -> Share:
    """Share of the planted money (fen) that was found, with a percentile bootstrap interval."""
    money = np.array(losses, dtype=np.int64)
    found = np.where(np.array(hit, dtype=np.bool_), money, 0)
    total = int(money.sum())
    if not total:
        return Share(0, 0, 0.0, 0.0, 1.0)
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    shares = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(money), len(money))
        whole = int(money[drawn].sum())
        if whole:
            shares.append(int(found[drawn].sum()) / whole)
    low, high = np.quantile(shares, [0.025, 0.975])
    return Share(int(found.sum()), total, int(found.sum()) / total, float(low), float(high))


def _precision(cases: pa.Table, guilty: set[Key], visits: int) -> Share:
    first = cases.sort_by("rank").slice(0, visits).select(_WHO).to_pylist()
    return Share.of_counts(sum(bool(accused(row) & guilty) for row in first), len(first))


def read_floor(path: Path) -> Floor:
    """Read the least figures from a YAML file.

    Raises:
        WattwardenError: not readable, or an unknown figure.
    """
    return validate(Floor, read_yaml(path), str(path))


def below_floor(report: ScoreReport, floor: Floor) -> list[Problem]:
    """Every figure that is worse than the floor allows; a kind that was not planted is one too."""
    accused = Share.of_counts(
        sum(s.hits for s in report.lookalikes_accused.values()),
        sum(s.of for s in report.lookalikes_accused.values()),
    )
    least = {
        "overall_found": report.overall, "worth_found": report.money,
        **{f"precision_{n}": share for n, share in report.precision.items()},
    }  # fmt: skip
    problems = [
        _problem(name, share.value, getattr(floor, name), "at least")
        for name, share in least.items()
        if share.value < getattr(floor, name)
    ]
    most = {"wrongly_accused_most": report.wrongly_accused, "lookalikes_most": accused}
    problems += [
        _problem(name, share.value, getattr(floor, name), "at most")
        for name, share in most.items()
        if share.value > getattr(floor, name)
    ]
    scores = {score.kind: score.found for score in report.kinds}
    for kind, wanted in floor.kinds.items():
        if kind not in scores:
            problems.append(Problem(f"kinds.{kind}", "not planted", f"at least {wanted:.0%} found"))
        elif scores[kind].value < wanted:
            problems.append(_problem(f"kinds.{kind}", scores[kind].value, wanted, "at least"))
    return problems


def _problem(name: str, value: float, wanted: float, relation: str) -> Problem:
    return Problem(name, f"{value:.1%}", f"{relation} {wanted:.1%}")
