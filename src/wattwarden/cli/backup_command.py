"""``wattwarden backup`` and ``wattwarden restore``."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, problems_shown, say

Home = Annotated[Path | None, typer.Option(help="Data folder. 数据目录")]


def backup(
    to: Annotated[Path, typer.Argument(help="A new folder. 新目录")],
    home: Home = None,
) -> None:
    """Back up the data folder and the store; the console may go on working. 备份数据目录与应用库."""
    folder = home_folder(home)
    with problems_shown():
        _connect(folder)
        from wattwarden.app.backup import back_up

        facts = back_up(folder, to)
    console().print(say(f"已备份 {facts['rows']:,} 行 → {to}", f"{facts['rows']:,} rows and all files → {to}"))
    console().print(
        say("签名密钥不在备份中, 请另行保管", "The key that signs the audit log is not in it; keep it elsewhere")
    )


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A backup. 备份目录")],
    home: Home = None,
) -> None:
    """Restore a backup into an empty data folder and an empty store. 恢复到空的数据目录与应用库.

    The store may be another database than the one backed up: set WATTWARDEN_DATABASE.
    """
    folder = home_folder(home)
    with problems_shown():
        _connect(folder)
        from wattwarden.app.backup import restore as bring_back

        rows = bring_back(source, folder)
    console().print(say(f"已恢复 {rows:,} 行到 {folder}", f"{rows:,} rows restored into {folder}"))


def _connect(folder: Path) -> None:
    from wattwarden.records.connect import connect

    connect(folder)
