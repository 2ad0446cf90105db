"""Past visits with what was known before each: the material a theft model is trained and measured on.

Time is cut into windows of a month. At the start of a window the lake is opened as it was known then;
features and rules are computed on that, and the outcomes of the visits in the window are their labels.
Nothing that came to be known later can reach a feature.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from wattwarden.app.rule_catalogue import SITE_CONTENT, all_rules
from wattwarden.app.scan_rules import RuleRunner, business_date
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.finding import FINDING_SCHEMA
from wattwarden.engines.derive import derivation_order, models_used
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.import_settings import import_settings
from wattwarden.lake.store import Lake
from wattwarden.models.theft.invoices import Floats
from wattwarden.models.theft.learned import Bools, Visited
from wattwarden.models.theft.site_model import FEATURES, feature_columns
from wattwarden.models.theft.table import matrix
from wattwarden.models.theft.watch import chance_of_visit
from wattwarden.rulekit import sql
from wattwarden.rulekit.load import load_site_rules
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import load_register
from wattwarden.scoring.evidence import ONE, causes, prepared
from wattwarden.scoring.parameters import load_scoring_parameters

Progress = Callable[[str], None]
WINDOW_DAYS = 30
MOST_WINDOWS = 12
OTHERS_PER_WINDOW = 1_500
"""Customers not visited who are drawn from each window, to learn how visits were chosen."""
RISKS = ("1.2.2", "1.2.3")
CAUSE = "under_metering"

_VISITS = """
SELECT customer_id, CAST(visited_at AS DATE) AS visited_on, outcome = 'theft' AS confirmed,
       COALESCE(is_random, FALSE) AS is_random, draw_probability
