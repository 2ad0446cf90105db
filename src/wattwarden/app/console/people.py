"""Accounts and the roles they hold; every change is recorded in the audit log with its reason.

An administrator works within the organisations he manages, and never on himself: what he may do is decided by
somebody else. A command on the server works for the whole utility; its account of the machine is recorded.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet

from wattwarden.app.console.traces import Subject, done, given_reason
from wattwarden.domain.access import Grant, Viewer, roles
from wattwarden.domain.errors import fail, forbidden
from wattwarden.records.guard import units_of
from wattwarden.records.models import OrgUnit, RoleGrant, User

_PASSWORD_BYTES = 12
_ACCOUNT = "account"


@dataclass(frozen=True)
class NewAccount:
    """What is known of a new person.

    Args:
        staff_id: His number in the staff list; what concerns it is kept from him.
        customer_ids: Customer numbers of his own home and business, separated by spaces.
    """

    username: str
    display_name: str = ""
    staff_id: str = ""
    customer_ids: str = ""
    language: str = "zh-hans"


def operator(name: str) -> Viewer:
    """Who works on the server itself: he manages people for the whole utility and sees nothing else."""
    tops = OrgUnit.objects.filter(parent__isnull=True).values_list("path", flat=True)
    return Viewer(None, name, None, tuple(Grant("administrator", path) for path in tops))


def accounts(viewer: Viewer) -> Sequence[User]:
    """Accounts that the viewer manages, with their grants; two queries."""
    return list(_managed(viewer).order_by("username"))


def account(viewer: Viewer, username: str) -> User:
    """One account.

    Raises:
        WattwardenError: there is none, or it holds a role outside the viewer's organisations.
    """
    found = _managed(viewer).filter(username=username).first()
    if found is None:
        raise fail(
            f"account {username}", found="none that you manage", expected="an account of your organisations"
        )
    return found


def has_second_factor(user: User) -> bool:
    """Whether he signs in with a second factor."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def grantable_units(viewer: Viewer) -> Sequence[OrgUnit]:
    """Units for which the viewer may grant roles."""
    return list(units_of(viewer, "manage_users"))


def add_account(viewer: Viewer, new: NewAccount, password: str | None = None) -> tuple[User, str]:
    """Make an account without any role; the account and its first password, to be changed at once.

    Args:
        password: Generated where None.

    Raises:
        WattwardenError: the name or the staff number is taken or unfit, or the password too weak.
    """
    may_manage(viewer)
    user = User(
        username=new.username, display_name=new.display_name or new.username, staff_id=new.staff_id or None,
        customer_ids=new.customer_ids, language=new.language, password_is_temporary=True,
    )  # fmt: skip
    given = password or secrets.token_urlsafe(_PASSWORD_BYTES)
    with transaction.atomic():
        _set_password(user, given)
        try:
            user.full_clean()
        except ValidationError as error:
            raise fail(
                f"account {new.username}", found="; ".join(error.messages), expected="a new account"
            ) from error
        user.save()
        told = {"name": user.display_name, "staff_id": user.staff_id, "customer_ids": user.customer_ids}
        done(viewer, "account.add", Subject(_ACCOUNT, user.username), new=told)
    return user, given


def grant(viewer: Viewer, username: str, role: str, org_id: str, reason: str | None) -> None:
    """Give somebody a role for a unit and all below it.

    Raises:
        WattwardenError: it is himself, the role or unit is unknown, or there is no reason.
    """
    _change_grant(viewer, username, role, org_id, reason, is_given=True)


def revoke(viewer: Viewer, username: str, role: str, org_id: str, reason: str | None) -> None:
    """Take a role away.

    Raises:
        WattwardenError: as ``grant``, or he does not hold it.
    """
    _change_grant(viewer, username, role, org_id, reason, is_given=False)


