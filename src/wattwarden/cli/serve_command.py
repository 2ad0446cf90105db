"""``wattwarden serve``: the console in the browser."""

import os
from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, problems_shown, say

THREADS = 8
"""Requests that one process answers at a time; more would only wait for the two cores."""


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on. 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port. 端口")] = 8600,
    workers: Annotated[int, typer.Option(min=1, help="Processes. 进程数")] = 2,
    demo: Annotated[
        bool, typer.Option("--demo", help="Demo accounts and no secrets; never in earnest. 演示模式")
    ] = False,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Serve the console to browsers, until interrupted. 在浏览器中提供控制台.

    Outside demo mode WATTWARDEN_SECRET_KEY must be set; see the guide 'Run the console'.
    """
    folder = home_folder(home)
    if demo:
        os.environ["WATTWARDEN_DEMO"] = "1"
    with problems_shown():
        # Models can be imported only once Django knows its settings.
        from wattwarden.records.connect import connect

        connect(folder)
        from wattwarden.app.prepare_console import prepare_console

        accounts = prepare_console(folder, demo=demo)
    console().print(say(f"控制台: http://{host}:{port}/", f"Console: http://{host}:{port}/"))
    for name in accounts:
        console().print(say(f"  演示用户 {name}，密码 demo", f"  demo user {name}, password demo"))
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "wattwarden.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
    ).serve()
