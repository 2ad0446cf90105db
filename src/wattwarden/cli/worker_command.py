"""``wattwarden worker``: notices, escalations and digests leave; resting cases wake."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli.output import console, home_folder, problems_shown, say


def worker(
    once: Annotated[bool, typer.Option("--once", help="One round, then end: for cron. 只运行一轮")] = False,
    home: Annotated[Path | None, typer.Option(help="Data folder. 数据目录")] = None,
) -> None:
    """Bring each new scan into cases, send notices that are due, wake cases. 扫描转工单、发送通知并唤醒工单.

    Channels come from the environment: WATTWARDEN_SMTP, _WEBHOOK, _WECOM, _DINGTALK.
    """
    folder = home_folder(home)
    with problems_shown():
        from wattwarden.records.connect import migrate

        migrate(folder)
        from wattwarden.app.run_worker import Round, run_worker

        zh = "唤醒 {woken}, 新通知 {noticed}, 待发 {queued}, 已发 {sent}, 失败 {failed}, 新立工单 {opened}, 已验证 {verified}"
        en = "woken {woken}, new notices {noticed}, queued {queued}, sent {sent}, failed {failed}, cases opened {opened}, verified {verified}"

        def told(done: Round) -> None:
            console().print(say(zh, en).format(**vars(done)))

        done = run_worker(folder, once=once, told=told)
        if not any(vars(done).values()):
            told(done)
