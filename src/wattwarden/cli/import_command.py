"""``wattwarden import`` and ``wattwarden suggest``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wattwarden.cli import output
from wattwarden.cli.output import say

if TYPE_CHECKING:
    from rich.console import Console

    from wattwarden.app.import_files import FileReport, ImportReport
    from wattwarden.lake.import_run import Progress

Home = Annotated[Path | None, typer.Option("--home", help="Data folder / 数据目录 [WATTWARDEN_HOME]")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh | en")]


def import_(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders, or a database address / 文件、目录或数据库地址")
    ],
    mapping: Annotated[str | None, typer.Option(help="Name or file of a mapping / 映射名称或文件")] = None,
    table: Annotated[str | None, typer.Option(help="Table of all files / 全部文件所属的表")] = None,
    sheet: Annotated[str | None, typer.Option(help="Only this sheet / 仅导入此工作表")] = None,
    query: Annotated[str | None, typer.Option(help="Query of a database / 数据库查询语句")] = None,
    db_table: Annotated[str | None, typer.Option("--db-table", help="Table of a database / 数据库表")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of text files / 文本编码")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, keep nothing / 只检查不入库")] = False,
    again: Annotated[bool, typer.Option("--again", help="Even if imported before / 重复导入")] = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Import files or a database query; bad rows go to quarantine. / 导入数据，问题行进入隔离区.

    Exit status: 0 all rows imported; 1 some files refused or rows in quarantine; 2 nothing could be done.
    """
    from wattwarden.app.import_files import ImportRequest, import_files
    from wattwarden.lake.sources.database import DatabaseQuery, is_database

    output.choose_language(lang)
    with output.problems_shown():
        addresses = [path for path in paths if is_database(path)]
        request = ImportRequest(
            home=output.home_folder(home),
            paths=tuple(Path(path) for path in paths if not is_database(path)),
            database=DatabaseQuery(addresses[0], query or "", db_table or "") if addresses else None,
            mapping=mapping,
            table=table,
            sheet=sheet,
            encoding=encoding,
            dry_run=dry_run,
            again=again,
        )
        with _Bar() as progress:
            report = import_files(request, progress)
    show_report(report)
    if report.refused or report.quarantined:
        raise typer.Exit(output.EXIT_PROBLEMS)


def show_report(report: "ImportReport") -> None:
    """Print what became of every table and file."""
    from rich.table import Table as Grid

    out = output.console()
    if report.tables:
        grid = Grid(title=say("各表结果", "Tables"), title_justify="left")
        grid.add_column(say("表", "table"))
        for zh, en in (
            ("读取", "read"), ("新增", "new"), ("更正", "corrected"), ("未变", "unchanged"), ("重复", "repeated"),
            ("隔离", "quarantined"),
        ):  # fmt: skip
            grid.add_column(say(zh, en), justify="right")
        for t in report.tables:
            numbers = (t.read, t.new, t.corrected, t.unchanged, t.doubled, t.quarantined)
            grid.add_row(t.table, *(f"{number:,}" for number in numbers))
        out.print(grid)
    _show_files(report, out)
    for table, columns in report.unchecked.items():
        listed = ", ".join(columns)
        out.print(
            say(
                f"提示: {table} 的 {listed} 无法核对，所引用的表没有数据",
                f"note: {table}: {listed} cannot be checked, the tables they refer to are empty",
            )
        )
    if report.skipped:
        out.print(
            say("未填充的表(缺文件): ", "tables not filled (files absent): ") + "; ".join(report.skipped)
        )
    if report.forbidden:
        out.print(say("映射禁止读取: ", "never read, by the mapping: ") + ", ".join(report.forbidden))
    if report.ignored:
        out.print(say("未使用的文件: ", "files not used: ") + ", ".join(report.ignored))
    _show_end(report, out)


