"""Every model of the store, so that Django finds them."""

from wattwarden.records.models.audit import AuditHead, AuditRecord
from wattwarden.records.models.cases import (
    Case,
    CaseEvent,
    CaseFinding,
    CaseVerification,
    LedgerEntry,
    RandomDraw,
    SecondReview,
    Submitted,
)
from wattwarden.records.models.customers import Customer
from wattwarden.records.models.figures import FindingSum, RuleFigure, ScanPage
from wattwarden.records.models.findings import Finding
from wattwarden.records.models.imports import ImportJob
from wattwarden.records.models.organisation import OrgUnit
from wattwarden.records.models.outbox import Delivery, DeliveryAttempt, Notice
from wattwarden.records.models.people import RoleGrant, User
from wattwarden.records.models.rules import RuleDraft, RuleDraftEvent, RuleDraftRun
from wattwarden.records.models.tokens import ApiToken, KeptAnswer
from wattwarden.records.models.visits import Photo, VisitEntry

__all__ = [
    "ApiToken", "AuditHead", "AuditRecord", "Case", "CaseEvent", "CaseFinding", "CaseVerification", "Customer", "Delivery",
    "DeliveryAttempt", "Finding", "FindingSum", "ImportJob", "KeptAnswer", "LedgerEntry", "Notice", "OrgUnit", "Photo", "RandomDraw",
    "RoleGrant", "RuleDraft", "RuleDraftEvent", "RuleDraftRun", "RuleFigure", "ScanPage", "SecondReview", "Submitted", "User", "VisitEntry",
]  # fmt: skip
