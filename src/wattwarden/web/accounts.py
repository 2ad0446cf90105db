"""How accounts come to be and are protected: an administrator makes them; nobody signs up."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from wattwarden.records.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """allauth without open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 the base class fixes the signature
        """Never: an administrator makes accounts."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Secrets are stored encrypted; who needs a second factor cannot put it away."""

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it; a stolen copy of the database holds no second factor."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where a role of the account demands it."""
        user: User = authenticator.user
        return not (settings.SECOND_FACTOR_OBLIGATORY and user.viewer().needs_second_factor())


def _cipher() -> Fernet:
    secret = hashlib.sha256(b"second factor " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