def _show_files(report: "ImportReport", out: "Console") -> None:
    words = {
        "imported": say("已导入", "imported"),
        "unchanged": say("未变(同一文件已导入过)", "unchanged (the same file was imported before)"),
        "refused": say("拒收", "refused"),
    }
    shown = report.files if len(report.files) <= 40 else [f for f in report.files if _is_remarkable(f)]  # noqa: PLR2004 - a screenful of files
    for file in shown:
        figures = say(f"{file.rows:,} 行", f"{file.rows:,} rows") if file.rows else ""
        if file.quarantined:
            figures += say(f"，{file.quarantined:,} 行隔离", f", {file.quarantined:,} quarantined")
        out.print(f"{file.title}: {words[file.status]} {figures} {', '.join(file.tables)}".rstrip())
        if file.ignored_columns:
            out.print(say("  忽略的列: ", "  ignored columns: ") + ", ".join(file.ignored_columns))
        for problem in file.problems:
            out.print(f"  {problem.subject}", style="red")
            out.print(say("    发现: ", "    found: ") + problem.found)
            out.print(say("    应为: ", "    expected: ") + problem.expected)
            if problem.action:
                out.print(say("    处理: ", "    to do: ") + problem.action)
    if len(shown) < len(report.files):
        rest = len(report.files) - len(shown)
        out.print(say(f"其余 {rest} 个文件无异常", f"{rest} more files without remarks"))


def _is_remarkable(file: "FileReport") -> bool:
    return file.status == "refused" or file.quarantined > 0 or bool(file.ignored_columns)


def _show_end(report: "ImportReport", out: "Console") -> None:
    if report.resolved:
        out.print(
            say(f"隔离区 {report.resolved} 行已解决", f"{report.resolved} quarantined rows are settled")
        )
    if report.quarantined:
        out.print(
            say("查看隔离区: wattwarden quarantine list", "see the quarantine: wattwarden quarantine list")
        )
    if report.is_dry:
        out.print(say("试运行: 未入库", "dry run: nothing was kept"))
    elif report.version is not None:
        out.print(say(f"数据湖版本 {report.version}", f"lake version {report.version}"))
    elif report.files:
        out.print(say("数据湖未变", "the lake is unchanged"))


class _Bar:
    """A progress bar on the terminal, nothing elsewhere."""

    def __enter__(self) -> "Progress":
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=output.messages(),
            transient=True,
        )
        self._bar.start()
        task = self._bar.add_task("", total=None)
        words = {"read": ("读取", "read"), "check": ("检查", "check"), "store": ("入库", "store")}

        def show(step: str, subject: str, done: int, total: int) -> None:
            description = f"{say(*words.get(step, (step, step)))} {subject}"[-60:]
            self._bar.update(task, description=description, completed=done, total=total)

        return show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def suggest(
    file: Annotated[Path, typer.Argument(help="Unknown file / 陌生文件")],
    save: Annotated[Path | None, typer.Option(help="Write the mapping here / 保存映射 (.yaml)")] = None,
    table: Annotated[str | None, typer.Option(help="Table it holds, if known / 已知的目标表")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file / 文本编码")] = None,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Suggest a mapping for an unknown file; edit it, then import with --mapping. / 为陌生文件建议映射."""
    from rich.table import Table as Grid

    from wattwarden.app.suggest_mapping import suggest_mapping

    output.choose_language(lang)
    with output.problems_shown():
        proposals = suggest_mapping(output.home_folder(home), file, table, save, encoding)
    out = output.console()
    for proposal in proposals:
        best = proposal.best
        name = best.table.label.text(output.language())
        title = f"{proposal.title} → {best.table.name} ({name}) {best.confidence:.0%}"
        grid = Grid(title=title, title_justify="left")
        for zh, en in (
            ("源列", "source column"),
            ("目标列", "column"),
            ("把握", "confidence"),
            ("样例", "samples"),
        ):
            grid.add_column(say(zh, en), overflow="fold")
        for guess in best.columns:
            label = best.table.columns[guess.column].label.text(output.language())
            extra = " ".join([*guess.formats, guess.unit]).strip()
            samples = " | ".join(guess.samples) + (f"  [{extra}]" if extra else "")
            grid.add_row(guess.source, f"{guess.column} ({label})", f"{guess.confidence:.0%}", samples)
        for source in best.unused:
            grid.add_row(source, "–", "", "")
        out.print(grid)
        if best.missing:
            out.print(
                say("缺少必填列: ", "required columns without a source: ") + ", ".join(best.missing),
                style="yellow",
            )
        others = ", ".join(f"{other.table.name} {other.confidence:.0%}" for other in proposal.others)
        out.print(say("其他可能: ", "other candidates: ") + others)
    if save:
        out.print(
            say(
                f"已保存到 {save}，可编辑后用 --mapping 导入",
                f"saved to {save}; edit it, then import with --mapping {save}",
            )
        )