FROM inspection_result
WHERE outcome <> 'no_access'
ORDER BY visited_at, customer_id, inspection_id
"""


@dataclass(frozen=True)
class Visit:
    """One outcome.

    Attributes:
        chance: Chance with which it was drawn at random; None for a visit on suspicion.
    """

    customer: str
    day: date
    confirmed: bool
    chance: float | None


@dataclass(frozen=True)
class Window:
    """One month of visits, and the customers as they were known at its start.

    Attributes:
        names: The customers.
        values: Customers × features.
        rules: Probability that rules alone gave each customer.
        visits: First visit of each customer visited in the window, by position in ``names``.
        known_at_end: How many of its outcomes had arrived when the window ended.
    """

    start: date
    names: Sequence[str]
    values: Floats
    rules: Floats
    visits: dict[int, Visit]
    known_at_end: int


def read_visits(engine: DuckDBEngine) -> list[Visit]:
    """All visits with an outcome, in the order of time."""
    rows = engine.query(_VISITS).to_pylist()
    return [
        Visit(
            str(row["customer_id"]), row["visited_on"], bool(row["confirmed"]),
            float(row["draw_probability"]) if row["is_random"] and row["draw_probability"] else None,
        )
        for row in rows
    ]  # fmt: skip


def open_engine(home: Path, as_of: datetime | None = None) -> DuckDBEngine:
    """An engine over the lake as known at an instant; the caller closes it.

    Raises:
        WattwardenError: the lake is empty, or nothing had arrived yet.
    """
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    snapshot = Lake(home, contract()).snapshot(as_of)
    engine = DuckDBEngine(contract(), load_scan_settings(home).limits, scratch, home / SITE_CONTENT)
    engine.open_snapshot(snapshot)
    return engine


def instant_of(day: date) -> datetime:
    """The beginning of a day at the site."""
    zone = ZoneInfo(import_settings().time_zone)
    return datetime.combine(day, datetime.min.time(), zone)


def theft_rules(home: Path) -> list[Rule]:
    """Live rules about energy that no meter counts, except those that read a learned model."""
    tables = contract()
    found = []
    for rule in all_rules(home).values():
        read = sql.tables_read(sql.parse(rule.detect, f"rule {rule.id}"))
        learned = models_used(tables, derivation_order(tables, read & set(tables.tables)))
        if rule.is_live and rule.risk in RISKS and rule.cause == CAUSE and not learned:
            found.append(rule)
    return found


def read_windows(home: Path, progress: Progress = lambda _: None) -> Iterator[Window]:
    """The windows in which there were visits, oldest first.

    Raises:
        WattwardenError: no inspection has an outcome.
    """
    with open_engine(home) as engine:
        visits = read_visits(engine)
    if not visits:
        raise fail("inspection_result", found="no outcome of a visit", expected="visits with their outcome",
                   action="Import inspection results, or begin with: wattwarden model train theft --assumed")  # fmt: skip
    last = visits[-1].day
    rules = theft_rules(home)
    for back in range(MOST_WINDOWS, 0, -1):
        start = last - timedelta(days=WINDOW_DAYS * back - 1)
        end = start + timedelta(days=WINDOW_DAYS)
        within = [visit for visit in visits if start <= visit.day < end]
        if not within:
            continue
        progress(start.isoformat())
        window = _window(home, rules, start, within)
        if window is not None:
            yield window


def _window(home: Path, rules: Sequence[Rule], start: date, visits: Sequence[Visit]) -> Window | None:
    try:
        engine = open_engine(home, instant_of(start))
    except WattwardenError:
        return None  # Nothing had arrived yet: there is no past to learn from.
    with engine:
        names, values = features_of(engine)
        by_rules = rule_probability(home, engine, rules, names)
    place = {name: position for position, name in enumerate(names)}
    first: dict[int, Visit] = {}
    for visit in visits:
        if visit.customer in place:
            first.setdefault(place[visit.customer], visit)
    with open_engine(home, instant_of(start + timedelta(days=WINDOW_DAYS))) as later:
        known = sum(start <= visit.day for visit in read_visits(later))
    return Window(start, names, values, by_rules, first, min(known, len(visits)))


def features_of(engine: DuckDBEngine) -> tuple[list[str], Floats]:
    """Active customers, and their features as this engine knows them."""
    engine.derive(derivation_order(contract(), [FEATURES]))
    table = engine.query(f'SELECT * FROM "{FEATURES}" ORDER BY customer_id')
    return table.column("customer_id").to_pylist(), matrix(table, feature_columns())


def rule_probability(home: Path, engine: DuckDBEngine, rules: Sequence[Rule], names: Sequence[str]) -> Floats:
    """What the rules alone say of each customer: the probability of the cause, 0 where none fires."""
    always = load_scan_settings(home).findings_always_allowed
    site = load_site_rules(home / SITE_CONTENT)
    try:
        runner = RuleRunner(engine, contract(), business_date(engine, contract()), always, site, None)
    except WattwardenError:
        return np.zeros(len(names))
    found = runner.placed(
        pa.concat_tables([FINDING_SCHEMA.empty_table(), *(runner.run(r)[1] for r in rules)])
    )
    result = np.zeros(len(names))
    if not found.num_rows:
        return result
    parameters = load_scoring_parameters(site=home / SITE_CONTENT)
    rows = prepared(found, load_register(), parameters)
    of_cause = causes(rows, parameters)
    customer = rows["customer_id"].take(of_cause["lead_row"]).to_pylist()
    place = {name: position for position, name in enumerate(names)}
    for name, share in zip(customer, of_cause["probability"].to_pylist(), strict=True):
        if name in place:
            result[place[name]] = max(result[place[name]], share / ONE)
    return result


def pooled(windows: Sequence[Window], seed: int = 1) -> tuple[Visited, Floats]:
    """All visits of the windows with the customers each stands for; and the chance of the drawn ones.

    Returns:
        The visits, and for each the chance with which it was drawn at random, ``NaN`` for suspicion.
    """
    rng = np.random.default_rng(seed)
    samples = [_sample(window, rng) for window in windows]
    values, weight, rate, chance = (
        np.concatenate([getattr(sample, name) for sample in samples])
        for name in ("values", "weight", "rate", "chance")
    )
    visit: Bools = np.concatenate([sample.visited for sample in samples])
    likely = chance_of_visit(values, visit & np.isnan(chance), weight, rate, seed)
    confirmed = np.concatenate([sample.confirmed for sample in samples])
    rules = np.concatenate([sample.rules for sample in samples])
    order = np.repeat(np.arange(len(samples)), [len(sample.weight) for sample in samples])
    visits = Visited(values[visit], confirmed[visit], 1 / likely[visit], order[visit], rules[visit])
    return visits, chance[visit]


@dataclass(frozen=True)
class _Sample:
    """The customers visited in a window, and some of the others, each with the number that it stands for.

    Attributes:
        rate: Chance of anybody to be drawn in this window.
        chance: Chance with which a visit was drawn; ``NaN`` for suspicion, and for those not visited.
    """

    values: Floats
    weight: Floats
    rate: Floats
    chance: Floats
    visited: Bools
    confirmed: Bools
    rules: Floats


def _sample(window: Window, rng: np.random.Generator) -> _Sample:
    visited = np.array(sorted(window.visits), np.int64)
    others = np.setdiff1d(np.arange(len(window.names)), visited)
    drawn = rng.choice(others, min(OTHERS_PER_WINDOW, len(others)), replace=False)
    rows = np.r_[visited, drawn]
    visits = [window.visits[int(place)] for place in visited]
    chance = np.array([np.nan if v.chance is None else v.chance for v in visits])
    nobody = np.zeros(len(drawn), np.bool_)
    return _Sample(
        values=window.values[rows],
        weight=np.r_[np.ones(len(visited)), np.full(len(drawn), len(others) / max(len(drawn), 1))],
        rate=np.full(len(rows), np.nanmax(chance) if (chance > 0).any() else 0.0),
        chance=np.r_[chance, np.full(len(drawn), np.nan)],
        visited=np.r_[np.ones(len(visited), np.bool_), nobody],
        confirmed=np.r_[np.array([v.confirmed for v in visits], np.bool_), nobody],
        rules=window.rules[rows],
    )
