"""Everything about one meter: what it is, what it must be, what its phases show, what its events told, what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.calc.claims.back_billing import priced, wrong_wiring
from wattwarden.calc.claims.wiring import theory_factor
from wattwarden.calc.metering.diagram import Candidate, Diagram, derivation, parse_diagram, propose
from wattwarden.domain.checks import load_checks
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.worked import Worked
from wattwarden.engines.derive import derivation_order

Row = dict[str, object]
NEEDED = ("meter_fault", "metering_requirement", "clean_event", "curve_day")
ASSUMED_COSINE = Decimal("0.9")
"""Power factor for a factor by theory where no reactive energy is known."""
THEORY: Mapping[tuple[str, str], str] = {
    ("three_phase_4w", "voltage_lost"): "4w_one_voltage_lost",
    ("three_phase_4w", "power_reversed"): "4w_one_ct_reversed",
    ("three_phase_3w", "power_reversed"): "3w_one_ct_reversed",
}
"""By wiring of the meter and check: the fault whose factor theory gives; a three-wire voltage has one by phase."""
THREE_WIRE_VOLTAGE = {"a": "3w_uab_lost", "c": "3w_ucb_lost"}


@dataclass(frozen=True)
class Fault:
    """One sign of a fault.

    Attributes:
        row: Its row of ``meter_fault``.
        title, why, first: What it is, what it means, what to look at first.
        theory: Factor of a balanced load, a proposal; None where theory gives none.
    """

    row: Row
    title: Label
    why: Label
    first: Label
    theory: Decimal | None


@dataclass(frozen=True)
class ExplainedMeter:
    """What is known of a meter.

    Attributes:
        facts: Its file: wiring, ratings, multiplier, dates, seal.
        transformers: Its instrument transformers.
        requirements: What each of its devices must be, by edition of the code.
        faults: Signs of faults in its curves.
        events: Events that can be true, the newest first.
        load_pct: Largest current of the curves over the rated secondary current, percent; None without either.
        cosine: Power factor of its curves, else as assumed.
    """

    facts: Row
    transformers: Sequence[Row]
    requirements: Sequence[Row]
    faults: Sequence[Fault]
    events: Sequence[Row]
    load_pct: Decimal | None
    cosine: Decimal


def explain_meter(home: Path, meter: str) -> ExplainedMeter:
    """Gather what the newest lake knows of ``meter``.

    Raises:
        WattwardenError: the lake is empty, or has no such meter.
    """
    with newest_lake(home, _customer_of(home, meter)) as engine:
        engine.derive(derivation_order(contract(), NEEDED))
        found = {name: engine.query(sql, {"meter": meter}).to_pylist() for name, sql in _QUERIES.items()}
    (facts,) = found["facts"]
    (curve,) = found["curve"]
    cosine = curve["cosine"]
    checks = load_checks(home / SITE_CONTENT).by_id
    used = ASSUMED_COSINE if cosine is None else Decimal(str(cosine))
    faults = [
        Fault(row, checks[name].label, checks[name].why, checks[name].first, _theory(facts, row, used))
        for row in found["faults"]
        if (name := str(row["check_id"])) in checks
    ]
    load = (
        None
        if curve["most_a"] is None
        else Decimal(str(curve["most_a"])) / Decimal(str(curve["secondary_a"])) * 100
    )
    return ExplainedMeter(
        facts, found["transformers"], found["requirements"], faults, found["events"], load, used
    )


def _customer_of(home: Path, meter: str) -> str | None:
    with newest_lake(home) as engine:
        rows = engine.query(
            "SELECT customer_id FROM meter WHERE meter_id = $meter", {"meter": meter}
        ).to_pylist()
    if not rows:
        raise fail(f"meter {meter}", found="no such meter", expected="a number of the table meter",
                   action="Look it up with 'wattwarden readings check --customer'.")  # fmt: skip
    return None if rows[0]["customer_id"] is None else str(rows[0]["customer_id"])


def _theory(facts: Row, row: Row, cosine: Decimal) -> Decimal | None:
    kind, check, phase = str(facts["kind"]), str(row["check_id"]), str(row["phase"])
    fault = THEORY.get((kind, check))
    if kind == "three_phase_3w" and check == "voltage_lost":
        fault = THREE_WIRE_VOLTAGE.get(phase)
    return None if fault is None else theory_factor(fault, cosine)


@dataclass(frozen=True)
class WiringProposal:
    """Wirings that may explain a diagram, and the derivation of the likeliest or chosen one."""

    diagram: Diagram
    candidates: Sequence[Candidate]
    worked: Worked
    settled: Worked | None

    def rows(self, language: Language) -> list[Row]:
        """The candidates as rows of the list ``wirings``."""
        return [
            {"probability": c.probability, "wiring": c.wiring.label().text(language), "angle_deg": f"{c.angle_deg:.0f}",
             "factor": "–" if c.factor is None else str(c.factor), "theory": "–" if c.theory is None else str(c.theory)}
            for c in self.candidates
        ]  # fmt: skip


def propose_wiring(
    vector: str, choice: int = 1, read_kwh: Decimal | None = None, price: Decimal | None = None
) -> WiringProposal:
    """Find the wiring behind a measured vector diagram, and settle the energy read with its factor.

    Args:
        vector: ``u1=220@0 u2=… i1=3@-25 …``, see ``parse_diagram``.
        choice: Which candidate is settled, 1 is the likeliest; the inspector decides.
        read_kwh: Energy read since the wiring was wrong; without it nothing is settled.
        price: Yuan per kWh.

    Raises:
        WattwardenError: the diagram is incomplete, there is no such candidate, or it counts nothing.
    """
    diagram = parse_diagram(vector)
    found = propose(diagram)
    if not 1 <= choice <= len(found):
        raise fail("candidate", found=str(choice), expected=f"1 to {len(found)}")
    chosen = found[choice - 1]
    worked = derivation(diagram, chosen)
    if read_kwh is None:
        return WiringProposal(diagram, found, worked, None)
    if chosen.factor is None:
        raise fail("correction factor K", found="a wiring that counts nothing", expected="a meter that counts",
                   action="Settle by the use of a normal month: wattwarden claim normal-month.")  # fmt: skip
    settled = wrong_wiring(read_kwh, chosen.factor)
    return WiringProposal(diagram, found, worked, settled if price is None else priced(settled, price))


_QUERIES = {
    "facts": """
