"""Merge findings into candidate cases and rank them by expected net value.

expected net value = Σ over causes (probability × what would be made good) − cost of looking
− harm of a wrong visit × probability that it is wrong
"""

import hashlib
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.case import CASE_SCHEMA, SEVERITIES
from wattwarden.rulekit.register import Register
from wattwarden.scoring.evidence import ONE, PLACES, at_least_one, case_subjects, causes, prepared
from wattwarden.scoring.fusion import Learned
from wattwarden.scoring.grouping import Groups, Ints, codes, ints
from wattwarden.scoring.parameters import ScoringParameters

KEY_LENGTH = 16
_UNIT = Decimal("0.0001")


def score(
    findings: pa.Table, register: Register, parameters: ScoringParameters, learned: Learned | None = None
) -> pa.Table:
    """Candidate cases of the findings, best first.

    Args:
        findings: FINDING_SCHEMA, in any order.
        register: Gives the consequence where a rule sized no money.
        parameters: What looking costs, what is made good, how evidence adds up.
        learned: The learned theft score, where a model is promoted.

    Returns:
        CASE_SCHEMA.
    """
    if not findings.num_rows:
        return CASE_SCHEMA.empty_table()
    rows = prepared(findings, register, parameters)
    by_cause = causes(rows, parameters, learned)
    columns = {**_merged(rows, by_cause, parameters), **_described(rows)}
    columns["rank"] = np.zeros(len(columns["case_key"]), dtype=np.int64)
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in CASE_SCHEMA]
    best = [("net_value_fen", "descending"), ("expected_fen", "descending"), ("case_key", "ascending")]
    ranked = pa.table(arrays, schema=CASE_SCHEMA).sort_by(best)
    place = ranked.schema.get_field_index("rank")
    return ranked.set_column(place, "rank", pa.array(np.arange(1, ranked.num_rows + 1)))


def case_keys(findings: pa.Table) -> pa.Array:
    """The key of the case to which each finding belongs."""
    encoded = case_subjects(findings).combine_chunks().dictionary_encode()
    keys = pa.array([case_key_of(subject) for subject in encoded.dictionary.to_pylist()], pa.string())
    return keys.take(encoded.indices)


def case_key_of(subject: str) -> str:
    """The key of the case about ``kind:number``."""
    return hashlib.sha256(subject.encode()).hexdigest()[:KEY_LENGTH]


def _merged(rows: pa.Table, by_cause: pa.Table, parameters: ScoringParameters) -> dict[str, Ints | pa.Array]:
    groups = Groups.of(ints(by_cause["case"], 0))
    probability = at_least_one(ints(by_cause["probability"], 0), groups, parameters)
    total = {
        name: groups.total(ints(by_cause[name], 0))
        for name in ("low", "likely", "high", "consequence", "expected")
    }
    place = -Groups.of(ints(rows["case"], 0)).largest(-ints(rows["place"], 0))
    cost = np.array([parameters.places[p].cost_fen for p in PLACES], dtype=np.int64)[place]
    harm = np.array([parameters.places[p].harm_fen for p in PLACES], dtype=np.int64)[place]
    expected_harm = (harm * (ONE - probability) + ONE // 2) // ONE
    lead = _lead_rows(groups, by_cause)
    return {
        "place": pa.array([p.value for p in PLACES]).take(pa.array(place)),
        "probability": _share(probability),
        "money_low_fen": total["low"],
        "money_likely_fen": total["likely"],
        "money_high_fen": total["high"],
        "consequence_fen": total["consequence"],
        "expected_fen": total["expected"],
        "visit_cost_fen": cost,
        "harm_fen": expected_harm,
        "net_value_fen": total["expected"] - cost - expected_harm,
        "lead_finding_key": rows["finding_key"].take(lead).combine_chunks(),
        "customer_id": _first_known(rows, "customer_id", lead),
        "org_id": _first_known(rows, "org_id", lead),
    }


def _described(rows: pa.Table) -> dict[str, Ints | pa.Array]:
    groups = Groups.of(ints(rows["case"], 0))
    first = pa.array(groups.starts)
    subject = rows["case_subject"].take(first).combine_chunks()
    parts = pc.split_pattern(subject, ":", max_splits=1)
    worst = groups.largest(ints(rows["severity_rank"], 0))
    return {
        "case_key": pa.array([case_key_of(s) for s in subject.to_pylist()], pa.string()),
        "premise_id": rows["premise_id"].take(first).combine_chunks(),
        "subject_kind": pc.list_element(parts, 0),
        "subject_id": pc.list_element(parts, 1),
        "findings": groups.sizes,
        "rules": _distinct(rows, "rule_id"),
        "risks": _distinct(rows, "risk"),
        "severity": pa.array(SEVERITIES).take(pa.array(worst)),
    }


def _lead_rows(groups: Groups, by_cause: pa.Table) -> pa.Array:
    expected = ints(by_cause["expected"], 0)
    order = np.lexsort((np.arange(len(expected)), -expected, groups.index))
    return pa.array(ints(by_cause["lead_row"], 0)[order[groups.starts]])


def _first_known(rows: pa.Table, name: str, lead: pa.Array) -> pa.Array:
    """Value of the leading finding, else the smallest that any finding of the case has."""
    smallest = rows.group_by("case").aggregate([(name, "min")]).sort_by("case")[f"{name}_min"]
    return pc.coalesce(rows[name].take(lead), smallest).combine_chunks()


def _distinct(rows: pa.Table, name: str) -> pa.Array:
    """The different values per case as sorted lists."""
    number, names = codes(rows[name])
    case = Groups.of(ints(rows["case"], 0)).index
    pairs = np.unique(case * (len(names) + 1) + number)
    offsets = np.searchsorted(pairs // (len(names) + 1), np.arange(case[-1] + 2))
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), names.take(pa.array(pairs % (len(names) + 1)))
    )


def _share(ten_thousandths: Ints) -> pa.Array:
    whole = pa.array(ten_thousandths, pa.int64()).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar(_UNIT)).cast(pa.decimal128(6, 4))
