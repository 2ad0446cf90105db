"""Work some cases of a demonstration through the real actions, so that no page is empty."""

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from wattwarden.app.casework.act_on_case import act_on_case
from wattwarden.app.casework.photos import keep_uploads
from wattwarden.app.casework.second_review import draw_second_reviews
from wattwarden.app.casework.settings import RISK_CASE, known_processes
from wattwarden.app.casework.times import now
from wattwarden.cases.given import Given
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.records.models import Case, CaseEvent, OrgUnit, User

_LOG = logging.getLogger(__name__)
# One white pixel: a photo that is a photo.
_PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
_CASES = 36
_OUTCOMES = ("confirmed", "confirmed", "useful", "false")


@dataclass(frozen=True)
class _Desk:
    """The accounts of a demonstration, each acting in its own name."""

    people: Mapping[str, Viewer]

    def act(self, who: str, case: Case, action: str, **given: object) -> None:
        """Take an action with the version of this moment."""
        version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
        act_on_case(self.people[who], case.pk, action, Given(version=version, **given))  # type: ignore[arg-type]  # fields by name


def work_some_cases(demo: bool) -> int:
    """Bring the most valuable cases of the first station to different steps; how many were worked.

    Raises:
        WattwardenError: this is no demonstration.
    """
    if not demo:
        raise fail("demo cases", found="a server outside demo mode", expected="WATTWARDEN_DEMO=1")
    if CaseEvent.objects.filter(kind="acted").exists():
        return 0
    desk = _Desk({user.username: user.viewer() for user in User.objects.all()})
    station = OrgUnit.objects.filter(kind="station").order_by("path").first()
    path = station.path if station else "/"
    rows = Case.objects.filter(
        org_path__startswith=path, place="premise", is_open=True, staff_side=False, process=RISK_CASE,
        customer_id__isnull=False,
    )  # fmt: skip
    cases = list(rows.order_by("-net_value_fen", "pk")[:_CASES])
    for number, case in enumerate(cases):
        for step in _STEPS[: number % (len(_STEPS) + 1)]:
            if Case.objects.filter(pk=case.pk, is_open=True).exists():
                step(desk, case, number)
    for case in cases[: _CASES : len(_STEPS) + 1][1:]:
        _snooze(desk, case)
    draw_second_reviews()
    return len(cases)


def _triage(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("controller", case, "triage")


def _take(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("station_worker", case, "take")


def _arrive(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("station_worker", case, "arrive")


def _conclude(desk: _Desk, case: Case, number: int) -> None:
    step = known_processes()[RISK_CASE].steps["visiting"]
    digests = keep_uploads(desk.people["station_worker"], case.pk, [("site.png", _PHOTO)])
    desk.act(
        "station_worker", case, "conclude", outcome=_OUTCOMES[number % len(_OUTCOMES)], cause="meter_fault",
        note="现场核对表计示数与接线", checked=tuple(str(n) for n in range(len(step.checklist))),
        materials=tuple(step.materials), evidence=digests,
    )  # fmt: skip


def _propose(desk: _Desk, case: Case, number: int) -> None:
    if _OUTCOMES[number % len(_OUTCOMES)] == "false":
        desk.act("controller", case, "close_false", note="现场核实用电正常")
        return
    found = Case.objects.values_list("found_fen", flat=True).get(pk=case.pk)
    if not found:
        desk.act(
            "station_worker",
            case,
            "propose_without_money",
            note="更正档案",
            facts={"remedy": "file_correction"},
        )
        return
    refunds = _customer_loses(case)
    desk.act("station_worker", case, "propose_remedy", note="按规则计算退还" if refunds else "按规则计算追补",
             amount_fen=found, facts={"remedy": "refund" if refunds else "back_bill"})  # fmt: skip


def _approve(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("approver", case, "approve_remedy", note="依据充分，同意")


def _settle(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    found = Case.objects.values_list("found_fen", flat=True).get(pk=case.pk)
    if not found:
        return
    if _customer_loses(case):
        desk.act("billing", case, "refund", note="退还多收电费", amount_fen=found)
        return
    try:
        desk.act("billing", case, "claim", note="按核查结论追补", amount_fen=found)
    except WattwardenError as error:
        # A red gate holds the money back, as it does in earnest.
        _LOG.info("demo case %s: its money waits: %s", case.pk, error)
        return
    desk.act("billing", case, "bill", amount_fen=found)
    desk.act("collection", case, "record_payment", amount_fen=found // 2)


def _customer_loses(case: Case) -> bool:
    """Whether the findings of a case say that the customer paid too much."""
    return any(joined.data.get("direction") == "customer_loses" for joined in case.joined.all())


def _execute(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("meter", case, "execute", note="已更换计量装置")


def _close(desk: _Desk, case: Case, number: int) -> None:  # noqa: ARG001 every step is called alike
    desk.act("controller", case, "close_unproven", note="换表后连续两周用电正常")


def _snooze(desk: _Desk, case: Case) -> None:
    desk.act(
        "controller",
        case,
        "snooze",
        note="等待春季复核",
        reason="season",
        until=now().date() + timedelta(days=60),
    )


_STEPS: tuple[Callable[[_Desk, Case, int], None], ...] = (
    _triage, _take, _arrive, _conclude, _propose, _approve, _settle, _execute, _close,
)  # fmt: skip
