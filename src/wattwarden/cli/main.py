"""The ``wattwarden`` command: one table of subcommands, each loaded only when it is run.

A command that meets a ``WattwardenError`` prints its problems and leaves with status 2; an
interrupt leaves with 130, as a shell expects; a fault of ours leaves with 70, so that it is never
taken for the 1 of a command that has something to tell.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from wattwarden.cli.output import choose_language, console, messages, problems_shown, say

if TYPE_CHECKING:
    # Typer carries its own click; only its types are named here.
    from typer._click import Command, Context

EXIT_CRASHED = 70
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Entry:
    """Where a command lives, and its line in the help.

    Args:
        target: ``module:name`` below ``wattwarden.cli``; the name is a function or a ``typer.Typer``.
        zh: What it does, in Chinese.
        en: What it does, in English.
    """

    target: str
    zh: str
    en: str


COMMANDS = {
    "template": Entry(
        "template_command:template", "导出各表的 Excel 模板", "Write an Excel template per table"
    ),
    "suggest": Entry(
        "import_command:suggest", "为陌生文件建议列映射", "Suggest a mapping for an unknown file"
    ),
    "import": Entry(
        "import_command:import_", "把文件或数据库表导入数据湖", "Import files or database tables"
    ),
    "quarantine": Entry(
        "quarantine_command:app", "查看、导出、修正被隔离的行", "List, export and repair refused rows"
    ),
    "lake": Entry("lake_command:app", "数据湖的版本与状态", "Versions and state of the lake"),
    "rules": Entry(
        "rules_command:app", "规则的查看、检查、测试与新建", "List, show, lint, test and write rules"
    ),
    "prices": Entry(
        "prices_command:app", "电价表的查看、检查与比较", "Show, check and compare the price books"
    ),
    "bill": Entry(
        "bill_command:app",
        "账单复算、核对与逐项推导",
        "Compute issued bills again, explain them line by line",
    ),
    "claim": Entry(
        "claim_command:app",
        "退补、窃电、违约用电、违约金与赔偿计算",
        "Work out refunds, claims, fees and compensation",
    ),
    "readings": Entry(
        "readings_command:app", "示数与曲线核对、估算", "Check registers and curves, estimate missing days"
    ),
    "meter": Entry(
        "meter_command:app",
        "计量装置说明、接线判断与更正系数",
        "Explain a meter, find its wiring and the correction factor",
    ),
    "scan": Entry("scan_command:scan", "运行规则, 发布疑点", "Run the rules and publish the findings"),
    "findings": Entry(
        "findings_command:findings",
        "按净收益排序的疑点清单",
        "List findings, ranked by what a visit is worth",
    ),
    "report": Entry("report_command:report", "生成 HTML 与 Excel 报告", "Write the report as HTML and Excel"),
    "cases": Entry(
        "cases_command:app", "立案、数据验证、二次复核", "Open cases, verify remedies, draw reviews"
    ),
    "worker": Entry("worker_command:worker", "发送通知, 唤醒工单", "Send notices, wake resting cases"),
    "serve": Entry("serve_command:serve", "在浏览器中提供控制台", "Serve the console to browsers"),
    "user": Entry("user_command:app", "账号、角色与授权", "Accounts, and the roles they hold"),
    "audit": Entry(
        "audit_command:app", "审计日志的校验、导出与签名", "Verify, export and sign the audit log"
    ),
    "backup": Entry("backup_command:backup", "备份数据目录与应用库", "Back up the data folder and the store"),
    "restore": Entry("backup_command:restore", "从备份恢复", "Restore a backup into an empty data folder"),
    "simulate": Entry(
        "simulate_command:simulate", "模拟一个县供电公司", "Make a county with planted faults and known truth"
    ),
    "score": Entry(
        "score_command:score", "把疑点与已知真相对比打分", "Compare findings with a simulation's truth"
    ),
    "lift": Entry("lift_command:lift", "排序与已知结果的对比", "Compare the ranked list with known outcomes"),
    "model": Entry("model_command:app", "学习评分的评估", "Measure the learned scores"),
    "version": Entry("main:version", "显示版本", "Show the version"),
}
"""The only place where a command is registered; the order is that of the help."""


class LazyGroup(TyperGroup):
    """Lists the commands from the table, and imports the one that is run."""

    def list_commands(self, ctx: "Context") -> list[str]:  # noqa: ARG002 the base class fixes the signature
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: "Context",  # noqa: ARG002 the base class fixes the signature
        cmd_name: str,
    ) -> TyperCommand | None:
        """What the help needs to know of a command; the command itself stays unloaded."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=say(entry.zh, entry.en)) if entry else None

    def resolve_command(self, ctx: "Context", args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Load the command named first, or complain as typer does."""
        if args and args[0] in COMMANDS:
            return args[0], load_command(args[0]), args[1:]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: "Context") -> object:
        """Run the command; problems and interrupts become messages and an exit status."""
        try:
            with problems_shown():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            messages().print(say("已中断", "interrupted"))
            raise SystemExit(EXIT_INTERRUPTED) from None


def load_command(name: str) -> "Command":
    """Import the command called ``name`` and build it."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    target: typer.Typer | Callable[..., None] = getattr(import_module(f"wattwarden.cli.{module}"), attribute)
    if not isinstance(target, typer.Typer):
        function, target = target, typer.Typer(add_completion=False)
        target.command(name)(function)
    command = typer.main.get_command(target)
    command.name = name
    return command


def version() -> None:
    """Show the version. 显示版本."""
    from importlib.metadata import version as package_version

    console().print(f"wattwarden {package_version('wattwarden')}")


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(
    help="Wattwarden 严细实电力营销风险管控: find, size and close the risks of an electricity retailer."
)
def _main(
    lang: Annotated[
        str | None,
        typer.Option(
            help="zh or en; otherwise WATTWARDEN_LANG, LC_ALL, LANG. 语言",
            callback=choose_language,
            is_eager=True,
        ),
    ] = None,
) -> None:
    """Options before the command; ``lang`` has been taken by its callback."""


def run() -> None:
    """The installed command.

    Raises:
        SystemExit: always, with the status of the command.
    """
    try:
        app()
    except Exception as error:
        traceback.print_exc()
        messages().print(
            say(
                "这是程序自身的错误, 请连同以上内容反馈。",
                "This is a fault of Wattwarden; please report it with the above.",
            )
        )
        raise SystemExit(EXIT_CRASHED) from error
