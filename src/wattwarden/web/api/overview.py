"""What the whole comes to: the risk map, scans, the ledger with hit rates, and the organisation."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router, Schema

from wattwarden.app.casework.statistics import HitLine, statistics
from wattwarden.app.console.in_force import installation
from wattwarden.app.console.organisation import organisation
from wattwarden.app.console.risk_map import PointSums, point_detail, risk_map
from wattwarden.app.console.scans import Scan, scan_rules, scans
from wattwarden.calc.sampling import Estimate
from wattwarden.domain.access import Role
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key, Number, Sums, Text

router = Router(tags=["overview"])


class PointOut(Schema):
    """A risk point or control with its findings; ``change`` is against the scan before."""

    number: str
    title: Text
    kind: str
    total: Sums
    severities: dict[str, int]
    heat: int
    change: int | None
    rules: int
    judged: int

    @classmethod
    def of(cls, sums: PointSums) -> "PointOut":
        """From a point of the map."""
        told = {n: getattr(sums, n) for n in ("number", "severities", "heat", "change", "rules", "judged")}
        return cls(title=Text.of(sums.point.title), kind=sums.point.kind, total=Sums.of(sums.total), **told)


class PointRule(Schema):
    """A rule of a point."""

    id: str
    title: Text
    outcome: str
    total: Sums


class PointDetailOut(Schema):
    """A point with its rules."""

    point: PointOut
    rules: list[PointRule]


class ScanOut(Schema):
    """One full scan."""

    number: int
    today: str
    total: Sums

    @classmethod
    def of(cls, scan: Scan) -> "ScanOut":
        """From a scan."""
        return cls(number=scan.number, today=scan.today, total=Sums.of(scan.total))


class RuleRunOut(Schema):
    """One rule in a scan."""

    rule_id: str
    title: Text
    outcome: str
    seconds: float
    total: Sums


class ScanRulesOut(Schema):
    """A scan with its rules."""

    scan: ScanOut
    rules: list[RuleRunOut]


class HitOut(Schema):
    """Judged and confirmed cases, with the 95 % interval of the share."""

    name: Text
    judged: int
    confirmed: int
    made_good_fen: int
    low: float
    high: float

    @classmethod
    def all(cls, lines: Sequence[HitLine]) -> "list[HitOut]":
        """From the lines of the page."""
        names = set(cls.model_fields) - {"name"}
        return [cls(name=Text.of(line.name), **{n: getattr(line, n) for n in names}) for line in lines]


class EstimateOut(Schema):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Estimate | None) -> "EstimateOut | None":
        """From an estimate; None while nothing tells."""
        return cls(value=found.value, low=found.low, high=found.high) if found else None


class LedgerOut(Schema):
    """Money of all cases in fen by book, and how often visits hit."""

    books: dict[str, int]
    by_rule: list[HitOut]
    by_org: list[HitOut]
    by_person: list[HitOut]
    hit_rate: EstimateOut | None
    recall: EstimateOut | None
    drawn: int
    judged: int


class UnitOut(Schema):
    """A unit with everything below it; ``customers`` is null where they may not be seen."""

    path: str
    name: str
    kind: str
    customers: int | None
    total: Sums
    open_cases: int


class SettingOut(Schema):
    """A setting; the environment of the server is where it changes."""

    title: Text
    variable: str
    value: str
    is_default: bool


class CheckOut(Schema):
    """Something that must work, and whether it does."""

    name: str
    is_well: bool
    says: str


class RoleOut(Schema):
    """What a role may do, the classes of personal data that it sees, and the most rows of one export."""

    role: str
    title: Text
    may: list[str]
    sees: list[str]
    export_rows: int

    @classmethod
    def of(cls, name: str, role: Role) -> "RoleOut":
        """From a role."""
        return cls(
            role=name, title=Text.of(role.title), may=list(role.may), sees=list(role.sees),
            export_rows=role.export_rows,
        )  # fmt: skip


class StateOut(Schema):
    """The installation: settings, files of the site, checks, roles."""

    settings: list[SettingOut]
    files: list[str]
    checks: list[CheckOut]
    roles: list[RoleOut]


@router.get("/risks", response={200: list[PointOut], **REFUSALS}, summary="风险地图 · Risk map")
def risks(request: HttpRequest) -> list[PointOut]:
    """The twelve points and nine controls."""
    return [PointOut.of(point) for point in risk_map(viewer(request))]


@router.get("/risks/{number}", response={200: PointDetailOut, **REFUSALS}, summary="风险点 · One risk point")
def risk(request: HttpRequest, number: Annotated[Key, Path()]) -> PointDetailOut:
    """One point with its rules."""
    found = point_detail(viewer(request), number)
    rules = [
        PointRule(id=r.rule.id, title=Text.of(r.rule.title), outcome=r.outcome, total=Sums.of(r.total))
        for r in found.rules
    ]
    return PointDetailOut(point=PointOut.of(found.sums), rules=rules)


@router.get("/scans", response={200: list[ScanOut], **REFUSALS}, summary="扫描 · List scans")
def list_scans(request: HttpRequest) -> list[ScanOut]:
    """Full scans, the newest first, with what they found for this account."""
    return [ScanOut.of(scan) for scan in scans(viewer(request))]


@router.get("/scans/{int:number}", response={200: ScanRulesOut, **REFUSALS}, summary="一次扫描 · One scan")
def scan(request: HttpRequest, number: Annotated[Number, Path()]) -> ScanRulesOut:
    """One scan, and how each rule fared."""
    found, runs = scan_rules(viewer(request), number)
    rules = [
        RuleRunOut(
            rule_id=r.rule_id,
            title=Text.of(r.title),
            outcome=r.kind,
            seconds=r.seconds,
            total=Sums.of(r.total),
        )
        for r in runs
    ]
    return ScanRulesOut(scan=ScanOut.of(found), rules=rules)


@router.get("/ledger", response={200: LedgerOut, **REFUSALS}, summary="台账与成效 · Ledger and hit rates")
def ledger(request: HttpRequest) -> LedgerOut:
    """Money of the cases that the account may see, and hit rates with intervals."""
    told = statistics(viewer(request))
    return LedgerOut(
        books=dict(told.books), by_rule=HitOut.all(told.by_rule), by_org=HitOut.all(told.by_org),
        by_person=HitOut.all(told.by_person), hit_rate=EstimateOut.of(told.hit_rate),
        recall=EstimateOut.of(told.recall), drawn=told.drawn, judged=told.judged,
    )  # fmt: skip


@router.get("/organisation", response={200: list[UnitOut], **REFUSALS}, summary="组织 · Organisation")
def units(request: HttpRequest) -> list[UnitOut]:
    """Units that the account may look at, parents before children."""
    names = set(UnitOut.model_fields) - {"total"}
    return [
        UnitOut(total=Sums.of(unit.total), **{name: getattr(unit, name) for name in names})
        for unit in organisation(viewer(request))
    ]


@router.get("/settings", response={200: StateOut, **REFUSALS}, summary="系统状态 · Settings and state")
def state(request: HttpRequest) -> StateOut:
    """What is in force and whether everything works, for administrators; secrets are told as set or not."""
    found = installation(viewer(request))
    return StateOut(
        settings=[
            SettingOut(title=Text.of(s.label), variable=s.variable, value=s.value, is_default=s.is_default)
            for s in found.settings
        ],
        files=list(found.files),
        checks=[CheckOut(name=c.name, is_well=c.is_well, says=c.says) for c in found.checks],
        roles=[RoleOut.of(name, role) for name, role in found.roles.items()],
    )
