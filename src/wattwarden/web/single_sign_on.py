"""Single sign-on lets in whom an administrator has made an account for, and nobody else."""

import os

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest

from wattwarden.domain.errors import Problem
from wattwarden.records.models import User
from wattwarden.records.single_sign_on import user_name_claim
from wattwarden.web.problems import problem_page

_FORBIDDEN = 403


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Finds the account by the claim that holds the user name."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 the base class fixes the signature
        """Never: a person unknown here stays outside."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join the provider's person to the account of that user name.

        Raises:
            ImmediateHttpResponse: with a page that says whom to ask, where there is no such account.
        """
        claim = user_name_claim(os.environ)
        said = sociallogin.account.extra_data
        # Providers differ in whether they hand the claims over flat or by where they came from.
        name = said.get(claim) or said.get("userinfo", {}).get(claim) or said.get("id_token", {}).get(claim)
        user = User.objects.filter(username=name, is_active=True).first() if name else None
        if sociallogin.is_existing:
            if user is None or sociallogin.user.pk != user.pk:
                raise _refused(request, name)
        elif user is None:
            raise _refused(request, name)
        else:
            sociallogin.connect(request, user)


def _refused(request: HttpRequest, name: object) -> ImmediateHttpResponse:
    problem = Problem(
        f"single sign-on: {name}", "no account of this name", "an account made by an administrator",
        "Ask your administrator: wattwarden user add",
    )  # fmt: skip
    return ImmediateHttpResponse(problem_page(request, [problem], _FORBIDDEN))
