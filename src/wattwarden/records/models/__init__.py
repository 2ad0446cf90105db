"""Every model of the store, so that Django finds them."""

from wattwarden.records.models.audit import AuditHead, AuditRecord
from wattwarden.records.models.cases import Case, CaseEvent
from wattwarden.records.models.customers import Customer
from wattwarden.records.models.figures import FindingSum, RuleFigure
from wattwarden.records.models.findings import Finding
from wattwarden.records.models.organisation import OrgUnit
from wattwarden.records.models.people import RoleGrant, User

__all__ = [
    "AuditHead", "AuditRecord", "Case", "CaseEvent", "Customer", "Finding", "FindingSum", "OrgUnit", "RoleGrant",
    "RuleFigure", "User",
]  # fmt: skip
