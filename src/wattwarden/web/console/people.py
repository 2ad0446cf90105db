"""Accounts, roles and the organisation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from wattwarden.app.console import people
from wattwarden.app.console.role_holders import role_holders
from wattwarden.web.jinja import say
from wattwarden.web.middleware import viewer_of


def listing(request: HttpRequest) -> HttpResponse:
    """Accounts that the viewer manages; a form for a new one."""
    viewer = viewer_of(request)
    people.may_manage(viewer)
    return render(request, "people/list.html", {"accounts": people.accounts(viewer)})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Make an account; its first password is shown once."""
    names = ("username", "display_name", "staff_id", "customer_ids")
    new = people.NewAccount(**{name: request.POST.get(name, "").strip() for name in names})
    user, password = people.add_account(viewer_of(request), new)
    _tell_password(request, user.username, password)
    return redirect("account_of", user.username)


def detail(request: HttpRequest, username: str) -> HttpResponse:
    """One account with its roles."""
    viewer = viewer_of(request)
    people.may_manage(viewer)
    user = people.account(viewer, username)
    return render(
        request,
        "people/detail.html",
        {
            "account": user,
            "is_self": user.pk == viewer.user_id,
            "second_factor": people.has_second_factor(user),
            "roles": people.staff_roles(),
            "units": people.grantable_units(viewer),
        },
    )


@require_POST
def change(request: HttpRequest, username: str, what: str) -> HttpResponse:
    """Grant, revoke, close, open, or reset what was lost; each with a reason."""
    viewer, form = viewer_of(request), request.POST
    reason = form.get("reason")
    role, org = form.get("role", ""), form.get("org", "")
    if what == "grant":
        people.grant(viewer, username, role, org, reason)
    elif what == "revoke":
        people.revoke(viewer, username, role, org, reason)
    elif what in ("disable", "enable"):
        people.set_active(viewer, username, what == "enable", reason)
    elif what == "second-factor":
        people.reset_second_factor(viewer, username, reason)
    else:
        _tell_password(request, username, people.reset_password(viewer, username, reason))
    return redirect("account_of", username)


def holders(request: HttpRequest) -> HttpResponse:
    """The units that the viewer may see, as a tree with who holds which role."""
    return render(request, "people/holders.html", {"units": role_holders(viewer_of(request))})


def _tell_password(request: HttpRequest, username: str, password: str) -> None:
    messages.info(
        request,
        say(
            f"{username} 的一次性密码: {password}（仅显示一次，首次登录须修改）",
            f"Password of {username} for the first sign-in: {password} (shown once; to be changed then)",
        ),
    )
