"""Claims: the calculators, one worked out, and its amount into the remedy of a case."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from wattwarden.app.casework.claim_kinds import KINDS, ClaimKind
from wattwarden.app.casework.claims import Calculated, ClaimPage, calculate, claim_page, propose_claim
from wattwarden.web.api.access import viewer
from wattwarden.web.api.case_shapes import Choice, FieldOut
from wattwarden.web.api.cases import ActedOut, CaseId, Version
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key, Note, Text, Words, WorkedStep

router = Router(tags=["claims"])
Figures = Annotated[dict[Key, Words], Field(max_length=50, description="Text by the name of the field.")]


class CalculatorOut(Schema):
    """A calculator: what it asks for, and the remedy that follows where the result is not negative."""

    kind: str
    title: Text
    group: Text
    remedy: str
    fields: list[FieldOut]

    @classmethod
    def of(cls, code: str, kind: ClaimKind) -> "CalculatorOut":
        """From a calculator of the page."""
        return cls(
            kind=code, title=Text.of(kind.title), group=Text.of(kind.group), remedy=kind.remedy,
            fields=[FieldOut.of(field) for field in kind.fields],
        )  # fmt: skip


class FiguresIn(Schema):
    """What was found out, and which step is asked for: one of ``amounts``, the usual one where empty."""

    fields: Figures
    step: Words = ""

    def sent(self) -> dict[str, str]:
        """As the form of the page sends it."""
        return self.fields | {"step": self.step}


class ClaimSteps(Schema):
    """A claim worked out step by step with its clauses; below zero the customer gets the money."""

    kind: str
    fields: dict[str, str]
    steps: list[WorkedStep]
    amounts: list[Choice]
    step: str
    amount_fen: int
    remedy: str

    @classmethod
    def of(cls, found: Calculated, request: HttpRequest) -> "ClaimSteps":
        """From the derivation of the page, in the language of the account."""
        return cls(
            kind=found.code, fields=dict(found.sent), step=str(found.step), amount_fen=found.amount_fen,
            steps=[WorkedStep(**row) for row in found.worked.rows(viewer(request).language)],
            amounts=[Choice(value=value, title=Text.of(title)) for value, title in found.amounts],
            remedy=found.remedy,
        )  # fmt: skip


class ClaimOut(Schema):
    """The claim of a case as it was proposed, else the calculator that its cause suggests."""

    version: int
    kind: str
    fields: list[FieldOut]
    derivation: ClaimSteps | None
    proposed_fen: int | None
    may_propose: bool

    @classmethod
    def of(cls, found: ClaimPage, request: HttpRequest) -> "ClaimOut":
        """From the page of the case."""
        return cls(
            version=found.version, kind=found.code, fields=[FieldOut.of(field) for field in found.fields],
            derivation=ClaimSteps.of(found.calculated, request) if found.calculated else None,
            proposed_fen=found.proposed_fen, may_propose=found.may_propose,
        )  # fmt: skip


class ProposeIn(FiguresIn):
    """Which calculator with which figures, on which version of the case."""

    version: Version
    kind: Key
    note: Note = ""


@router.get(
    "/claims", response={200: list[CalculatorOut], **REFUSALS}, summary="退补计算器 · List calculators"
)
def calculators(request: HttpRequest) -> list[CalculatorOut]:  # noqa: ARG001 ninja's signature
    """Every calculator of what is to be settled, claimed or compensated."""
    return [CalculatorOut.of(code, kind) for code, kind in KINDS.items()]


@router.post("/claims/{kind}", response={200: ClaimSteps, **REFUSALS}, summary="试算 · Work a claim out")
def work_out(request: HttpRequest, kind: Annotated[Key, Path()], body: FiguresIn) -> ClaimSteps:
    """One claim with the figures that held on the day; nothing is kept."""
    return ClaimSteps.of(calculate(viewer(request), kind, body.sent()), request)


@router.get(
    "/cases/{int:case_id}/claim", response={200: ClaimOut, **REFUSALS}, summary="工单退补 · Claim of a case"
)
def of_case(request: HttpRequest, case_id: CaseId) -> ClaimOut:
    """What was proposed and how it was worked out; only a confirmed case has a claim."""
    return ClaimOut.of(claim_page(viewer(request), case_id, {}), request)


@router.post(
    "/cases/{int:case_id}/claim", response={200: ActedOut, **REFUSALS}, summary="提出退补 · Propose a claim"
)
def propose(request: HttpRequest, case_id: CaseId, body: ProposeIn) -> ActedOut:
    """Take the amount into the remedy, for approval by somebody else; 409 where the case has gone on."""
    sent = body.sent() | {"kind": body.kind, "note": body.note, "version": str(body.version)}
    return ActedOut.of(propose_claim(viewer(request), case_id, sent))