def set_active(viewer: Viewer, username: str, is_active: bool, reason: str | None) -> None:
    """Close an account and end its sessions, or open it again.

    Raises:
        WattwardenError: it is himself, or there is no reason.
    """
    why = given_reason(reason, f"account {username}")
    with transaction.atomic():
        user = _other(viewer, username)
        old, user.is_active = user.is_active, is_active
        user.save(update_fields=["is_active"])
        _end_sessions(user)
        action = "account.enable" if is_active else "account.disable"
        done(viewer, action, Subject(_ACCOUNT, username), old=old, new=is_active, reason=why)


def reset_password(viewer: Viewer, username: str, reason: str | None, password: str | None = None) -> str:
    """Give somebody a password for one sign-in, at which he sets his own; his sessions end.

    Raises:
        WattwardenError: it is himself, there is no reason, or the password is too weak.
    """
    why = given_reason(reason, f"account {username}")
    given = password or secrets.token_urlsafe(_PASSWORD_BYTES)
    with transaction.atomic():
        user = _other(viewer, username)
        _set_password(user, given)
        user.password_is_temporary = True
        user.save()
        _end_sessions(user)
        done(viewer, "account.password_reset", Subject(_ACCOUNT, username), reason=why)
    return given


def reset_second_factor(viewer: Viewer, username: str, reason: str | None) -> None:
    """Take away a second factor that was lost; he sets a new one at his next sign-in.

    Raises:
        WattwardenError: it is himself, or there is no reason.
    """
    why = given_reason(reason, f"account {username}")
    with transaction.atomic():
        user = _other(viewer, username)
        Authenticator.objects.filter(user=user).delete()
        _end_sessions(user)
        done(viewer, "account.second_factor_reset", Subject(_ACCOUNT, username), reason=why)


def _change_grant(
    viewer: Viewer, username: str, role: str, org_id: str, reason: str | None, *, is_given: bool
) -> None:
    why = given_reason(reason, f"role {role}")
    if role not in roles():
        raise fail("role", found=role[:60], expected=f"one of {', '.join(roles())}")
    with transaction.atomic():
        user = _other(viewer, username)
        unit = units_of(viewer, "manage_users").filter(pk=org_id).first()
        if unit is None:
            raise fail(
                f"unit {org_id}", found="none that you manage", expected="a unit of your organisations"
            )
        held = RoleGrant.objects.filter(user=user, role=role, org=unit)
        if held.exists() == is_given:
            found = "the role already" if is_given else "no such role"
            raise fail(f"account {username}", found=found, expected="a change")
        told = {"role": role, "org": unit.pk, "name": unit.name}
        if is_given:
            RoleGrant.objects.create(user=user, role=role, org=unit)
            done(viewer, "account.grant", Subject(_ACCOUNT, username, unit.path), new=told, reason=why)
        else:
            held.delete()
            done(viewer, "account.revoke", Subject(_ACCOUNT, username, unit.path), old=told, reason=why)


def _managed(viewer: Viewer) -> QuerySet[User]:
    """Accounts all of whose roles are held within what the viewer manages."""
    units = units_of(viewer, "manage_users")
    elsewhere = RoleGrant.objects.exclude(org__in=units).values("user")
    grants = RoleGrant.objects.select_related("org").order_by("role", "org__path")
    found = User.objects.exclude(pk__in=elsewhere).prefetch_related(Prefetch("role_grants", queryset=grants))
    return found if viewer.may("manage_users") or viewer.user_id is None else found.none()


def may_manage(viewer: Viewer) -> None:
    """Do nothing for who may manage people.

    Raises:
        WattwardenError: he may not.
    """
    if viewer.user_id is not None and not viewer.may("manage_users"):
        raise forbidden("accounts", found="no right to manage them", expected="an administrator")


def _other(viewer: Viewer, username: str) -> User:
    user = account(viewer, username)
    if user.pk == viewer.user_id:
        raise forbidden(
            f"account {username}", found="your own account", expected="an account of somebody else",
            action="Ask another administrator: nobody decides what he himself may do.",
        )  # fmt: skip
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise fail(
            "password", found="; ".join(error.messages), expected="a password that is hard to guess"
        ) from error
    user.set_password(password)


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
