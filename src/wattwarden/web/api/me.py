"""Who I am to this installation."""

from django.http import HttpRequest
from ninja import Router, Schema

from wattwarden.domain.access import roles
from wattwarden.web.api.access import access_of, viewer
from wattwarden.web.api.problems import REFUSALS
from wattwarden.web.api.shapes import Text

router = Router(tags=["me"])


class GrantOut(Schema):
    """A role held for an organisation and all below it."""

    role: str
    title: Text
    org_path: str
    may: list[str]


class MeOut(Schema):
    """The account in whose name the token works."""

    user_id: int
    name: str
    language: str
    scopes: list[str]
    grants: list[GrantOut]
    export_rows: int


@router.get("", response={200: MeOut, **REFUSALS}, summary="我的账号 · My account")
def me(request: HttpRequest) -> MeOut:
    """The account, its roles with their organisations, and the scopes of the token."""
    who, access = viewer(request), access_of(request)
    grants = [
        GrantOut(
            role=g.role,
            title=Text.of(roles()[g.role].title),
            org_path=g.org_path,
            may=list(roles()[g.role].may),
        )
        for g in who.grants
    ]
    return MeOut(
        user_id=who.user_id or 0, name=who.name, language=who.language,
        scopes=sorted(access.scopes) if access else [], grants=grants, export_rows=who.export_rows(),
    )  # fmt: skip
