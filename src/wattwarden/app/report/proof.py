"""The proof pack of a case in the report, as the scan laid it out in the reading room."""

from collections.abc import Mapping, Sequence

from wattwarden.app.proof_pack import ProofPack, ProofSeries, proof_in_room
from wattwarden.app.report.curves import Curve, Line
from wattwarden.app.report.material import Material
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.reading_room import ReadingRoom


def case_proof(material: Material, case: Mapping[str, object], rule_ids: Sequence[str]) -> ProofPack | None:
    """The pack of the case's customer; None without a customer, or where this scan laid nothing out."""
    if case["customer_id"] is None or ReadingRoom(material.home).number() != material.number:
        return None
    rules = [material.rules[name] for name in dict.fromkeys(rule_ids) if name in material.rules]
    try:
        return proof_in_room(material.home, str(case["customer_id"]), rules)
    except WattwardenError:
        # A room of an earlier version has no such sets; the rest of the report stands without them.
        return None


def proof_curve(series: ProofSeries) -> Curve:
    """One series as the page draws it."""
    lines = [Line(label, None, series.line(name)) for name, label in series.columns.items()]
    return Curve(series.title, series.x, lines, None, None)
