"""``wattwarden user``: accounts and roles from the command line, each step in the audit log."""

from collections.abc import Callable

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from wattwarden.cli.user_command import app
from wattwarden.records.models import AuditRecord, OrgUnit, User

Run = Callable[..., Result]


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("wattwarden.records.connect.migrate", lambda _: None)
    top = OrgUnit.objects.create(org_id="43", name="County", kind="county", path="/43/")
    OrgUnit.objects.create(org_id="01", name="North", kind="station", parent=top, path="/43/01/")

    def invoke(*words: str, typed: str | None = None) -> Result:
        where = ("--home", str(settings.HOME))
        return CliRunner().invoke(app, [*words, *where], input=typed, env={"WATTWARDEN_LANG": "en"})

    return invoke


def actions() -> list[str]:
    return list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))


def test_an_account_from_its_making_to_its_end(run: Run) -> None:
    made = run("add", "li", "--display", "Li Ming", "--staff", "E7")
    assert made.exit_code == 0, made.output
    password = made.output.split("first sign-in: ")[1].split()[0]
    assert User.objects.get(username="li").check_password(password)
    assert run("grant", "li", "meter", "--org", "01", "--reason", "new in the team").exit_code == 0
    listed = run("list").output
    assert "Li Ming" in listed
    assert "meter@01" in listed
    assert run("revoke", "li", "meter", "--org", "01", "--reason", "moved").exit_code == 0
    assert "meter@01" not in run("list").output
    assert run("disable", "li", "--reason", "left").exit_code == 0
    assert "disabled" in run("list").output
    assert run("disable", "li", "--enable", "--reason", "is back").exit_code == 0
    assert User.objects.get(username="li").is_active
    assert len(actions()) == 5


def test_a_typed_password_is_never_shown(run: Run) -> None:
    made = run("add", "wang", "--ask", typed="Vn4-lamp-river\nVn4-lamp-river\n")
    assert made.exit_code == 0, made.output
    assert "Vn4-lamp-river" not in made.output
    assert User.objects.get(username="wang").check_password("Vn4-lamp-river")


def test_a_new_password_ends_the_old_one(run: Run) -> None:
    old = run("add", "li").output.split("first sign-in: ")[1].split()[0]
    told = run("password", "li", "--reason", "forgotten", "--second-factor")
    assert told.exit_code == 0, told.output
    assert not User.objects.get(username="li").check_password(old)


def test_a_token_is_shown_once_and_kept_as_a_digest(run: Run) -> None:
    run("add", "robot")
    told = run("token", "robot", "--purpose", "nightly", "--scope", "read", "--days", "5")
    assert told.exit_code == 0, told.output
    text = told.output.split()[0]
    token = User.objects.get(username="robot").api_tokens.get()
    assert text not in str(vars(token))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("grant", "nobody", "meter", "--org", "01", "--reason", "joins"), "nobody"),
        (("grant", "li", "king", "--org", "01", "--reason", "joins"), "king"),
        (("grant", "li", "meter", "--org", "99", "--reason", "joins"), "99"),
        (("grant", "li", "meter", "--org", "01", "--reason", " "), "reason"),
        (("add", "li"), "li"),
        (("disable", "nobody", "--reason", "joins"), "nobody"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(run: Run, words: tuple[str, ...], expected: str) -> None:
    run("add", "li")
    before = actions()
    told = run(*words)
    assert told.exit_code == 2
    assert expected in told.output
    assert actions() == before


def test_the_roles_are_listed(run: Run) -> None:
    told = run("list", "--roles")
    assert "controller" in told.output
    assert "see_findings" in told.output
