"""Whether the loss of a customer's area fell after the visit: the second witness of a remedy."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from wattwarden.app.casework.claim_kinds import KINDS
from wattwarden.app.casework.claims import FACT, typed_of
from wattwarden.app.casework.typed import Typed
from wattwarden.app.make_claim import theft_duration
from wattwarden.app.visit_effect import USUAL_SHARE, Losses
from wattwarden.calc.claims.back_billing import KWH
from wattwarden.calc.claims.visit_effect import Verdict as Effect
from wattwarden.calc.claims.visit_effect import visit_effect
from wattwarden.cases.history import Event
from wattwarden.cases.state import CaseState
from wattwarden.cases.verification import AreaTest, Verdict
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label
from wattwarden.records.models import Case

KEY = "area_loss"
VISITS = ("arrive", "conclude_at_desk")
CAUSES = ("theft", "wiring", "meter_fault")
"""Causes that the area lost energy by."""
_VERDICTS: Mapping[Effect, Verdict] = {
    "closes": Verdict.MENDED, "reopens": Verdict.NOT_MENDED, "cannot_tell": Verdict.CANNOT_TELL,
}  # fmt: skip
_DRAWN = 60
"""Days on each side that are drawn."""


def area_test(
    case: Case, state: CaseState, events: Sequence[Event], losses: Mapping[str, Losses]
) -> AreaTest | None:
    """Compare the days before the visit with those after the remedy; None where the area is no witness.

    Without a claim nobody knows by how much the loss should have fallen: then a fall of the usual share
    closes, and none at all leaves the rules to decide.

    Args:
        losses: Daily losses by area.
    """
    loss = losses.get(case.area_id or "")
    visits = [event.at.date() for event in events if event.action in VISITS]
    if loss is None or not visits or state.cause not in CAUSES:
        return None
    visited, remedied = visits[-1], state.entered_at.date()
    expected = expected_kwh_day(str(state.facts.get(FACT, "")))
    before = [row for row in loss.days if row[0] < visited]
    after = [row for row in loss.days if row[0] > remedied]
    usual = USUAL_SHARE * loss.mean_supply_kwh
    try:
        effect = visit_effect(
            [v for _, v in before], [v for _, v in after], float(expected) if expected else usual
        )
    except WattwardenError as error:
        found = f"{error.problems[0].found}"
        return AreaTest(
            KEY,
            Verdict.CANNOT_TELL,
            Label(zh=f"台区线损：可比天数不足({found})", en=f"loss of the area: too few days ({found})"),
        )
    verdict = _VERDICTS[effect.verdict]
    if verdict is Verdict.NOT_MENDED and expected is None:
        verdict = Verdict.CANNOT_TELL
    why = Label(zh=f"台区{case.area_id}：{effect.text('zh')}", en=f"area {case.area_id}: {effect.text('en')}")
    return AreaTest(KEY, verdict, why, (*before[-_DRAWN:], *after[:_DRAWN]))


def expected_kwh_day(claim: str) -> Decimal | None:
    """Daily energy of the claim, by which the loss should fall; None without a claim for theft."""
    typed = typed_of(claim)
    if typed.get("kind") != "theft":
        return None
    kind = KINDS["theft"]
    fields = Typed({**{f.name: f.value for f in kind.fields}, **typed})
    try:
        kwh = [step.value for step in kind.work(fields).steps if step.unit == KWH]
    except WattwardenError:
        # What was typed no longer makes a claim, so it makes no expectation either.
        return None
    lighting = fields.word("use") == "lighting"
    lasted = theft_duration(fields.day("on"), fields.whole_or("days"), fields.number_or("hours"), lighting)
    days = min(lasted.days, fields.whole_or("connected_days") or lasted.days)
    return Decimal(kwh[-1]) / days if kwh and days else None