SELECT m.*, c.voltage_level, c.contract_capacity_kva, c.operating_capacity_kva
FROM meter AS m LEFT JOIN customer AS c ON c.customer_id = m.customer_id WHERE m.meter_id = $meter
""",
    "transformers": """
SELECT transformer_id, kind, rated_primary, rated_secondary, archive_ratio, field_ratio, ami_ratio, accuracy_class, last_verified_on
FROM instrument_transformer WHERE meter_id = $meter AND removed_on IS NULL ORDER BY kind, transformer_id
""",
    "requirements": """
SELECT device, edition, device_class, accuracy_class, required_class, is_below FROM metering_requirement
WHERE meter_id = $meter ORDER BY edition DESC, device
""",
    "faults": "SELECT * FROM meter_fault WHERE meter_id = $meter ORDER BY days DESC, check_id, phase",
    "events": "SELECT event, phase, started_at, ended_at FROM clean_event WHERE meter_id = $meter ORDER BY started_at DESC, event, phase LIMIT 20",
    "curve": """
SELECT max(d.i_high_a) AS most_a,
       COALESCE((SELECT max(rated_secondary) FROM instrument_transformer WHERE meter_id = $meter AND kind = 'ct'), max(m.max_current_a)) AS secondary_a,
       CASE WHEN sum(d.p_sum_kw) > 0 THEN round(sum(d.p_sum_kw) / sqrt(power(sum(d.p_sum_kw), 2) + power(COALESCE(sum(d.q_sum_kvar), 0), 2)), 4) END AS cosine
FROM meter AS m LEFT JOIN curve_day AS d ON d.meter_id = m.meter_id WHERE m.meter_id = $meter
""",
}
