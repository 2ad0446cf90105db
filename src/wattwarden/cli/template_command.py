"""``wattwarden template``."""

from pathlib import Path
from typing import Annotated

import typer

from wattwarden.cli import output
from wattwarden.cli.output import say


def template(
    tables: Annotated[
        list[str] | None, typer.Argument(help="Tables; none for all / 表名，缺省为全部")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder, one workbook per table / 每表一个文件")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="One workbook for all / 合为一个工作簿")] = None,
    lang: Annotated[str | None, typer.Option("--lang", help="zh | en")] = None,
) -> None:
    """Write Excel templates that import without a mapping once filled in. / 导出可直接导入的 Excel 模板."""
    from wattwarden.app.write_templates import write_templates

    output.choose_language(lang)
    with output.problems_shown():
        written = write_templates(tables or [], output.language(), out, xlsx)
    for path in written:
        output.console().print(str(path))
    output.console().print(say(f"已写出 {len(written)} 个模板", f"{len(written)} templates written"))
