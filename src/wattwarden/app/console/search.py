"""One box that finds customers, findings, cases and rules, each as the viewer may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.findings import ListedFinding, listed
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.units import unit_names
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, Customer, Finding
from wattwarden.records.prefix import begins, numbered
from wattwarden.records.search_index import customers_with
from wattwarden.rulekit.model import Rule

MOST_SHOWN = 20
_MOST_CANDIDATES = 500
"""Customers that the index may name before the guard looks at them."""
_SHORTEST, _SHORTEST_KEY = 2, 6


@dataclass(frozen=True)
class FoundCustomer:
    """A customer, masked for the viewer."""

    key: str
    customer_id: str
    name: str
    address: str
    org: str


@dataclass(frozen=True)
class SearchResult:
    """What was found, by kind; ``more`` says that there are further customers."""

    words: str
    customers: Sequence[FoundCustomer]
    findings: Sequence[ListedFinding]
    cases: Sequence[Case]
    rules: Sequence[Rule]
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.customers or self.findings or self.cases or self.rules)


def search(viewer: Viewer, words: str) -> SearchResult:
    """What fits the words.

    Customers by number, name, address, meter or whole telephone number; findings by key or customer number;
    cases by number; rules by name.

    Fewer than two characters find nothing: half the province would match.
    """  # fmt: skip
    words = " ".join(words.split())[:80]
    if len(words) < _SHORTEST:
        return SearchResult(words, (), (), _cases(viewer, words), ())
    rows = _customers(viewer, words)
    names = unit_names()
    shown = []
    for row in rows[:MOST_SHOWN]:
        masker = masker_for(viewer, row.org_path)
        values = {n: str(masker.value(n, getattr(row, n)) or "–") for n in ("customer_id", "name", "address")}
        shown.append(FoundCustomer(key=row.pk, **values, org=names.get(row.org_path, row.org_id)))
    return SearchResult(
        words,
        shown,
        _findings(viewer, words),
        _cases(viewer, words),
        _rules(viewer, words),
        len(rows) > MOST_SHOWN,
    )


def _customers(viewer: Viewer, words: str) -> Sequence[Customer]:
    """Those whose number or name begins so come first, then those that contain the words."""
    guarded = visible(Customer, viewer, "see_customers")
    if not viewer.may("see_customers"):
        return []
    exact = Q(phone=words) | begins("customer_id", words) | begins("name", words)
    found = list(guarded.filter(exact)[: MOST_SHOWN + 1])
    if len(found) <= MOST_SHOWN:
        named = customers_with(words, _MOST_CANDIDATES)
        known = {row.pk for row in found}
        rest = guarded.filter(pk__in=[key for key in named if key not in known]) if named else ()
        found += list(rest[: MOST_SHOWN + 1 - len(found)])
    return found


def _findings(viewer: Viewer, words: str) -> Sequence[ListedFinding]:
    if len(words) < _SHORTEST_KEY or not words.isalnum():
        return ()
    wanted = begins("finding_key", words) | Q(customer_id=words) | Q(premise_id=words)
    rows = visible(Finding, viewer, "see_findings").filter(wanted)
    # Ordered here: an order in the query would make a database walk all findings from the most valuable on.
    found = sorted(rows[:_MOST_CANDIDATES], key=lambda row: -row.net_value_fen)
    return listed(viewer, found[:MOST_SHOWN])


def _cases(viewer: Viewer, words: str) -> Sequence[Case]:
    return list(visible(Case, viewer, "see_cases").filter(numbered(words.removeprefix("#"))))


def _rules(viewer: Viewer, words: str) -> Sequence[Rule]:
    if not (viewer.may("see_findings") or viewer.may("write_rules")):
        return ()
    lower = words.lower()
    rules = rules_of(home()).values()
    fits = [rule for rule in rules if lower in f"{rule.id} {rule.title.zh} {rule.title.en}".lower()]
    return fits[:MOST_SHOWN]
