"""What is wrong with readings, curves and phases, what stands in place of missing days, and the limits in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wattwarden.app.open_lake import newest_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.shown_value import shown_param
from wattwarden.domain.checks import Check, load_checks
from wattwarden.domain.content import contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Language
from wattwarden.engines.derive import derivation_order

Row = dict[str, object]
CHECKED = ("reading_check", "curve_check")
ESTIMATED = "reading_estimate"


@dataclass(frozen=True)
class Wanted:
    """Which results are asked for.

    Attributes:
        check, meter, customer: Only these; None for all.
        since: Only what ends after this day.
        limit: Rows at most; None for all.
    """

    check: str | None = None
    meter: str | None = None
    customer: str | None = None
    since: date | None = None
    limit: int | None = 50


@dataclass(frozen=True)
class ReadingCheck:
    """What was found.

    Attributes:
        meters: Meters with a register that were looked at.
        counts: By check: hits and meters.
        rows: Hits, the longest first.
    """

    meters: int
    counts: Sequence[Row]
    rows: Sequence[Row]


def check_readings(home: Path, wanted: Wanted) -> ReadingCheck:
    """Check the registers and curves of the lake below ``home``.

    Raises:
        WattwardenError: the lake is empty, no reading fits, or there is no such check.
    """
    checks = load_checks(home / SITE_CONTENT).by_id
    if wanted.check is not None and wanted.check not in checks:
        raise fail(
            f"check {wanted.check}", found="no such check in force", expected=f"one of {', '.join(checks)}"
        )
    with newest_lake(home, wanted.customer) as engine:
        engine.derive(derivation_order(contract(), [*CHECKED, "meter_recent"]))
        values = _values(wanted)
        (looked,) = engine.query(_LOOKED, {n: values[n] for n in ("meter", "customer")}).to_pylist()
        if not looked["meters"]:
            raise fail("readings check", found=f"no register of {wanted.meter or wanted.customer or 'the lake'}",
                       expected="daily registers", action="Import reading_daily first.")  # fmt: skip
        counts = engine.query(_COUNTS, values).to_pylist()
        rows = engine.query(_ROWS, values | {"limit": wanted.limit or -1}).to_pylist()
    return ReadingCheck(int(looked["meters"]), counts, rows)


def estimated_readings(home: Path, wanted: Wanted) -> list[Row]:
    """Estimated days with what was read, method and interval.

    Raises:
        WattwardenError: the lake is empty.
    """
    with newest_lake(home, wanted.customer) as engine:
        engine.derive(derivation_order(contract(), [ESTIMATED]))
        values = {n: v for n, v in _values(wanted).items() if n != "check"}
        return engine.query(_ESTIMATES, values | {"limit": wanted.limit or -1}).to_pylist()


def named(rows: Sequence[Mapping[str, object]], language: Language) -> list[Row]:
    """Rows with the checks, phases and methods in words."""
    checks = {name: check.label.text(language) for name, check in load_checks().by_id.items()}
    methods = contract()[ESTIMATED].columns["method"].values or {}
    phases = contract()["meter_event"].columns["phase"].values or {}
    told = []
    for row in rows:
        more: Row = {}
        if "check_id" in row:
            phase = str(row["phase"]) if row["phase"] is not None else ""
            more = {"check": checks.get(str(row["check_id"]), row["check_id"]),
                    "phase": phases[phase].text(language) if phase in phases and phase != "all" else ""}  # fmt: skip
        if "method" in row:
            more["method"] = methods[str(row["method"])].text(language)
        told.append({**row, **more})
    return told


@dataclass(frozen=True)
class ShownCheck:
    """One check with the limits in force, in words."""

    check: Check
    limits: Sequence[str]


def shown_checks(home: Path, language: Language) -> list[ShownCheck]:
    """Every check in force with its limits, those of the site included."""
    return [
        ShownCheck(check, [f"{p.zh if language == 'zh' else p.en} = {shown_param(p, language)}"
                           for p in check.params.values()])
        for check in load_checks(home / SITE_CONTENT).by_id.values()
    ]  # fmt: skip


def _values(wanted: Wanted) -> Row:
    return {"check": wanted.check, "meter": wanted.meter, "customer": wanted.customer, "since": wanted.since}


_LOOKED = """
SELECT count(*) AS meters FROM meter_recent
WHERE (CAST($meter AS VARCHAR) IS NULL OR meter_id = $meter) AND (CAST($customer AS VARCHAR) IS NULL OR customer_id = $customer)
"""
_HITS = """
WITH hit AS (
  SELECT meter_id, customer_id, check_id, 'all' AS phase, from_date, to_date, days, measured, bound, CAST(NULL AS DECIMAL(18, 4)) AS missing_kwh
  FROM reading_check
  UNION ALL
  SELECT c.meter_id, m.customer_id, c.check_id, c.phase, min(c.day) AS from_date, max(c.day) + 1 AS to_date, count(*) AS days,
         CAST(avg(c.measured) AS DECIMAL(18, 6)) AS measured, CAST(avg(c.bound) AS DECIMAL(18, 6)) AS bound,
         CAST(sum(c.missing_kwh) AS DECIMAL(18, 4)) AS missing_kwh
  FROM curve_check AS c
  JOIN meter AS m ON m.meter_id = c.meter_id
  GROUP BY c.meter_id, m.customer_id, c.check_id, c.phase
), chosen AS (
  SELECT * FROM hit
  WHERE (CAST($check AS VARCHAR) IS NULL OR check_id = $check) AND (CAST($meter AS VARCHAR) IS NULL OR meter_id = $meter)
    AND (CAST($customer AS VARCHAR) IS NULL OR customer_id = $customer)
    AND (CAST($since AS DATE) IS NULL OR to_date > CAST($since AS DATE))
)
"""
_COUNTS = f"""{_HITS}
SELECT check_id, count(*) AS hits, count(DISTINCT meter_id) AS meters, CAST(sum(days) AS BIGINT) AS days
FROM chosen GROUP BY check_id ORDER BY hits DESC, check_id
"""
_ROWS = f"""{_HITS}
SELECT meter_id, customer_id, phase, from_date, to_date, days, measured, bound, missing_kwh, check_id
FROM chosen ORDER BY days DESC, meter_id, check_id, phase, from_date
LIMIT CASE WHEN $limit < 0 THEN 9223372036854775807 ELSE $limit END
"""
_ESTIMATES = """
SELECT meter_id, customer_id, use_date, raw_kwh, kwh, low_kwh, high_kwh, method FROM reading_estimate
WHERE (CAST($meter AS VARCHAR) IS NULL OR meter_id = $meter) AND (CAST($customer AS VARCHAR) IS NULL OR customer_id = $customer)
  AND (CAST($since AS DATE) IS NULL OR use_date >= CAST($since AS DATE))
ORDER BY meter_id, use_date
LIMIT CASE WHEN $limit < 0 THEN 9223372036854775807 ELSE $limit END
"""
