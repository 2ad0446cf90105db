"""Draw a day's random visits, once a day and unit, so that hit rate and recall can be estimated honestly."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from wattwarden.app.casework.act_on_case import append
from wattwarden.app.casework.histories import history_of, row_of
from wattwarden.app.casework.new_cases import Places, case_row
from wattwarden.app.casework.settings import RISK_CASE, known_processes, office, planning
from wattwarden.cases.act import open_case
from wattwarden.cases.draw import Drawn, random_visits, seed_of
from wattwarden.cases.given import Opening
from wattwarden.cases.history import SYSTEM, Event, EventKind
from wattwarden.cases.merge import PRIORITY
from wattwarden.domain.case import Place
from wattwarden.records.case_store import locked_by_system, write_new
from wattwarden.records.models import Case, Customer, RandomDraw
from wattwarden.scoring.score import case_key_of

IS_RANDOM = "is_random"
FLAGGED, NOT_FLAGGED = "flagged", "not_flagged"
_STEPS_BEFORE_WORK = ("found", "triaged")


def draw_visits(at: datetime, places: Places) -> int:
    """Draw for every unit that has not drawn on this day; returns the number of visits drawn."""
    drawn = 0
    day = at.date()
    done = set(RandomDraw.objects.filter(day=day).values_list("org_id", flat=True))
    units = set(Customer.objects.values_list("org_id", flat=True).distinct())
    for org_id in sorted(units - done):
        with transaction.atomic():
            drawn += _draw_unit(org_id, day, at, places)
    return drawn


def _draw_unit(org_id: str, day: date, at: datetime, places: Places) -> int:
    waiting = dict(_waiting(org_id))
    busy = Case.objects.filter(org_id=org_id, is_open=True, premise_id__isnull=False)
    worked = {str(p) for p in busy.values_list("premise_id", flat=True)}
    premises = Customer.objects.filter(org_id=org_id, premise_id__isnull=False)
    free = sorted({str(p) for p in premises.values_list("premise_id", flat=True)} - worked)
    strata: Mapping[str, Sequence[str]] = {FLAGGED: sorted(waiting), NOT_FLAGGED: free}
    share = Fraction(planning().random_share_pct, 100)
    chosen = random_visits(seed_of(day, org_id), strata, planning().visits_per_day, share)
    for visit in chosen:
        case = (
            _mark(waiting[visit.id], visit, at)
            if visit.stratum == FLAGGED
            else _open(org_id, visit, at, places)
        )
        RandomDraw.objects.create(
            day=day, org_id=org_id, stratum=visit.stratum, premise_id=visit.id,
            population=len(strata[visit.stratum]), probability=_chance(visit), case=case,
        )  # fmt: skip
    return len(chosen)


def _waiting(org_id: str) -> Iterator[tuple[str, int]]:
    rows = Case.objects.filter(
        org_id=org_id, is_open=True, step__in=_STEPS_BEFORE_WORK, premise_id__isnull=False, drawn_at_random=False,
        staff_side=False,
    )  # fmt: skip
    for premise, pk in rows.order_by("-pk").values_list("premise_id", "pk"):
        yield str(premise), pk


def _mark(pk: int, visit: Drawn, at: datetime) -> Case:
    case = locked_by_system([pk])[0]
    events = history_of(case)
    fact = Event(seq=events[-1].seq + 1, at=max(at, events[-1].at), kind=EventKind.FACTS_CHANGED, actor_id=SYSTEM,
                 facts={IS_RANDOM: True})  # fmt: skip
    append(case, events, [fact])
    Case.objects.filter(pk=pk).update(drawn_at_random=True, draw_probability=_chance(visit))
    return case


def _open(org_id: str, visit: Drawn, at: datetime, places: Places) -> Case:
    customer = Customer.objects.filter(premise_id=visit.id).order_by("customer_id").first()
    row: dict[str, object] = {
        "premise_id": visit.id, "customer_id": customer.customer_id if customer else None, "subject_kind": "premise",
        "subject_id": visit.id, "org_id": org_id, "place": Place.PREMISE.value, "probability": Decimal(0),
        "money_low_fen": 0, "money_likely_fen": 0, "money_high_fen": 0, "net_value_fen": 0, "rules": [],
    }  # fmt: skip
    process = known_processes()[RISK_CASE]
    first = open_case(process, Opening(facts={PRIORITY: "medium", IS_RANDOM: True}), SYSTEM, office(), at)
    case = case_row(case_key_of(f"premise:{visit.id}"), row, [first], places, at)
    case.drawn_at_random, case.draw_probability = True, _chance(visit)
    write_new([case], [row_of(case, first)], [], [])
    return case


def _chance(visit: Drawn) -> Decimal:
    return round(Decimal(visit.probability.numerator) / visit.probability.denominator, 8)
