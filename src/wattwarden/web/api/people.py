"""Accounts and roles, for administrators of an organisation."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from wattwarden.app.console import people
from wattwarden.app.console.role_holders import role_holders
from wattwarden.domain.access import Viewer
from wattwarden.records.models import User
from wattwarden.web.api.access import viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Key, Reason, Words

router = Router(tags=["people"])
Name = Annotated[Key, Path()]


class HeldOut(Schema):
    """A role of an account, and the unit for which it is held."""

    role: str
    org: str


class AccountOut(Schema):
    """An account that the asking one manages."""

    username: str
    display_name: str
    staff_id: str | None
    is_active: bool
    has_second_factor: bool
    roles: list[HeldOut]

    @classmethod
    def of(cls, user: User) -> "AccountOut":
        """From an account."""
        return cls(
            username=user.username, display_name=user.display_name, staff_id=user.staff_id,
            is_active=user.is_active, has_second_factor=people.has_second_factor(user),
            roles=[HeldOut(role=g.role, org=g.org_id) for g in user.role_grants.all()],
        )  # fmt: skip


class NewAccountIn(Schema):
    """Who the account is for; ``customer_ids`` are numbers of his own home, parted by spaces."""

    username: Annotated[str, Field(min_length=1, max_length=150)]
    display_name: Words = ""
    staff_id: Annotated[str, Field(max_length=64)] = ""
    customer_ids: Annotated[str, Field(max_length=300)] = ""
    language: Literal["zh-hans", "en"] = "zh-hans"


class PasswordOut(Schema):
    """The password for the next sign-in, told once; it must be changed then."""

    username: str
    password: str


class RoleIn(Schema):
    """A role for a unit and all below it."""

    role: Words
    org: Words
    reason: Reason


class WhyIn(Schema):
    """Why."""

    reason: Reason


class UnitHoldersOut(Schema):
    """A unit, and who holds which role for it."""

    org: str
    name: str
    depth: int
    roles: dict[str, list[str]]


def _as_it_is(who: Viewer, username: str) -> AccountOut:
    return AccountOut.of(people.account(who, username))


@router.get("/people", response={200: list[AccountOut], **REFUSALS}, summary="账号 · List accounts")
def accounts(request: HttpRequest) -> list[AccountOut]:
    """Accounts that this account manages."""
    who = viewer(request)
    people.may_manage(who)
    return [AccountOut.of(user) for user in people.accounts(who)]


@router.post("/people", response={200: PasswordOut, **REFUSALS}, summary="新建账号 · Add an account")
def add(request: HttpRequest, body: NewAccountIn) -> PasswordOut:
    """Make an account without any role."""
    user, password = people.add_account(viewer(request), people.NewAccount(**body.model_dump()))
    return PasswordOut(username=user.username, password=password)


@router.get("/people/{username}", response={200: AccountOut, **REFUSALS}, summary="一个账号 · One account")
def account(request: HttpRequest, username: Name) -> AccountOut:
    """One account with its roles."""
    who = viewer(request)
    people.may_manage(who)
    return _as_it_is(who, username)


@router.post(
    "/people/{username}/grant", response={200: AccountOut, **REFUSALS}, summary="授予角色 · Grant a role"
)
def grant(request: HttpRequest, username: Name, body: RoleIn) -> AccountOut:
    """Give a role."""
    who = viewer(request)
    people.grant(who, username, body.role, body.org, body.reason)
    return _as_it_is(who, username)


@router.post(
    "/people/{username}/revoke", response={200: AccountOut, **REFUSALS}, summary="收回角色 · Revoke a role"
)
def revoke(request: HttpRequest, username: Name, body: RoleIn) -> AccountOut:
    """Take a role away."""
    who = viewer(request)
    people.revoke(who, username, body.role, body.org, body.reason)
    return _as_it_is(who, username)


@router.post(
    "/people/{username}/disable", response={200: AccountOut, **REFUSALS}, summary="停用 · Close an account"
)
def disable(request: HttpRequest, username: Name, body: WhyIn) -> AccountOut:
    """Close the account and end its sessions."""
    who = viewer(request)
    people.set_active(who, username, False, body.reason)
    return _as_it_is(who, username)


@router.post(
    "/people/{username}/enable", response={200: AccountOut, **REFUSALS}, summary="启用 · Open an account"
)
def enable(request: HttpRequest, username: Name, body: WhyIn) -> AccountOut:
    """Open the account again."""
    who = viewer(request)
    people.set_active(who, username, True, body.reason)
    return _as_it_is(who, username)


@router.post(
    "/people/{username}/password",
    response={200: PasswordOut, **REFUSALS},
    summary="重置密码 · Reset a password",
)
def password(request: HttpRequest, username: Name, body: WhyIn) -> PasswordOut:
    """Give a password for the next sign-in."""
    return PasswordOut(
        username=username, password=people.reset_password(viewer(request), username, body.reason)
    )


@router.post(
    "/people/{username}/second-factor",
    response={200: AccountOut, **REFUSALS},
    summary="清除双因素 · Reset a second factor",
)
def second_factor(request: HttpRequest, username: Name, body: WhyIn) -> AccountOut:
    """Take a lost second factor away."""
    who = viewer(request)
    people.reset_second_factor(who, username, body.reason)
    return _as_it_is(who, username)


@router.get(
    "/roles", response={200: list[UnitHoldersOut], **REFUSALS}, summary="角色分布 · Who holds which role"
)
def holders(request: HttpRequest) -> list[UnitHoldersOut]:
    """Units that the account manages, parents before children."""
    found = []
    for unit in role_holders(viewer(request)):
        held: dict[str, list[str]] = {}
        for one in unit.grants:
            held.setdefault(one.role, []).append(one.user.username)
        found.append(UnitHoldersOut(org=unit.unit.org_id, name=unit.unit.name, depth=unit.depth, roles=held))
    return found
