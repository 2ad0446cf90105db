"""From findings to causes: what one premise lost by one cause, and how likely it is.

Findings of a rule over separate periods are separate losses and add up; where periods overlap, the
larger counts. Rules with the same cause describe the same loss: the one with the largest expected loss
stands for all. Probabilities are whole ten-thousandths and money whole fen, so that the result does not
depend on the order of the rows.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.case import SEVERITIES, Place
from wattwarden.rulekit.register import Register
from wattwarden.scoring.fusion import RULE as LEARNED_RULE
from wattwarden.scoring.fusion import Learned
from wattwarden.scoring.grouping import Flags, Floats, Groups, Ints, codes, ints
from wattwarden.scoring.parameters import ScoringParameters

ONE = 10_000
"""Probability 1 in ten-thousandths."""
PLACES = tuple(Place)
_ALWAYS = 10_000_000
_SEPARATOR = ":"

CAUSE_SCHEMA = pa.schema(
    [
        ("case", pa.int64()),
        ("cause", pa.string()),
        ("probability", pa.int64()),
        ("low", pa.int64()),
        ("likely", pa.int64()),
        ("high", pa.int64()),
        ("consequence", pa.int64()),
        ("recoverable", pa.int64()),
        ("expected", pa.int64()),
        ("findings", pa.int64()),
        ("rules", pa.int64()),
        ("lead_rule", pa.string()),
        ("lead_row", pa.int64()),
    ]
)
"""One row per cause of a case: ``case`` numbers the sorted case subjects, ``probability`` is in
ten-thousandths, ``recoverable`` is the part of money or consequence that would be made good,
``lead_row`` is the position of the leading finding in the prepared table."""


def case_subjects(findings: pa.Table) -> pa.ChunkedArray:
    """What each finding is merged by: ``premise:…``, else ``customer:…``, else ``kind:id``."""
    premise = pc.binary_join_element_wise("premise", findings["premise_id"], _SEPARATOR)
    customer = pc.binary_join_element_wise("customer", findings["customer_id"], _SEPARATOR)
    other = pc.binary_join_element_wise(findings["subject_kind"], findings["subject_id"], _SEPARATOR)
    return pc.coalesce(premise, customer, other)


def prepared(findings: pa.Table, register: Register, parameters: ScoringParameters) -> pa.Table:
    """Findings in canonical order with the columns that merging needs, money made consistent."""
    table = findings.append_column("case_subject", case_subjects(findings))
    case, _ = codes(table["case_subject"])
    keys = [codes(table[name])[0] for name in ("finding_key", "rule_id", "cause")]
    start = ints(pc.cast(table["period_from"], pa.int32()), -_ALWAYS)
    order = np.lexsort((keys[0], start, keys[1], keys[2], case))
    table = table.take(pa.array(order))
    likely = np.maximum(ints(table["loss_likely_fen"], 0), 0)
    low = np.minimum(
        np.maximum(ints(pc.coalesce(table["loss_low_fen"], table["loss_likely_fen"]), 0), 0), likely
    )
    high = np.maximum(ints(pc.coalesce(table["loss_high_fen"], table["loss_likely_fen"]), 0), likely)
    sized = table["loss_likely_fen"].is_valid().to_numpy()
    consequence = np.where(
        sized, 0, _by_value(table["risk"], {r: p.consequence_fen for r, p in register.points.items()})
    )
    added = {
        "case": case[order],
        "low": low,
        "likely": likely,
        "high": high,
        "consequence": consequence,
        "recoverable": _recoverable(table, likely, consequence, sized, parameters),
        "certainty": ints(pc.multiply(pc.cast(table["confidence"], pa.decimal128(12, 4)), pa.scalar(ONE)), 0),
        "place": _places(table, parameters),
        "severity_rank": _by_value(table["severity"], {name: i for i, name in enumerate(SEVERITIES)}),
    }
    for name, values in added.items():
        table = table.append_column(name, pa.array(values, pa.int64()))
    return table


def causes(rows: pa.Table, parameters: ScoringParameters, learned: Learned | None = None) -> pa.Table:
    """Merge prepared findings into CAUSE_SCHEMA, ordered by case and cause.

    Args:
        learned: The learned theft score, which is then fused with what the rules say of the same cause.
    """
    case, cause, rule = ints(rows["case"], 0), codes(rows["cause"])[0], codes(rows["rule_id"])[0]
    by_rule = _per_rule(rows, Groups.of(case, cause, rule))
    first = by_rule["first"]
    order = np.lexsort((rule[first], -by_rule["certainty"], cause[first], case[first]))
    by_rule = {name: values[order] for name, values in by_rule.items()}
    first = by_rule["first"]
    groups = Groups.of(case[first], cause[first])
    probability = _merged(by_rule["certainty"], groups, parameters)
    lead = _lead(groups, by_rule["certainty"] * by_rule["recoverable"], by_rule["likely"])
    chosen = {
        name: by_rule[name][lead]
        for name in ("low", "likely", "high", "consequence", "recoverable", "lead_row")
    }
    lead_row = pa.array(chosen["lead_row"])
    if learned:
        probability = _fused(by_rule, rows, groups, parameters, learned, lead_row)
    expected = (probability * chosen["recoverable"] + ONE // 2) // ONE
    starts = pa.array(first[groups.starts])
    columns: list[object] = [
        case[first[groups.starts]],
        rows["cause"].take(starts),
        probability,
        *(chosen[name] for name in ("low", "likely", "high", "consequence", "recoverable")),
        expected,
        groups.total(by_rule["count"]),
        groups.sizes,
        rows["rule_id"].take(lead_row),
        chosen["lead_row"],
    ]
    return pa.table(dict(zip(CAUSE_SCHEMA.names, columns, strict=True)), schema=CAUSE_SCHEMA)


def _fused(
    by_rule: dict[str, Ints], rows: pa.Table, groups: Groups, parameters: ScoringParameters, learned: Learned,
    lead_row: pa.Array,
) -> Ints:  # fmt: skip
    """Probability of each cause by the rules and the learned score together."""
    of_score = pc.equal(rows["rule_id"], LEARNED_RULE).to_numpy()[by_rule["first"]]
    if not learned.weights:
        return _merged(by_rule["certainty"], groups, parameters)
    certainty = np.where(of_score, 0, by_rule["certainty"])
    order = np.lexsort((-certainty, groups.index))
    by_rules = _merged(certainty[order], groups, parameters)
    ceiling = int(parameters.probability_ceiling.value * ONE)
    customers = rows["customer_id"].take(lead_row)
    return learned.probability(by_rules, rows["cause"].take(lead_row), customers, ceiling)


def at_least_one(certainty: Ints, groups: Groups, parameters: ScoringParameters) -> Ints:
    """Probability per group that at least one of independent things is so, below the ceiling."""
    missed: Floats = groups.product(1 - certainty / ONE)
    ceiling = int(parameters.probability_ceiling.value * ONE)
    return np.minimum(np.rint((1 - missed) * ONE).astype(np.int64), ceiling)


def _merged(certainty: Ints, groups: Groups, parameters: ScoringParameters) -> Ints:
    # The surest rule counts in full, the others of the same cause only by their weight.
    weight = float(parameters.same_cause_weight.value)
    shared = np.where(groups.position() == 0, certainty / ONE, certainty / ONE * weight)
    ceiling = int(parameters.probability_ceiling.value * ONE)
    missed: Floats = groups.product(1 - shared)
    return np.minimum(np.rint((1 - missed) * ONE).astype(np.int64), ceiling)


def _per_rule(rows: pa.Table, groups: Groups) -> dict[str, Ints]:
    """One entry per rule of a cause: its separate periods added up, overlapping ones by the larger."""
    value = ints(rows["recoverable"], 0)
    periods = Groups.of(groups.index, _period_runs(rows, groups))
    best = _lead(periods, value, ints(rows["likely"], 0))
    outer = Groups.of(groups.index[best])
    summed = {name: outer.total(ints(rows[name], 0)[best]) for name in ("low", "likely", "high")}
    # A rule that sizes some losses and not others stands with the larger of both; what one confirmed case
    # costs besides the sized money is there once, however often the rule fired.
    unsized = ints(rows["consequence"], 0)[best] > 0
    from_money = outer.total(np.where(unsized, 0, value[best]))
    from_consequence = outer.largest(np.where(unsized, value[best], 0))
    is_money = from_money >= from_consequence
    summed = {name: np.where(is_money, money, 0) for name, money in summed.items()}
    consequence = np.where(is_money, 0, outer.largest(ints(rows["consequence"], 0)[best]))
    recoverable = np.maximum(from_money, from_consequence)
    certainty = ints(rows["certainty"], 0)
    leading = _lead(groups, certainty * value, value)
    return {
        **summed,
        "consequence": consequence,
        "recoverable": recoverable,
        "first": groups.starts,
        "count": groups.sizes,
        "certainty": groups.largest(certainty),
        "lead_row": leading,
    }


def _period_runs(rows: pa.Table, groups: Groups) -> Ints:
    """Number rows so that those of one group whose periods overlap share a number; no period overlaps all."""
    start = ints(pc.cast(rows["period_from"], pa.int32()), -_ALWAYS)
    end = ints(pc.cast(rows["period_to"], pa.int32()), _ALWAYS)
    end = np.maximum(np.where(rows["period_from"].is_null().to_numpy(), _ALWAYS, end), start + 1)
    if not len(start):
        return start
    offset = groups.index * 4 * _ALWAYS
    reach = np.maximum.accumulate(end + offset)
    fresh = np.ones(len(start), dtype=bool)
    fresh[1:] = (start + offset)[1:] >= reach[:-1]
    return np.cumsum(fresh)


def _lead(groups: Groups, value: Ints, then: Ints) -> Ints:
    """Row of each group with the largest value, then the largest ``then``, then the first."""
    order = np.lexsort((np.arange(len(value)), -then, -value, groups.index))
    return order[groups.starts]


def _recoverable(
    table: pa.Table, likely: Ints, consequence: Ints, sized: Flags, parameters: ScoringParameters
) -> Ints:
    share = parameters.recovered_share
    shares = {"utility_loses": share.utility_loses, "customer_loses": share.customer_loses}
    parts = _by_value(
        table["direction"], {name: int(s * ONE) for name, s in shares.items()}, int(share.utility_loses * ONE)
    )
    return np.where(
        sized, (likely * parts + ONE // 2) // ONE, (consequence * int(share.none * ONE) + ONE // 2) // ONE
    )


def _places(table: pa.Table, parameters: ScoringParameters) -> Ints:
    kinds = {kind: PLACES.index(place) for place in PLACES for kind in parameters.places[place].subject_kinds}
    desk = PLACES.index(Place.DESK)
    place = _by_value(table["subject_kind"], kinds, desk)
    somebody = pc.or_(table["premise_id"].is_valid(), table["customer_id"].is_valid()).to_numpy()
    place = np.where(somebody, np.minimum(place, PLACES.index(Place.PREMISE)), place)
    at_desk = pc.is_in(table["risk"], pa.array(parameters.desk_risks.risks, pa.string())).to_numpy()
    return np.where(at_desk, desk, place)


def _by_value(column: pa.ChunkedArray, figures: dict[str, int], otherwise: int = 0) -> Ints:
    names = pa.array(list(figures), pa.string())
    found: Ints = pc.fill_null(pc.index_in(column, names), len(figures)).to_numpy()
    table: Ints = np.append(np.fromiter(figures.values(), np.int64, len(figures)), otherwise)
    chosen: Ints = table[found]
    return chosen
