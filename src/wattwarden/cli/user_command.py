"""``wattwarden user``: accounts, and the roles they hold; passwords never stand on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli.output import console, home_folder, language, messages, problems_shown, say

if TYPE_CHECKING:
    from wattwarden.domain.access import Viewer

app = typer.Typer(no_args_is_help=True, help="Accounts and roles. 账号与角色")
Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]
Name = Annotated[str, typer.Argument(help="User name. 用户名")]
RoleName = Annotated[str, typer.Argument(help="Role, see 'user list --roles'. 角色")]
Org = Annotated[str, typer.Option(help="Organisation number; he gets all below it too. 单位编号")]
Reason = Annotated[str, typer.Option(help="Why; kept in the audit log. 原因")]
Ask = Annotated[
    bool, typer.Option("--ask", help="Type the password instead of having one made. 手工输入密码")
]


@app.command()
def add(
    name: Name,
    display: Annotated[str, typer.Option(help="Name as shown. 姓名")] = "",
    staff: Annotated[
        str, typer.Option(help="Staff number; what concerns it is kept from him. 员工编号")
    ] = "",
    own_customers: Annotated[
        str, typer.Option(help="Customer numbers of his own, with spaces. 本人户号")
    ] = "",
    lang: Annotated[str, typer.Option(help="zh or en. 界面语言")] = "zh",
    ask: Ask = False,
    home: Home = None,
) -> None:
    """Make an account without any role. 新建账号."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import NewAccount, add_account

        new = NewAccount(name, display, staff, own_customers, "en" if lang == "en" else "zh-hans")
        _, password = add_account(viewer, new, _typed(ask))
    _show_password(name, password, ask)
    console().print(say("下一步: wattwarden user grant", "Next: wattwarden user grant"))


@app.command(name="list")
def list_(
    show_roles: Annotated[bool, typer.Option("--roles", help="List the roles instead. 列出角色")] = False,
    home: Home = None,
) -> None:
    """List accounts with their roles, or the roles. 列出账号或角色."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import accounts, has_second_factor
        from wattwarden.domain.access import roles

        if show_roles:
            for name, role in roles().items():
                console().print(f"{name:16} {role.title.text(language()):16} {', '.join(role.may)}")
            return
        for user in accounts(viewer):
            held = ", ".join(f"{g.role}@{g.org.pk}" for g in user.role_grants.all()) or "–"
            marks = "" if user.is_active else say(" 已停用", " disabled")
            factor = say(" 双因素", " second factor") if has_second_factor(user) else ""
            console().print(f"{user.username:20} {user.display_name:16} {held}{factor}{marks}")


@app.command()
def grant(name: Name, role: RoleName, org: Org, reason: Reason, home: Home = None) -> None:
    """Give a role for an organisation and all below it. 授予角色."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import grant as give

        give(viewer, name, role, org, reason)
    console().print(f"{name}: + {role}@{org}")


@app.command()
def revoke(name: Name, role: RoleName, org: Org, reason: Reason, home: Home = None) -> None:
    """Take a role away. 收回角色."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import revoke as take

        take(viewer, name, role, org, reason)
    console().print(f"{name}: - {role}@{org}")


@app.command()
def disable(
    name: Name,
    reason: Reason,
    enable: Annotated[bool, typer.Option("--enable", help="Open it again. 重新启用")] = False,
    home: Home = None,
) -> None:
    """Close an account and end its sessions, or open it again. 停用或启用账号."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import set_active

        set_active(viewer, name, enable, reason)
    console().print(
        say(f"{name}: {'已启用' if enable else '已停用'}", f"{name}: {'open' if enable else 'closed'}")
    )


@app.command()
def password(
    name: Name,
    reason: Reason,
    ask: Ask = False,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take away a lost second factor too. 同时清除双因素")
    ] = False,
    home: Home = None,
) -> None:
    """Give a password for the next sign-in, where he sets his own. 重置密码."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.people import reset_password, reset_second_factor

        given = reset_password(viewer, name, reason, _typed(ask))
        if second_factor:
            reset_second_factor(viewer, name, reason)
    _show_password(name, given, ask)


@app.command()
def token(
    name: Name,
    purpose: Annotated[str, typer.Option(help="What it is for. 用途")],
    scope: Annotated[list[str], typer.Option(help="read, write or export; may be repeated. 范围")] = ["read"],  # noqa: B006 typer reads it, nobody changes it
    days: Annotated[int, typer.Option(min=1, help="Days until it expires. 有效天数")] = 90,
    home: Home = None,
) -> None:
    """Make a token with which a program works in the name of an account. 新建访问令牌."""
    with problems_shown():
        viewer = _operator(home)
        from wattwarden.app.console.tokens import NewToken, make_token_for

        made, text = make_token_for(viewer, name, NewToken(purpose, scope, days))
    console().print(text)
    messages().print(
        say(
            f"仅显示这一次; 有效至 {made.expires_at:%Y-%m-%d}",
            f"Shown only now; expires {made.expires_at:%Y-%m-%d}",
        )
    )


def _operator(home: Path | None) -> "Viewer":
    from wattwarden.records.connect import migrate

    migrate(home_folder(home))
    from wattwarden.app.audit import operator as machine_account
    from wattwarden.app.console.people import operator

    return operator(machine_account())


def _typed(ask: bool) -> str | None:
    return typer.prompt(say("密码", "Password"), hide_input=True, confirmation_prompt=True) if ask else None


def _show_password(name: str, password: str, was_typed: bool) -> None:
    if not was_typed:
        console().print(
            say(f"{name} 的一次性密码: {password}", f"Password of {name} for the first sign-in: {password}")
        )
