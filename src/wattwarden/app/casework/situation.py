"""What is known of a customer before a hard step, from the lake as it is now and from the case itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.app.scan_settings import load_scan_settings
from wattwarden.app.store import home
from wattwarden.cases.history import Event
from wattwarden.cases.situation import Situation
from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order
from wattwarden.engines.duckdb_engine import DuckDBEngine
from wattwarden.lake.store import Lake
from wattwarden.records.models import Case

_APPROVAL, _NOTICE = "approve_remedy", "serve_cut_notice"
# A bill is disputed while a complaint, a report or an opinion about bills or metering has not been answered.
_KNOWN = """
SELECT c.importance, c.is_protected,
  (SELECT count(*) FROM service_ticket AS t
   WHERE t.customer_id = c.customer_id AND t.kind = 'complaint' AND t.finished_at IS NULL) AS open_complaints,
  (SELECT count(*) FROM service_ticket AS t
   WHERE t.customer_id = c.customer_id AND t.kind IN ('complaint', 'report', 'opinion')
     AND t.topic IN ('billing', 'metering') AND t.finished_at IS NULL) AS disputed_bills,
  (SELECT min(b.due_on) FROM open_bill AS b
   WHERE b.customer_id = c.customer_id AND b.open_fen > 0 AND NOT b.is_reversed) AS due_on,
  (SELECT max(s.notice_at) FROM supply_action AS s WHERE s.customer_id = c.customer_id) AS notice_at,
  (SELECT max(s.last_notice_at) FROM supply_action AS s WHERE s.customer_id = c.customer_id) AS last_notice_at
FROM customer AS c WHERE c.customer_id = {customer}
"""
_CONTACTS = """
SELECT CAST(contacted_at AS DATE) AS day, channel FROM dunning_contact
WHERE customer_id = {customer} ORDER BY contacted_at
"""


def situation_of(case: Case, events: Sequence[Event]) -> Situation:
    """Everything that gates look at; what the data do not tell stays unknown, and so not in order."""
    served = next((e for e in reversed(events) if e.action == _NOTICE), None)
    told: dict[str, object] = {
        "evidence_count": len({digest for event in events for digest in event.evidence}),
        "is_approved": any(e.action == _APPROVAL for e in events),
        "notice_served_at": served.at if served else None,
        "notice_evidence": bool(served.evidence) if served else None,
    }
    if case.customer_id is not None:
        known, contacts = _from_lake(case.customer_id)
        notice_at = known.pop("notice_at", None)
        told |= known
        told["dunning_contacts"] = tuple((row["day"], str(row["channel"])) for row in contacts)
        if served is None and isinstance(notice_at, datetime):
            told["notice_served_at"] = notice_at.replace(tzinfo=None)
        if isinstance(last := told.get("last_notice_at"), datetime):
            told["last_notice_at"] = last.replace(tzinfo=None)
    return Situation(**told)  # type: ignore[arg-type]  # columns of the query are fields of the situation


def _from_lake(customer_id: str) -> tuple[dict[str, object], list[Mapping[str, object]]]:
    scratch = home() / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    literal = "'" + customer_id.replace("'", "''") + "'"
    with DuckDBEngine(
        contract(), load_scan_settings(home()).limits, scratch, home() / SITE_CONTENT
    ) as engine:
        engine.open_snapshot(Lake(home(), contract()).snapshot(), only_customer=customer_id)
        engine.derive(derivation_order(contract(), ["open_bill"]))
        rows = engine.query(_KNOWN.format(customer=literal)).to_pylist()
        contacts = engine.query(_CONTACTS.format(customer=literal)).to_pylist()
    return (rows[0] if rows else {}), contacts
