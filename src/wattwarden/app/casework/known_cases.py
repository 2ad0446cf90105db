"""Which cases of the store a scan meets, and which of its subjects have nothing new to say."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from wattwarden.app.casework.histories import events_of
from wattwarden.app.casework.settings import RISK_CASE, known_processes
from wattwarden.cases.history import Event
from wattwarden.cases.merge import KnownCase, ScannedFinding, swallowed_by
from wattwarden.cases.state import states
from wattwarden.domain.case import SEVERITIES
from wattwarden.domain.finding import FINDING_SCHEMA, LifeState
from wattwarden.records.case_store import BATCH
from wattwarden.records.models import Case, CaseEvent, CaseFinding

Candidates = Mapping[str, Mapping[str, object]]


def joined_and_gone(gone: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of case key and finding: the finding is gone, the case still counts it as there."""
    for start in range(0, len(gone), BATCH):
        rows = CaseFinding.objects.filter(finding_key__in=gone[start : start + BATCH], is_gone=False)
        yield from rows.values_list("case__case_key", "finding_key")


def unchanged(groups: Mapping[str, Sequence[ScannedFinding]], candidates: Candidates) -> list[str]:
    """Subjects that have something new: no case yet, another set of findings, worse, or sized anew."""
    rows = Case.objects.filter(case_key__in=list(groups), process=RISK_CASE).order_by(
        "case_key", "-is_open", "-pk"
    )
    latest = {key: next(cases) for key, cases in groupby(rows, key=lambda case: case.case_key)}
    joined: dict[int, dict[str, bool]] = {}
    pairs = CaseFinding.objects.filter(case__in=[case.pk for case in latest.values()])
    for case_id, key, is_gone in pairs.values_list("case_id", "finding_key", "is_gone"):
        joined.setdefault(case_id, {})[key] = is_gone
    return [
        key
        for key, group in groups.items()
        if key not in latest
        or _is_news(latest[key], joined.get(latest[key].pk, {}), group, candidates.get(key))
    ]


def _is_news(
    case: Case,
    joined: Mapping[str, bool],
    group: Sequence[ScannedFinding],
    candidate: Mapping[str, object] | None,
) -> bool:
    there = {f.key for f in group if f.life is not LifeState.GONE}
    if there != {key for key, is_gone in joined.items() if not is_gone}:
        return True
    worst = max((SEVERITIES.index(f.severity) for f in group if f.key in there), default=0)
    if worst > SEVERITIES.index(case.severity):
        return True
    if candidate is None or not case.is_open:
        return False
    sized = candidate["money_likely_fen"] not in (0, case.found_fen)
    return sized or candidate["net_value_fen"] != case.net_value_fen


def known_cases(
    keys: Sequence[str], candidates: Candidates
) -> tuple[list[KnownCase], dict[str, Case], dict[int, list[Event]]]:
    """Cases of these subjects, and others of the same customers, with their states.

    Returns:
        What ``merge`` knows; the latest case of each subject; histories by number of case.
    """
    process = known_processes()[RISK_CASE]
    customers = {
        str(candidates[k]["customer_id"]) for k in keys if k in candidates and candidates[k]["customer_id"]
    }
    own = list(Case.objects.filter(case_key__in=keys, process=RISK_CASE))
    others = Case.objects.filter(customer_id__in=customers, process=RISK_CASE).exclude(case_key__in=keys)
    rows = {case.pk: case for case in (*own, *others)}
    events = CaseEvent.objects.filter(case__in=rows).order_by("case_id", "number")
    histories = {pk: events_of(group) for pk, group in groupby(events, key=lambda e: e.case_id)}
    known = []
    for pk, case in rows.items():
        history = states(process, histories[pk])
        relations = {"customer": case.customer_id} if case.customer_id else {}
        swallows = swallowed_by(history, process)
        known.append(KnownCase(str(pk), case.case_key, history[-1], swallows, relations))
    latest: dict[str, Case] = {}
    for case in sorted(own, key=lambda c: (c.is_open, c.pk)):
        latest[case.case_key] = case
    return known, latest, histories


def describe_joined(keys: Sequence[str], rows: Mapping[str, Mapping[str, object]]) -> None:
    """Keep with each joined finding of these subjects what it said when it joined."""
    bare = CaseFinding.objects.filter(case__case_key__in=keys, rule_id="", case__process=RISK_CASE)
    told = []
    for joined in bare:
        if row := rows.get(joined.finding_key):
            joined.rule_id = str(row["rule_id"])
            joined.data = {name: _plain(row[name]) for name in FINDING_SCHEMA.names}
            told.append(joined)
    CaseFinding.objects.bulk_update(told, ["rule_id", "data"], batch_size=BATCH)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)
