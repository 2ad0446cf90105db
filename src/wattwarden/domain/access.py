"""Who may do what, where: roles as content, and the viewer whom every query is made for."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Language, Strict
from wattwarden.domain.tables import Mask

Permission = Literal[
    "see_findings", "see_customers", "see_cases", "see_staff_findings", "work_cases", "assign_cases",
    "approve_remedies", "take_visits", "write_rules", "approve_rules", "import_files", "reveal", "export",
    "see_audit", "manage_users", "manage_settings",
]  # fmt: skip


class Role(Strict):
    """What a person of one role may do in the organisations he holds it for.

    Attributes:
        may: Permissions.
        sees: Classes of personal data that are shown to him without masking.
        export_rows: Most rows of one export.
        second_factor: He cannot work without a second factor at sign-in.
    """

    title: Label
    may: tuple[Permission, ...]
    sees: tuple[Mask, ...] = ()
    export_rows: int = Field(default=0, ge=0)
    second_factor: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "Role":
        if ("export" in self.may) != (self.export_rows > 0):
            raise ValueError("a role that may export says how many rows, others do not")
        return self


class _Roles(Strict):
    roles: Mapping[str, Role]


@functools.cache
def roles() -> Mapping[str, Role]:
    """Roles by name, from ``content/roles.yaml``."""
    return validate(_Roles, read_yaml(BUILT_IN / "roles.yaml"), "roles.yaml").roles


@dataclass(frozen=True)
class Grant:
    """A role held for one organisation and all below it.

    Args:
        org_path: Path of the organisation from the top, for example ``/43/4312/431207/``.
    """

    role: str
    org_path: str


@dataclass(frozen=True)
class Viewer:
    """The person whom a page, an export or an answer is made for.

    Args:
        user_id: Number of the account; None for the system itself, which holds no grants.
        staff_id: His number in the utility's staff list, which tells what concerns himself.
        customer_ids: Customer numbers of his own home and business; he handles nothing about them.
    """

    user_id: int | None
    name: str
    staff_id: str | None
    grants: tuple[Grant, ...]
    language: Language = "zh"
    customer_ids: tuple[str, ...] = ()

    def may(self, permission: Permission) -> bool:
        """Whether he has the permission anywhere."""
        return bool(self.paths(permission))

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Paths of the organisations where he has the permission, outermost only."""
        held = sorted({g.org_path for g in self.grants if permission in roles()[g.role].may})
        return tuple(p for p in held if not any(p != q and p.startswith(q) for q in held))

    def may_at(self, permission: Permission, org_path: str) -> bool:
        """Whether he has the permission for what belongs to ``org_path``."""
        return any(org_path.startswith(path) for path in self.paths(permission))

    def sees(self, org_path: str) -> frozenset[Mask]:
        """Classes of personal data shown to him unmasked for what belongs to ``org_path``."""
        return frozenset(
            kind for g in self.grants if org_path.startswith(g.org_path) for kind in roles()[g.role].sees
        )

    def export_rows(self) -> int:
        """Most rows of one export; 0 where he may not export."""
        return max((roles()[g.role].export_rows for g in self.grants), default=0)

    def needs_second_factor(self) -> bool:
        """Whether one of his roles is too powerful for a password alone."""
        return any(roles()[g.role].second_factor for g in self.grants)
