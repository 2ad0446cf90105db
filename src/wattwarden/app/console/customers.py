"""Customer 360: file, supply, readings, bills, payments, service and risk, from the reading room."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
from django.db.models import QuerySet

from wattwarden.app.console.charts import Chart
from wattwarden.app.console.customer_bills import Bills, bills
from wattwarden.app.console.customer_charts import bill_charts, reading_charts
from wattwarden.app.console.findings import ListedFinding, listed
from wattwarden.app.console.grids import Grid, grid, pairs
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.traces import Subject, read
from wattwarden.app.store import home
from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.finding import LifeState
from wattwarden.domain.labels import Label
from wattwarden.domain.masking import Masker
from wattwarden.lake.reading_room import ReadingRoom
from wattwarden.records.guard import load, visible
from wattwarden.records.models import Case, Customer, Finding, OrgUnit

_FILE = (
    "customer_id", "name", "customer_type", "status", "voltage_level", "contract_capacity_kva",
    "operating_capacity_kva", "industry_code", "importance", "is_protected", "market_attribute", "opened_on",
    "closed_on", "payment_method", "phone", "id_number", "bank_account", "tier",
)  # fmt: skip
_GRIDS: Mapping[str, Sequence[str]] = {
    "contract": ("contract_id", "kind", "signed_on", "valid_from", "valid_to", "capacity_kva", "tariff_class", "multiplier"),
    "tariff_assignment": ("valid_from", "valid_to", "tariff_class", "billing_mode", "is_tou", "pf_standard", "contract_demand_kw"),
    "market_contract": ("kind", "seller", "package", "valid_from", "valid_to", "price", "monthly_kwh"),
    "customer_transformer": ("transformer_id", "capacity_kva", "model", "state", "valid_from", "valid_to"),
    "meter": ("meter_id", "role", "kind", "metering_mode", "multiplier", "has_tou", "installed_on", "removed_on", "rotation_due_on", "status"),
    "connection_request": ("request_id", "kind", "requested_at", "capacity_kva", "status", "finished_at"),
    "reading_cycle": ("read_date", "meter_id", "start_register", "end_register", "multiplier", "kwh", "max_demand_kw", "method"),
    "meter_event": ("started_at", "ended_at", "meter_id", "event", "phase"),
    "payment": ("paid_at", "bill_id", "amount_fen", "late_fee_fen", "channel", "status"),
    "prepayment": ("entered_at", "kind", "amount_fen", "balance_fen"),
    "late_fee": ("bill_id", "computed_fen", "charged_fen", "waived_fen", "waiver_reason"),
    "supply_action": ("done_at", "action", "reason", "bill_id", "last_notice_at", "is_remote"),
    "dunning_contact": ("contacted_at", "channel", "bill_id", "outcome", "promised_on"),
    "service_ticket": ("received_at", "kind", "topic", "channel", "first_contact_at", "finished_at", "score"),
    "inspection_result": ("visited_at", "meter_id", "outcome", "is_random", "recovered_kwh", "claimed_fen"),
}  # fmt: skip
_TABLES: Mapping[str, Sequence[str]] = {
    "file": ("contract", "tariff_assignment", "market_contract"),
    "supply": ("meter", "customer_transformer", "connection_request"),
    "readings": ("reading_cycle", "meter_event"),
    "payments": ("payment", "prepayment", "late_fee", "dunning_contact", "supply_action"),
    "service": ("service_ticket", "dunning_contact"),
    "risk": ("inspection_result",),
}
"""Tables that a tab shows row by row, by name of the tab."""
_BEHIND: Mapping[str, Sequence[str]] = {
    "file": ("customer",), "readings": ("reading_daily",), "bills": ("bill", "shadow_bill", "payment"),
}  # fmt: skip
"""Tables that a tab shows in another form: as facts, charts or side by side."""


@dataclass(frozen=True)
class Head:
    """What stands above every tab: who it is, masked for the viewer."""

    row: Customer
    customer_id: str
    name: str
    address: str
    org: str
    open_findings: int
    open_cases: int


@dataclass(frozen=True)
class Tab:
    """What one tab shows; parts that do not apply are empty.

    Args:
        facts: Label and value.
    """

    facts: Sequence[tuple[str, str]] = ()
    grids: Sequence[Grid] = ()
    charts: Sequence[Chart] = ()
    bills: Bills | None = None
    findings: Sequence[ListedFinding] = ()
    cases: Sequence[Case] = ()


@dataclass(frozen=True)
class Asked:
    """One customer as one viewer asks for him.

    Args:
        room: Where his rows stand.
    """

    viewer: Viewer
    customer: Customer
    masker: Masker
    room: ReadingRoom = field(default_factory=lambda: ReadingRoom(home()))

    def rows(self, name: str) -> pa.Table:
        """His rows of one table, oldest first."""
        return self.room.read(name, self.customer.customer_id)

    def grids(self, *names: str) -> Sequence[Grid]:
        """His rows of some tables as shown."""
        language = self.viewer.language
        return [grid(name, _GRIDS[name], self.rows(name), language, self.masker) for name in names]


def customer_head(viewer: Viewer, customer_id: str) -> tuple[Asked, Head]:
    """The customer and what stands above every tab.

    Raises:
        WattwardenError: he does not exist for this viewer.
    """
    row = load(Customer, customer_id, viewer, "see_customers")
    read(viewer, Subject("customer", row.customer_id, row.org_path))
    masker = masker_for(viewer, row.org_path)
    org = OrgUnit.objects.filter(path=row.org_path).values_list("name", flat=True).first()
    shown = {
        name: str(masker.value(name, getattr(row, name)) or "–")
        for name in ("customer_id", "name", "address")
    }
    return Asked(viewer, row, masker), Head(
        row=row,
        **shown,
        org=org or row.org_id,
        open_findings=_findings(viewer, row).exclude(state=LifeState.GONE.value).count(),
        open_cases=visible(Case, viewer, "see_cases").filter(customer_id=row.pk, is_open=True).count(),
    )


def _file(asked: Asked) -> Tab:
    (row,) = asked.rows("customer").to_pylist() or [{}]
    facts = pairs("customer", _FILE, row, asked.viewer.language, asked.masker)
    return Tab(facts=facts, grids=asked.grids(*_TABLES["file"]))


def _supply(asked: Asked) -> Tab:
    return Tab(grids=asked.grids(*_TABLES["supply"]))


def _readings(asked: Asked) -> Tab:
    charts = reading_charts(asked.rows("reading_daily"), asked.rows("meter"), asked.viewer.language)
    return Tab(charts=charts, grids=asked.grids(*_TABLES["readings"]))


def _bills(asked: Asked) -> Tab:
    made = bills(asked.rows("bill"), asked.rows("shadow_bill"), asked.rows("payment"), asked.viewer.language)
    return Tab(charts=bill_charts(made, asked.viewer.language), bills=made)


def _payments(asked: Asked) -> Tab:
    return Tab(grids=asked.grids(*_TABLES["payments"]))


def _service(asked: Asked) -> Tab:
    return Tab(grids=asked.grids(*_TABLES["service"]))


def _risk(asked: Asked) -> Tab:
    viewer = asked.viewer
    rows = _findings(viewer, asked.customer).order_by("-expected_fen", "finding_key")[:_MOST]
    cases = visible(Case, viewer, "see_cases").filter(customer_id=asked.customer.pk).order_by("-id")[:_MOST]
    return Tab(findings=listed(viewer, rows), cases=list(cases), grids=asked.grids(*_TABLES["risk"]))


def _findings(viewer: Viewer, row: Customer) -> QuerySet[Finding]:
    return visible(Finding, viewer, "see_findings").filter(customer_id=row.pk)


_MOST = 50
TABS: Mapping[str, tuple[Label, Callable[[Asked], Tab], tuple[Permission, ...]]] = {
    "file": (Label(zh="档案与合同", en="File and contracts"), _file, ()),
    "supply": (Label(zh="计量与设备", en="Meters and supply"), _supply, ()),
    "readings": (Label(zh="抄表", en="Readings"), _readings, ()),
    "bills": (Label(zh="电费账单", en="Bills"), _bills, ()),
    "payments": (Label(zh="缴费与欠费", en="Payments and arrears"), _payments, ()),
    "service": (Label(zh="服务与催费", en="Service and dunning"), _service, ()),
    "risk": (Label(zh="疑点与工单", en="Findings and cases"), _risk, ("see_findings", "see_cases")),
}
"""Tabs by name: label, what fills it, and who sees it besides the file (those with any of these)."""


def tabs_for(viewer: Viewer) -> Mapping[str, Label]:
    """Tabs that this viewer may open."""
    return {
        name: label
        for name, (label, _, needs) in TABS.items()
        if not needs or any(viewer.may(permission) for permission in needs)
    }


def tab_tables(name: str) -> Sequence[str]:
    """Tables of the data contract behind a tab: what its workbook holds; none for a tab that is not there."""
    return (*_BEHIND.get(name, ()), *_TABLES.get(name, ()))


def fill_tab(asked: Asked, name: str) -> Tab:
    """What the tab of that name shows; the first one for an unknown name."""
    known = name if name in tabs_for(asked.viewer) else next(iter(TABS))
    return TABS[known][1](asked)
