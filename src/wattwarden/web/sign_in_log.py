"""Sign-ins, refusals and changes of passwords and second factors, as records of the audit log."""

from allauth.account.signals import password_changed
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from wattwarden.domain.audit_chain import AuditEvent
from wattwarden.records.audit import append
from wattwarden.records.models import User


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    _record("account.sign_in", user, request)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_: object) -> None:
    if user is not None:
        _record("account.sign_out", user, request)


@receiver(user_login_failed)
def _refused(credentials: dict[str, str], request: HttpRequest | None = None, **_: object) -> None:
    tried = str(credentials.get("username", ""))[:150]
    new = {"address": _address(request), "tried": tried}
    append(AuditEvent(None, tried, "account.sign_in_failed", "account", tried, new=new))


@receiver(authentication_failed)
def _second_factor_refused(request: HttpRequest, user: User, **_: object) -> None:
    _record("account.second_factor_failed", user, request)


@receiver(authenticator_added)
def _second_factor_set(request: HttpRequest, user: User, **_: object) -> None:
    _record("account.second_factor_set", user, request)


@receiver(authenticator_removed)
def _second_factor_removed(request: HttpRequest, user: User, **_: object) -> None:
    _record("account.second_factor_removed", user, request)


@receiver(password_changed)
def _password_changed(request: HttpRequest, user: User, **_: object) -> None:
    if user.password_is_temporary:
        user.password_is_temporary = False
        user.save(update_fields=["password_is_temporary"])
    _record("account.password_changed", user, request)


def _record(action: str, user: User, request: HttpRequest | None) -> None:
    name = user.display_name or user.username
    append(
        AuditEvent(user.pk, name, action, "account", user.username, new={"address": _address(request)})
    )


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request else ""
