"""Cases: the list, one of them, its clocks and history, what may be done, and doing it."""

import base64
import binascii
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from wattwarden.app.casework.act_on_case import Acted
from wattwarden.app.casework.assign_many import assign_many
from wattwarden.app.casework.detail import case_detail
from wattwarden.app.casework.gates import gates_of
from wattwarden.app.casework.lists import CaseFilter, case_page
from wattwarden.app.casework.photos import keep_uploads
from wattwarden.app.casework.submit import submit
from wattwarden.app.open_chosen import MOST, open_chosen
from wattwarden.domain.errors import fail
from wattwarden.web.api.access import viewer
from wattwarden.web.api.case_shapes import CaseOut, GatedOut
from wattwarden.web.api.problems import REFUSALS, ProblemOut
from wattwarden.web.api.shapes import After, CaseRow, Key, Note, Number, PageOut, Words

router = Router(tags=["cases"])
_MOST_AT_ONCE, _MOST_FILES, _LONGEST_FILE = 200, 10, 2_400_000
CaseId = Annotated[Number, Path()]
Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="Of the case as it was seen.")]


class CaseQuery(Schema):
    """Which cases; the filter of the page, field by field."""

    state: Literal["open", "closed", "all"] = "open"
    step: Words = ""
    severity: Words = ""
    owner: Literal["", "me", "none"] = ""
    due: Literal["", "late"] = ""
    drawn: Literal["", "yes"] = ""
    q: Annotated[str, Field(max_length=40)] = ""
    after: After = None

    def chosen(self) -> CaseFilter:
        """As the application filters."""
        return CaseFilter.from_query(self.model_dump(exclude={"after"}))


class Evidence(Schema):
    """A photo or paper: JPEG, PNG, WebP or PDF. Larger photos come in parts with a visit."""

    name: Annotated[str, Field(max_length=200)] = ""
    content_base64: Annotated[str, Field(max_length=_LONGEST_FILE)]


class ActIn(Schema):
    """What the form of an action asks for; see ``actions`` of the case. Amounts are yuan: ``1234.50``."""

    version: Version
    owner: Words = ""
    reason: Note = ""
    note: Note = ""
    outcome: Words = ""
    cause: Words = ""
    amount: Words = ""
    until: Words = ""
    penalty_times: Words = ""
    penalty_reason: Note = ""
    facts: Annotated[dict[Key, Words], Field(default_factory=dict, max_length=50)]
    checklist: Annotated[list[Key], Field(default_factory=list, max_length=100)]
    materials: Annotated[list[Key], Field(default_factory=list, max_length=100)]
    evidence: Annotated[list[Evidence], Field(default_factory=list, max_length=_MOST_FILES)]

    def sent(self) -> dict[str, str]:
        """As the form of the page sends it."""
        lists = {"facts", "checklist", "materials", "evidence"}
        single = {name: str(value) for name, value in self.model_dump(exclude=lists).items()}
        return single | {f"fact_{name}": value for name, value in self.facts.items()}


class ActedOut(Schema):
    """What came of an action."""

    case_id: int
    version: int
    step: str
    is_repeat: bool

    @classmethod
    def of(cls, acted: Acted) -> "ActedOut":
        """From the outcome of the application."""
        case = acted.case
        return cls(case_id=case.pk, version=case.version, step=case.step, is_repeat=acted.is_repeat)


class Chosen(Schema):
    """A case and the version that was seen."""

    case_id: Number
    version: Version


class AssignIn(Schema):
    """Which cases go to whom; ``owner`` is a number of ``owner`` choices of a case."""

    cases: Annotated[list[Chosen], Field(min_length=1, max_length=_MOST_AT_ONCE)]
    owner: Key


class AssignOut(Schema):
    """How many were assigned, and why others were not."""

    assigned: int
    problems: list[ProblemOut]


class OpenIn(Schema):
    """Keys of findings of the newest scan."""

    findings: Annotated[list[Key], Field(min_length=1, max_length=MOST)]


class OpenedOut(Schema):
    """Cases that were opened, cases that changed, and events that were added to them."""

    opened: int
    changed: int
    events: int


@router.get("", response={200: PageOut[CaseRow], **REFUSALS}, summary="工单列表 · List cases")
def cases(request: HttpRequest, query: Query[CaseQuery]) -> PageOut[CaseRow]:
    """Cases that the account may see, the most valuable first; 50 a page."""
    page = case_page(viewer(request), query.chosen(), query.after)
    return PageOut[CaseRow](rows=[CaseRow.of(row) for row in page.rows], next=page.after)


@router.post("/assign", response={200: AssignOut, **REFUSALS}, summary="批量派工 · Assign many cases")
def assign(request: HttpRequest, body: AssignIn) -> AssignOut:
    """Hand cases to somebody; each is its own action, those that cannot be assigned are told."""
    chosen = [(one.case_id, one.version) for one in body.cases]
    done = assign_many(viewer(request), chosen, body.owner, "")
    problems = ProblemOut.all(done.problems)
    return AssignOut(assigned=done.count, problems=problems)


@router.post("/open", response={200: OpenedOut, **REFUSALS}, summary="立单 · Open cases for findings")
def open_for(request: HttpRequest, body: OpenIn) -> OpenedOut:
    """Open, feed or raise the cases of chosen findings; doing it again changes nothing."""
    opened = open_chosen(viewer(request), body.findings)
    return OpenedOut(opened=opened.opened, changed=opened.changed, events=opened.events)


@router.get("/{int:case_id}", response={200: CaseOut, **REFUSALS}, summary="工单详情 · One case")
def case(request: HttpRequest, case_id: CaseId) -> CaseOut:
    """One case: clocks with the reason of each due time, history, ledger, and what the account may do now."""
    return CaseOut.of(case_detail(viewer(request), case_id))


@router.get(
    "/{int:case_id}/gates", response={200: list[GatedOut], **REFUSALS}, summary="硬措施门槛 · Gates of a case"
)
def gates(request: HttpRequest, case_id: CaseId) -> list[GatedOut]:
    """How the gates before hard steps stand, from the data as they are now."""
    return [GatedOut.of(one) for one in gates_of(viewer(request), case_id).actions]


@router.post(
    "/{int:case_id}/actions/{name}", response={200: ActedOut, **REFUSALS}, summary="办理工单 · Act on a case"
)
def act(request: HttpRequest, case_id: CaseId, name: Annotated[Key, Path()], body: ActIn) -> ActedOut:
    """Take an action; 409 where the case has gone on since the version that was seen."""
    who = viewer(request)
    uploads = [(one.name, _bytes(one.content_base64)) for one in body.evidence]
    digests = keep_uploads(who, case_id, uploads) if uploads else ()
    lists = {"checklist": body.checklist, "materials": body.materials, "evidence": digests}
    return ActedOut.of(submit(who, case_id, name, body.sent(), lists))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise fail("evidence", found="other characters", expected="the content in base64") from error
