"""Decide by later data whether remedies worked: close what is mended, reopen what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from wattwarden.app.casework.act_on_case import append
from wattwarden.app.casework.area_effect import CAUSES, area_test
from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.settings import known_processes, known_rules
from wattwarden.app.casework.times import now
from wattwarden.app.casework.watched_data import RuleData, data_of_rules
from wattwarden.app.open_scan import chosen_scan, scan_number, scanned_lake
from wattwarden.app.scan_files import ScanFiles
from wattwarden.app.visit_effect import Losses, area_losses
from wattwarden.cases.state import CaseState
from wattwarden.cases.verification import (
    Verdict,
    Verified,
    Watched,
    is_due,
    verdict_events,
    verify,
    with_area,
)
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.finding import LifeState, OutcomeKind
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.records.case_store import locked_by_system
from wattwarden.records.connect import connect
from wattwarden.records.models import Case, CaseFinding, CaseVerification


@dataclass
class VerifiedCases:
    """What a run decided."""

    scan: int
    looked_at: int = 0
    mended: int = 0
    reopened: int = 0
    undecided: int = 0


def verify_cases(home: Path) -> VerifiedCases:
    """Look at every case whose days of waiting have passed.

    Raises:
        WattwardenError: nothing was scanned.
    """
    connect(home)
    scan = chosen_scan(home)
    done = VerifiedCases(scan_number(scan))
    due = Case.objects.filter(is_open=True, verify_on__lte=now().date()).order_by("pk")
    ids = list(due.values_list("pk", flat=True))
    if not ids:
        return done
    life = {str(row["finding_key"]): LifeState(str(row["state"])) for row in scan.life.to_pylist()}
    outcomes = {str(o["rule_id"]): OutcomeKind(str(o["kind"])) for o in scan.outcomes}
    found = _periods(scan)
    joined = list(CaseFinding.objects.filter(case__in=ids, is_gone=False))
    joined += list(CaseFinding.objects.filter(case__in=ids, is_gone=True))
    with scanned_lake(home, scan) as engine:
        data = data_of_rules(engine, known_rules(), joined)
        losses = _losses(engine, ids)
    for pk in ids:
        watched = [_watched(j, life, outcomes, found, data) for j in joined if j.case_id == pk]
        _decide(pk, watched, losses, done)
    return done


def _losses(engine: DuckDBEngine, ids: Sequence[int]) -> dict[str, Losses]:
    """Daily losses of the areas of these cases; none where they cannot be read."""
    rows = Case.objects.filter(pk__in=ids, cause__in=CAUSES, area_id__isnull=False)
    areas = {area for area in rows.values_list("area_id", flat=True) if area}
    try:
        return area_losses(engine, areas) if areas else {}
    except WattwardenError:
        return {}


def _decide(pk: int, watched: Sequence[Watched], losses: Mapping[str, Losses], done: VerifiedCases) -> None:
    with transaction.atomic():
        (case,) = locked_by_system([pk])
        events = history_of(case)
        seen = view_of(case, events)
        if not is_due(seen):
            return
        process = known_processes()[case.process]
        days = process.steps[seen.state.step].verify_after_days or 0
        verified = verify(watched, seen.state.entered_at, days)
        area = area_test(case, seen.state, events, losses)
        if area:
            verified = with_area(verified, area, seen.state.entered_at.date())
            watched = [*watched, area.watched]
        done.looked_at += 1
        _count(done, verified.verdict)
        new = verdict_events(seen, verified)
        if verified.verdict is not Verdict.CANNOT_TELL or not _said_so(case, seen.state):
            append(case, events, new)
            _keep(case, seen.state, verified, watched, new[0].seq)


def _count(done: VerifiedCases, verdict: Verdict) -> None:
    done.mended += verdict is Verdict.MENDED
    done.reopened += verdict is Verdict.NOT_MENDED
    done.undecided += verdict is Verdict.CANNOT_TELL


def _said_so(case: Case, state: CaseState) -> bool:
    """Whether the data could not tell when they were last asked; saying it again each night helps nobody."""
    last = CaseVerification.objects.filter(case=case).order_by("-number").first()
    return last is not None and last.round == state.round


def _keep(case: Case, state: CaseState, verified: Verified, watched: Sequence[Watched], number: int) -> None:
    compared = {c.key: c for c in verified.comparisons}
    CaseVerification.objects.create(
        case=case, number=number, round=state.round, verdict=verified.verdict.value,
        remedied_on=state.entered_at.date(), why=[w.model_dump() for w in verified.why],
        series=[
            {"key": w.key, "x": [str(day) for day, _ in w.series], "y": [value for _, value in w.series],
             "before": compared[w.key].before, "after": compared[w.key].after}
            for w in watched if w.key in compared
        ],
    )  # fmt: skip


def _periods(scan: ScanFiles) -> dict[str, date | None]:
    table = scan.findings.select(["finding_key", "period_to"])
    return dict(zip(table["finding_key"].to_pylist(), table["period_to"].to_pylist(), strict=True))


def _watched(
    joined: CaseFinding,
    life: Mapping[str, LifeState],
    outcomes: Mapping[str, OutcomeKind],
    found: Mapping[str, date | None],
    data: RuleData,
) -> Watched:
    key = joined.finding_key
    return Watched(
        key,
        life.get(key, LifeState.GONE),
        found.get(key),
        outcomes.get(joined.rule_id, OutcomeKind.NO_DATA),
        data.until.get(joined.rule_id),
        data.series.get(key, ()),
    )
