"""Personal tokens: made by their owner, shown once, kept as a digest, within scopes, until they expire."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from wattwarden.app.console.traces import Subject, done
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label
from wattwarden.records.guard import not_found
from wattwarden.records.models import ApiToken, User

PREFIX = "wwt_"
SCOPES: Mapping[str, Label] = {
    "read": Label(zh="查询", en="Read"),
    "write": Label(zh="办理工单和现场作业", en="Work on cases and visits"),
    "export": Label(zh="导出", en="Export"),
}
LONGEST_DAYS, USUAL_DAYS = 366, 90
_MOST_TOKENS = 20
_BYTES, _HINT, _SHORTEST = 32, 10, 20
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """What a new token is to be.

    Args:
        name: What it is for, so that its owner knows which one to revoke.
        scopes: Names of ``SCOPES``.
        days: Days until it expires.
    """

    name: str
    scopes: Sequence[str]
    days: int = USUAL_DAYS


def my_tokens(viewer: Viewer) -> Sequence[ApiToken]:
    """Tokens of the viewer, the newest first; those revoked or expired too."""
    return list(ApiToken.objects.filter(owner_id=viewer.user_id)[:100])


def make_token(viewer: Viewer, new: NewToken) -> tuple[ApiToken, str]:
    """Make a token for the viewer; the token itself is told only now.

    Raises:
        WattwardenError: no name, an unknown scope, too long a life, or too many tokens.
    """
    if viewer.user_id is None:
        raise fail("token", found=f"{viewer.name}, who has no account", expected="an account of the console")
    return _make(viewer, User.objects.get(pk=viewer.user_id), new)


def make_token_for(operator: Viewer, username: str, new: NewToken) -> tuple[ApiToken, str]:
    """Make a token for an account, as the operator of the server does for a program of the utility.

    Raises:
        WattwardenError: there is no such account, or as ``make_token``.
    """
    owner = User.objects.filter(username=username, is_active=True).first()
    if owner is None:
        raise fail(f"account {username[:60]}", found="none of that name", expected="an open account")
    return _make(operator, owner, new)


def revoke_token(viewer: Viewer, number: int) -> None:
    """End a token of the viewer at once.

    Raises:
        WattwardenError: he has no such token.
    """
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(owner_id=viewer.user_id, pk=number).first()
        if token is None:
            raise not_found(ApiToken, number)
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            done(viewer, "token.revoke", Subject("token", token.hint), old={"name": token.name})


def token_in_force(text: str) -> ApiToken | None:
    """The token that ``text`` is, with its owner; None where it is unknown, over, or its account closed."""
    if not text.startswith(PREFIX) or len(text) < _SHORTEST:
        return None
    now = timezone.now()
    token = ApiToken.objects.select_related("owner").filter(digest=_digest(text)).first()
    if token is None or token.revoked_at or token.expires_at <= now or not token.owner.is_active:
        return None
    if token.used_at is None or now - token.used_at > _NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def _make(actor: Viewer, owner: User, new: NewToken) -> tuple[ApiToken, str]:
    name = new.name.strip()
    if not name or len(name) > 100:  # noqa: PLR2004 the width of the column
        raise fail(
            "token", found="no name, or too long a name", expected="what it is for, up to 100 characters"
        )
    if not new.scopes or set(new.scopes) - set(SCOPES):
        raise fail(
            "token", found=", ".join(new.scopes)[:80] or "no scope", expected=f"of {', '.join(SCOPES)}"
        )
    if not 1 <= new.days <= LONGEST_DAYS:
        raise fail("token", found=f"{new.days} days", expected=f"1 to {LONGEST_DAYS} days")
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    now = timezone.now()
    with transaction.atomic():
        alive = ApiToken.objects.filter(owner=owner, revoked_at__isnull=True, expires_at__gt=now).count()
        if alive >= _MOST_TOKENS:
            raise fail(
                "token",
                found=f"{alive} in force",
                expected=f"at most {_MOST_TOKENS}",
                action="Revoke one first.",
            )
        token = ApiToken.objects.create(
            owner=owner, name=name, digest=_digest(text), hint=text[:_HINT],
            scopes=" ".join(sorted(set(new.scopes))), expires_at=now + timedelta(days=new.days),
        )  # fmt: skip
        told = {"owner": owner.username, "name": name, "scopes": token.scopes, "days": new.days}
        done(actor, "token.make", Subject("token", token.hint), new=told)
    return token, text


def _digest(text: str) -> str:
    # A token of 256 random bits cannot be guessed, so a fast digest is enough.
    return hashlib.sha256(text.encode()).hexdigest()
