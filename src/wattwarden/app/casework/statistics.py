"""The ledger over all cases, hit rates by rule, unit and person, and estimates from the random draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from wattwarden.app.casework.settings import RISK_CASE, known_processes, known_rules
from wattwarden.app.console.kept_sums import kept
from wattwarden.calc.agreement import Agreement, agreement
from wattwarden.calc.sampling import Estimate, Stratum, hit_rate, recall
from wattwarden.calc.statistics import wilson_interval
from wattwarden.cases.ledger import BOOKS
from wattwarden.domain.access import Viewer
from wattwarden.domain.labels import Label
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, OrgUnit, RandomDraw, SecondReview, User

# That there is an outcome is said aloud: it is the condition of the index.
_JUDGED = Q(outcome__in=("confirmed", "useful", "false", "cannot_tell")) & ~Q(outcome="")
_CONFIRMED = Q(outcome="confirmed")


@dataclass(frozen=True)
class HitLine:
    """Judged and confirmed cases of a rule, a unit or a person, with the interval of the share."""

    name: Label
    judged: int
    confirmed: int
    made_good_fen: int
    low: float
    high: float


@dataclass(frozen=True)
class Statistics:
    """What cases have come to.

    Attributes:
        books: Sum of each book in fen.
        by_rule, by_org, by_person: Hit rates, most judged first.
        hit_rate, recall: Estimated from random draws; None while they cannot be told.
        drawn, judged: Visits drawn at random, and those judged.
        second: Agreement of blind second reviews; None before the first.
    """

    books: Mapping[str, int]
    by_rule: Sequence[HitLine]
    by_org: Sequence[HitLine]
    by_person: Sequence[HitLine]
    hit_rate: Estimate | None
    recall: Estimate | None
    drawn: int
    judged: int
    second: Agreement | None


def statistics(viewer: Viewer) -> Statistics:
    """Everything the ledger page shows, over the cases that the viewer may see; at most a minute old."""
    return kept("ledger", viewer, lambda: _statistics(viewer))


def _statistics(viewer: Viewer) -> Statistics:
    rows = visible(Case, viewer, "see_cases").filter(process=RISK_CASE)
    books = rows.aggregate(**{book: Sum(f"{book}_fen") for book in BOOKS})
    rules: dict[object, Label] = {rule_id: rule.title for rule_id, rule in known_rules().items()}
    units = dict(OrgUnit.objects.values_list("org_id", "name"))
    people = {
        pk: name or username
        for pk, name, username in User.objects.values_list("pk", "display_name", "username")
    }
    visible_draws = RandomDraw.objects.filter(case__in=rows.filter(drawn_at_random=True))
    strata = _strata(visible_draws)
    return Statistics(
        books={book: books[book] or 0 for book in BOOKS},
        by_rule=_hits(rows, "lead_rule", {**rules}),
        by_org=_hits(rows, "org_id", {k: Label(zh=v, en=v) for k, v in units.items()}),
        by_person=_hits(rows, "owner", {k: Label(zh=v, en=v) for k, v in people.items()}),
        hit_rate=hit_rate(strata),
        recall=recall(strata),
        drawn=visible_draws.count(),
        judged=sum(s.visited for s in strata),
        second=_second(viewer),
    )


def _hits(rows: object, column: str, names: Mapping[object, Label]) -> list[HitLine]:
    grouped = (
        rows.filter(_JUDGED)  # type: ignore[attr-defined]  # a query set; its precise type is long
        .values(column)
        .annotate(judged=Count("pk"), confirmed=Count("pk", filter=_CONFIRMED),
                  good=Sum("paid_fen") + Sum("refunded_fen"))
        .order_by("-judged", column)[:30]
    )  # fmt: skip
    lines = []
    for row in grouped:
        low, high = wilson_interval(row["confirmed"], row["judged"])
        name = str(row[column] or "–")
        label = names.get(row[column], Label(zh=name, en=name))
        lines.append(HitLine(label, row["judged"], row["confirmed"], row["good"] or 0, low, high))
    return lines


def _strata(draws: object) -> list[Stratum]:
    """Draws of one unit, day and side of the rules had the same chance: one stratum each."""
    grouped = draws.values("day", "org_id", "stratum").annotate(  # type: ignore[attr-defined]  # a query set
        size=Sum("population") / Count("pk"),
        visited=Count("pk", filter=Q(case__outcome__in=("confirmed", "useful", "false"))),
        confirmed=Count("pk", filter=Q(case__outcome="confirmed")),
    )
    pooled: dict[bool, list[int]] = {}
    for row in grouped.order_by("day", "org_id", "stratum"):
        total = pooled.setdefault(row["stratum"] == "flagged", [0, 0, 0])
        total[0], total[1], total[2] = (
            total[0] + row["size"], total[1] + row["visited"], total[2] + row["confirmed"],
        )  # fmt: skip
    return [
        Stratum(size, visited, confirmed, flagged) for flagged, (size, visited, confirmed) in pooled.items()
    ]


def _second(viewer: Viewer) -> Agreement | None:
    second = dict(SecondReview.objects.exclude(outcome="").values_list("case_id", "outcome"))
    first = visible(Case, viewer, "see_cases").filter(pk__in=second).values_list("pk", "outcome")
    found = [(str(outcome), str(second[pk])) for pk, outcome in first]
    return agreement(found) if found else None


def outcome_titles() -> Mapping[str, Label]:
    """Titles of the outcomes of risk cases."""
    return {name: outcome.title for name, outcome in known_processes()[RISK_CASE].outcomes.items()}
